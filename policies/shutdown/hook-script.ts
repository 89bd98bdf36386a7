import {
  parseShell,
  type Command,
  type Pipeline,
  type Redirection,
  type Script,
  type SimpleCommand,
  type Statement,
} from "../pods/shell.ts";
import { runCommand, type HookWord } from "./hook-command.ts";
import { HookReading, type Run } from "./hook-reading.ts";
import { anyDuration, earlier, exactly, later, plus } from "./interval.ts";

const nestingLimit = 8;
const nothing: Run = { seconds: exactly(0), known: true, succeeds: true, ends: "no" };

/** How long a hook's command line takes, and what else it does. */
export function readHookCommand(argv: readonly string[]): { readonly run: Run; readonly reading: HookReading } {
  const reading = new HookReading();
  const words = argv.map((text) => ({ text, literal: true }));
  return { run: new ScriptReader(reading).command(words, false), reading };
}

class ScriptReader {
  #depth = 0;
  readonly #functions = new Map<string, Command>();
  readonly #reading: HookReading;

  constructor(reading: HookReading) {
    this.#reading = reading;
  }

  command(words: readonly HookWord[], inShell: boolean): Run {
    return runCommand(words, inShell, this.#reading, (text, stopsAtFailure) => ({
      ...this.#text(text, stopsAtFailure),
      ends: "no",
    }));
  }

  /** A script of its own: its `set -e` ends with it. */
  #text(text: string, stopsAtFailure: boolean): Run {
    const script = this.#depth < nestingLimit ? parseShell(text) : undefined;
    if (script === undefined) {
      this.#reading.tells = true;
      return this.#unknown("the script of the preStop command cannot be read");
    }
    const before = this.#reading.stopsAtFailure;
    this.#reading.stopsAtFailure = stopsAtFailure;
    this.#depth++;
    const run = this.#script(script);
    this.#depth--;
    this.#reading.stopsAtFailure = before;
    return run;
  }

  #script(script: Script): Run {
    let run = nothing;
    for (const statement of script) {
      const next = this.#statement(statement);
      run = inTurn(run, next);
      if (this.#reading.stopsAtFailure && next.succeeds !== true && run.ends !== "yes")
        run = { ...run, ends: next.succeeds === false ? "yes" : "maybe" };
      if (run.ends === "yes") break;
    }
    return run;
  }

  #statement({ pipelines, background }: Statement): Run {
    if (background) {
      this.#reading.apart(() => pipelines.map((pipeline) => this.#pipeline(pipeline)));
      this.#reading.hasJobs = true;
      return nothing;
    }
    let run: Run | undefined;
    for (const pipeline of pipelines) run = run === undefined ? this.#pipeline(pipeline) : this.#joined(run, pipeline);
    return run ?? nothing;
  }

  /** `a && b`, `a || b`: the second runs surely, surely not, or perhaps. */
  #joined(run: Run, pipeline: Pipeline): Run {
    const runsOn = pipeline.after === "&&";
    if (run.ends === "yes" || (run.succeeds !== undefined && run.succeeds !== runsOn)) return run;
    const next = this.#unless(run.succeeds === undefined, () => this.#pipeline(pipeline));
    if (run.succeeds === runsOn) return inTurn(run, next);
    const succeeds = next.succeeds === !runsOn ? !runsOn : undefined;
    return { ...inTurn(run, either(next, nothing)), succeeds };
  }

  /** Where a command may not run at all, its failure does not end the script around. */
  #unless(maybe: boolean, read: () => Run): Run {
    const before = this.#reading.stopsAtFailure;
    const run = read();
    if (maybe && !before) this.#reading.stopsAtFailure = false;
    return run;
  }

  #pipeline({ commands, negated }: Pipeline): Run {
    const runs = commands.map((command) => this.#command(command));
    const last = runs.at(-1) ?? nothing;
    const run =
      runs.length === 1
        ? last
        : {
            seconds: runs.map(({ seconds }) => seconds).reduce(later),
            known: runs.every(({ known }) => known),
            succeeds: last.succeeds,
            ends: "no" as const,
          };
    return negated && run.succeeds !== undefined ? { ...run, succeeds: !run.succeeds } : run;
  }

  #command(command: Command): Run {
    const redirected = this.#redirections(command.redirections);
    const run = this.#body(command);
    return redirected === nothing ? run : { ...inTurn(redirected, run), succeeds: run.succeeds };
  }

  #body(command: Command): Run {
    switch (command.kind) {
      case "simple":
        return this.#simple(command);
      case "group":
        return this.#script(command.body);
      case "subshell":
        return { ...this.#script(command.body), ends: "no" };
      case "function":
        this.#functions.set(command.name, command.body);
        return nothing;
      case "loop": {
        const [[condition, body]] = this.#reading.apart(
          () => [this.#condition(command.condition), this.#script(command.body)] as const,
        );
        this.#reading.unknown("the loop in the preStop command");
        const leaves = condition.ends !== "no" || body.ends !== "no";
        return {
          seconds: { min: condition.seconds.min, max: Infinity },
          known: false,
          succeeds: undefined,
          ends: leaves ? "maybe" : "no",
        };
      }
      case "case":
        return command.bodies.map((body) => this.#script(body)).reduce(either, nothing);
      case "if":
        return this.#if(command.branches, command.otherwise);
    }
  }

  #if(branches: readonly { readonly condition: Script; readonly body: Script }[], otherwise: Script | undefined): Run {
    const runs = branches.map(({ condition, body }) => ({
      condition: this.#condition(condition),
      body: this.#script(body),
    }));
    const rest = otherwise === undefined ? nothing : this.#script(otherwise);
    return runs.reduceRight((other, { condition, body }) => {
      if (condition.succeeds === true) return inTurn(condition, body);
      if (condition.succeeds === false) return inTurn(condition, other);
      return inTurn(condition, either(body, other));
    }, rest);
  }

  /** `set -e` does not count in conditions. */
  #condition(script: Script): Run {
    const before = this.#reading.stopsAtFailure;
    this.#reading.stopsAtFailure = false;
    const run = this.#script(script);
    this.#reading.stopsAtFailure = before;
    return run;
  }

  #simple({ words }: SimpleCommand): Run {
    const substituted = words
      .flatMap(({ substitutions }) => substitutions)
      .reduce((run, text) => inTurn(run, { ...this.#text(text, false), ends: "no" }), nothing);
    const body = this.#functions.get(words[0]?.text ?? "");
    return inTurn(substituted, body === undefined ? this.command(words, true) : this.#call(body));
  }

  #call(body: Command): Run {
    if (this.#depth >= nestingLimit) return this.#unknown("a function of the preStop command calls itself");
    this.#depth++;
    const run = this.#command(body);
    this.#depth--;
    // `return` ends the function, `exit` the script; which of the two it was does not matter to the sum.
    return run.ends === "no" ? run : { ...run, ends: "maybe" };
  }

  #redirections(redirections: readonly Redirection[]): Run {
    let run = nothing;
    for (const { operator, target } of redirections) {
      if (writesFile(operator, target.text)) this.#reading.tells = true;
      for (const text of target.substitutions) run = inTurn(run, { ...this.#text(text, false), ends: "no" });
    }
    return run;
  }

  #unknown(why: string): Run {
    this.#reading.unknown(why);
    return { seconds: anyDuration, known: false, succeeds: undefined, ends: "no" };
  }
}

/** A file that is written may be a mark for the application; output and logs are not. */
function writesFile(operator: string, target: string): boolean {
  if (!operator.includes(">") || (operator === ">&" && /^[\d-]+$/.test(target))) return false;
  return !/^\/(?:dev\/(?:null|stdout|stderr|tty|termination-log|fd\/\d+)|proc\/(?:1|self|\$\$)\/fd\/\d+)$/.test(target);
}

/** One after the other; the second may not run where the first may have ended the script. */
function inTurn(first: Run, second: Run): Run {
  if (first.ends === "yes") return first;
  const next = first.ends === "maybe" ? either(second, nothing) : second;
  return {
    seconds: plus(first.seconds, next.seconds),
    known: first.known && second.known,
    succeeds: second.succeeds,
    ends:
      second.ends === "yes" && first.ends === "no"
        ? "yes"
        : first.ends === "maybe" || second.ends !== "no"
          ? second.ends === "yes"
            ? "yes"
            : "maybe"
          : "no",
  };
}

/** One of the two. */
function either(a: Run, b: Run): Run {
  return {
    seconds: { min: earlier(a.seconds, b.seconds).min, max: later(a.seconds, b.seconds).max },
    known: a.known && b.known,
    succeeds: a.succeeds === b.succeeds ? a.succeeds : undefined,
    ends: a.ends === b.ends ? a.ends : "maybe",
  };
}
