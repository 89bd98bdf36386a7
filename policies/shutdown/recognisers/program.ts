import type { Path } from "../../path.ts";
import type { Recognised, Recogniser, Subject } from "../recogniser.ts";
import { findSetting, mayHideVariables, type Setting } from "./setting.ts";

/** What is publicly known of one program's shutdown. */
export interface Program {
  /** As messages call it. */
  readonly name: string;
  /** Base names of the program, or of the gem that `bundle exec` starts. */
  readonly programs: readonly string[];
  /** Words that must stand on the command line as well: `rq worker`. */
  readonly words?: readonly string[];
  /** Image repositories, without tag or digest; they count only where the image decides what runs. */
  readonly images?: readonly RegExp[];
  /** What it waits for after the stop signal, one after the other. */
  readonly stages: readonly Stage[];
  /** Words that name a configuration file or object which may hold the numbers. */
  readonly hidden?: readonly RegExp[];
  /** Where its shutdown is documented. */
  readonly source: string;
}

interface Stage {
  /** Where the number stands, in order of precedence. */
  readonly settings: readonly Setting[];
  /** The documented default in seconds, or a clause that says why nothing bounds it. */
  readonly otherwise: number | string;
  /** True where the program always waits for all of it. */
  readonly fixed?: true;
  /** True where it goes on accepting meanwhile. */
  readonly serves?: true;
  /** How the setting is called where the default holds. */
  readonly called?: string;
  /** A clause in place of "documented default of …" where there is no setting. */
  readonly because?: string;
  /** Like the program's, for this stage alone. */
  readonly hidden?: readonly RegExp[];
}

/** Recognises a program by its name on the command line, or by its image where the command line names none. */
export function programRecogniser(program: Program): Recogniser {
  return {
    name: program.name,
    recognise: (subject) => {
      const { program: running, words, repository } = subject;
      const matches =
        running === undefined
          ? (program.images ?? []).some((image) => image.test(repository))
          : program.programs.includes(running);
      if (!matches) return undefined;
      const complete = (program.words ?? []).every((wanted) => words.some(({ text }) => text === wanted));
      return complete ? drainOfProgram(program, subject) : undefined;
    },
  };
}

function drainOfProgram(program: Program, subject: Subject): Recognised {
  const stages = program.stages.map((stage) => readStage(stage, program, subject));
  const unbounded = stages.find((stage) => stage.max === undefined);
  const shown = unbounded === undefined ? stages.filter(({ max }) => max !== 0) : [unbounded];
  const at = unbounded?.at ?? stages.find((stage) => stage.at !== undefined)?.at;
  return {
    seconds: {
      min: total(stages.map(({ min }) => min)),
      max: unbounded === undefined ? total(stages.map(({ max }) => max ?? 0)) : Infinity,
    },
    known: unbounded === undefined,
    servesSeconds: total(stages.filter((_stage, index) => program.stages[index]?.serves).map(({ min }) => min)),
    text: (shown.length > 0 ? shown : stages).map(({ text }) => text).join(" + "),
    source: program.source,
    ...(at && { at }),
  };
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

interface StageFound {
  readonly min: number;
  /** Undefined where nothing visible bounds it. */
  readonly max: number | undefined;
  readonly text: string;
  readonly at?: Path;
}

function readStage(
  { settings, otherwise, fixed, called, because, hidden = [] }: Stage,
  program: Program,
  subject: Subject,
): StageFound {
  const { name } = program;
  const found = findSetting(settings, subject);
  if (found !== undefined) {
    const { seconds, at } = found;
    if (seconds === undefined)
      return { min: 0, max: undefined, text: `the value of ${name} ${found.name} cannot be read`, at };
    return { min: fixed ? seconds : 0, max: seconds, text: `${name} ${found.name}`, at };
  }
  const setting = called ?? nameOf(settings[0]);
  const hiding = [...(program.hidden ?? []), ...hidden];
  const file = subject.words.find(({ text }) => hiding.some((pattern) => pattern.test(text)));
  if (file !== undefined && typeof otherwise === "number")
    return { min: 0, max: undefined, text: `${name} ${setting} depends on ${file.text}`, at: file.at };
  if (typeof otherwise === "string") return { min: 0, max: undefined, text: `${name} ${otherwise}` };
  if (mayHideVariables(settings, subject.container))
    return {
      min: 0,
      max: undefined,
      text: `envFrom may set ${name} ${setting}`,
      at: subject.container.path("envFrom"),
    };
  return {
    min: fixed ? otherwise : 0,
    max: otherwise,
    text: because === undefined ? `documented default of ${name} ${setting}` : `${name} ${because}`,
  };
}

function nameOf(setting: Setting | undefined): string {
  if (setting === undefined) return "";
  if ("annotation" in setting) return setting.annotation;
  return "flags" in setting ? (setting.flags[0] ?? "") : setting.env;
}
