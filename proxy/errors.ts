/** Why a run could not be done: exit code and sentence for each. What a client is told stands with the front and the relay. */
const table = {
  "unknown-command": { exit: 2, sentence: (name: string, hint: string) => `there is no command "${name}"${hint}` },
  "bad-arguments": { exit: 2, sentence: (problem: string) => problem },
  "missing-argument": { exit: 2, sentence: (what: string) => `${what} is missing` },
  "unreadable-file": { exit: 2, sentence: (file: string, why: string) => `${file} cannot be read: ${why}` },
  "bad-config": {
    exit: 2,
    sentence: (problems: readonly string[]) =>
      `the configuration is not valid\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  },
  "bad-environment": { exit: 2, sentence: (problems: readonly string[]) => problems.join("\n  ") },
  "cannot-listen": { exit: 2, sentence: (where: string, why: string) => `cannot listen on ${where}: ${why}` },
} as const;

type Table = typeof table;

/** An error that ends the program with a sentence for its user instead of a stack. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly code: keyof Table;
  readonly exit: number;

  constructor(code: keyof Table, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exit = table[code].exit;
  }
}

export function programError<C extends keyof Table>(code: C, ...parts: Parameters<Table[C]["sentence"]>): ProgramError {
  const sentence = table[code].sentence as (...parts: unknown[]) => string;
  return new ProgramError(code, sentence(...parts));
}

const systemSentences: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "it does not exist",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  EMFILE: "too many files are open",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  EADDRINUSE: "another program listens there",
  EADDRNOTAVAIL: "this machine does not have that address",
  ENOTFOUND: "there is no such host",
};

/** What an error of the system says, to be put after the name of what it is about. */
export function systemSentence(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return systemSentences[code ?? ""] ?? message;
}
