import type { Command, Pipeline, Redirection, Script, SimpleCommand, Statement } from "../pods/shell.ts";
import { parseShell, whyUnread } from "../pods/shell.ts";
import { runCommand, type HookWord } from "./hook-command.ts";
import { HookReading } from "./hook-reading.ts";
import { apart, branch, either, inTurn, nothing, secondsOf, takes, unknownRun, type Run } from "./hook-run.ts";
import { later, type Interval } from "./interval.ts";

/** How long a hook's command line takes, and what else it does. */
export function readHookCommand(argv: readonly string[]): {
  readonly seconds: Interval;
  readonly known: boolean;
  readonly reading: HookReading;
} {
  const reading = new HookReading();
  const run = new ScriptReader(reading).command(
    argv.map((text) => ({ text, literal: true })),
    false,
  );
  return { seconds: secondsOf(run), known: run.known, reading };
}

class ScriptReader {
  readonly #functions = new Map<string, Command>();
  readonly #reading: HookReading;

  constructor(reading: HookReading) {
    this.#reading = reading;
  }

  command(words: readonly HookWord[], inShell: boolean): Run {
    return runCommand(words, inShell, this.#reading, (text, stopsAtFailure) => this.#process(text, stopsAtFailure));
  }

  /** A script of its own, as behind `sh -c` or in `$(…)`: its `set -e` and its `exit` end with it. */
  #process(text: string, stopsAtFailure: boolean): Run {
    const before = this.#reading.stopsAtFailure;
    this.#reading.stopsAtFailure = stopsAtFailure;
    const run = this.#deeper(() => {
      const script = parseShell(text);
      if (script !== undefined) return apart(this.#script(script));
      this.#reading.tells = true;
      return this.#unknown(`the script of the preStop command ${whyUnread(text)}`);
    });
    this.#reading.stopsAtFailure = before;
    return run;
  }

  #script(script: Script): Run {
    let run = nothing;
    for (const statement of script) {
      run = inTurn(run, () => this.#statement(statement));
      if (run.succeeds === undefined && run.fails === undefined) break;
    }
    return run;
  }

  #statement({ pipelines, background }: Statement): Run {
    if (background) {
      this.#reading.apart(() => pipelines.map((pipeline) => this.#pipeline(pipeline)));
      this.#reading.hasJobs = true;
      return nothing;
    }
    const [first, ...others] = pipelines;
    if (first === undefined) return nothing;
    if (others.length === 0) return this.#stopping(this.#pipeline(first), first.negated ? "never" : "surely");
    let run = this.#condition(() => this.#pipeline(first));
    for (const [index, pipeline] of others.entries()) {
      const next = (): Run =>
        index === others.length - 1 ? this.#pipeline(pipeline) : this.#condition(() => this.#pipeline(pipeline));
      run = pipeline.after === "&&" ? branch(run, next, undefined) : branch(run, undefined, next);
    }
    // Only the last of a list ends a script under `set -e`; which one failed is not told apart.
    return this.#stopping(run, "perhaps");
  }

  /** What failing means under `set -e`. */
  #stopping(run: Run, stops: "surely" | "perhaps" | "never"): Run {
    if (!this.#reading.stopsAtFailure || run.fails === undefined || stops === "never") return run;
    const stopped = { ...run, succeeds: undefined, fails: undefined, exits: run.fails };
    const ending = either(run, stopped);
    return stops === "surely" ? { ...ending, fails: undefined } : ending;
  }

  /** `set -e` does not count in what only decides. */
  #condition(read: () => Run): Run {
    if (!this.#reading.stopsAtFailure) return read();
    this.#reading.stopsAtFailure = false;
    const run = read();
    this.#reading.stopsAtFailure = true;
    return run;
  }

  #pipeline({ commands, negated }: Pipeline): Run {
    const runs = commands.map((command) => this.#command(command));
    let run = runs.at(-1) ?? nothing;
    if (runs.length > 1) {
      const seconds = runs.map(secondsOf).reduce(later);
      const last = apart(run);
      run = {
        ...takes(seconds, last.fails === undefined ? "succeeds" : last.succeeds === undefined ? "fails" : "either"),
        known: runs.every(({ known }) => known),
      };
    }
    return negated ? { ...run, succeeds: run.fails, fails: run.succeeds } : run;
  }

  #command(command: Command): Run {
    return inTurn(this.#redirections(command.redirections), () => this.#body(command));
  }

  #body(command: Command): Run {
    switch (command.kind) {
      case "simple":
        return this.#simple(command);
      case "group":
        return this.#script(command.body);
      case "subshell":
        return apart(this.#script(command.body));
      case "function":
        this.#functions.set(command.name, command.body);
        return nothing;
      case "loop":
        return this.#loop(command.condition, command.body);
      case "case":
        return command.bodies.map((body) => this.#script(body)).reduce(either, nothing);
    }
    return this.#if(command.branches, command.otherwise);
  }

  #loop(condition: Script, body: Script): Run {
    const [[first, turn]] = this.#reading.apart(
      () => [this.#condition(() => this.#script(condition)), this.#script(body)] as const,
    );
    const run = this.#unknown("the loop in the preStop command");
    const sometime = { min: secondsOf(first).min, max: Infinity };
    return {
      ...run,
      succeeds: sometime,
      fails: sometime,
      exits: first.exits === undefined && turn.exits === undefined ? undefined : sometime,
      returns: first.returns === undefined && turn.returns === undefined ? undefined : sometime,
    };
  }

  #if(branches: readonly { readonly condition: Script; readonly body: Script }[], otherwise: Script | undefined): Run {
    const [first, ...others] = branches;
    if (first === undefined) return otherwise === undefined ? nothing : this.#script(otherwise);
    const condition = this.#condition(() => this.#script(first.condition));
    return branch(
      condition,
      () => this.#script(first.body),
      () => this.#deeper(() => this.#if(others, otherwise)),
    );
  }

  #simple({ words }: SimpleCommand): Run {
    const substitutions = words.flatMap((word) => word.substitutions);
    return inTurn(this.#substitutions(substitutions), () => {
      const body = this.#functions.get(words[0]?.text ?? "");
      return body === undefined ? this.command(words, true) : this.#deeper(() => this.#call(body));
    });
  }

  #call(body: Command): Run {
    const run = this.#command(body);
    const returned = { ...run, succeeds: run.returns, fails: run.returns, exits: undefined, returns: undefined };
    return either({ ...run, returns: undefined }, returned);
  }

  #redirections(redirections: readonly Redirection[]): Run {
    if (redirections.some(({ operator, target }) => writesFile(operator, target.text))) this.#reading.tells = true;
    return this.#substitutions(redirections.flatMap(({ target }) => target.substitutions));
  }

  #substitutions(texts: readonly string[]): Run {
    return texts.reduce((run, text) => inTurn(run, () => this.#process(text, false)), nothing);
  }

  #deeper(read: () => Run): Run {
    return this.#reading.deeper(read, () => this.#unknown("the preStop command is nested too deep to be read"));
  }

  #unknown(why: string): Run {
    this.#reading.unknown(why);
    return unknownRun;
  }
}

/** A file that is written may be a mark for the application; output and logs are not. */
function writesFile(operator: string, target: string): boolean {
  if (!operator.includes(">") || (operator === ">&" && /^[\d-]+$/.test(target))) return false;
  return !/^\/(?:dev\/(?:null|stdout|stderr|tty|termination-log|fd\/\d+)|proc\/(?:1|self|\$\$)\/fd\/\d+)$/.test(target);
}
