/** Why a program could not run: for each code its exit code and a sentence that its user can act on. */
export type Refusals = Readonly<
  Record<string, { readonly exit: number; readonly sentence: (...parts: never[]) => string }>
>;

/** An error that ends the program with a sentence for its user instead of a stack. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly code: string;
  readonly exit: number;

  constructor(code: string, exit: number, message: string) {
    super(message);
    this.code = code;
    this.exit = exit;
  }
}

/** By its name, not its class: a piece of the built program that is loaded when it is needed has a class of its own. */
export const isProgramError = (error: unknown): error is ProgramError =>
  error instanceof Error && error.name === "ProgramError" && "exit" in error;

/** The exit code of a program's work, once its user was told of a refusal. A run without one never asks for stderr, whose stream takes time to make. */
export async function exitCodeOf(
  program: string,
  work: Promise<number>,
  terminal: { readonly stderr: { readonly write: (text: string) => unknown } },
): Promise<number> {
  try {
    return await work;
  } catch (error) {
    if (!isProgramError(error)) throw error;
    terminal.stderr.write(`${program}: ${error.message}\n`);
    return error.exit;
  }
}

/** What makes the errors of a table, each out of its code and what its sentence needs. */
export function programErrors<const T extends Refusals>(
  table: T,
): <C extends keyof T & string>(code: C, ...parts: Parameters<T[C]["sentence"]>) => ProgramError {
  return (code, ...parts) => {
    const { exit, sentence } = table[code] as T[string];
    return new ProgramError(code, exit, sentence(...parts));
  };
}

/** What any command line may get wrong. */
export const usageRefusals = {
  "unknown-command": { exit: 2, sentence: (name: string, hint: string) => `there is no command "${name}"${hint}` },
  "unknown-option": { exit: 2, sentence: (name: string, hint: string) => `there is no option ${name}${hint}` },
  "option-needs-value": {
    exit: 2,
    sentence: (name: string, value: string) => `${name} needs a value: ${name} ${value}`,
  },
  "option-takes-no-value": { exit: 2, sentence: (name: string) => `${name} takes no value` },
  "option-value": {
    exit: 2,
    sentence: (name: string, value: string, expected: string) => `${name} cannot be "${value}": ${expected}`,
  },
  "missing-argument": { exit: 2, sentence: (what: string) => `${what} is missing` },
  "extra-argument": { exit: 2, sentence: (argument: string) => `"${argument}" is one argument too many` },
} as const;

export const usageError = programErrors(usageRefusals);
