/**
 * Every refusal: a sentence that its reader can act on, and the exit code of a program that could not run or the HTTP
 * status of a request that is not answered. A pod that is denied is an answer, never one of these.
 */
const table = {
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
  "unreadable-file": { exit: 2, sentence: (file: string, why: string) => `${file} ${why}` },
  "bad-config": {
    exit: 2,
    sentence: (problem: string) => `the configuration is not valid: ${problem}`,
  },
  "bad-certificate": { exit: 2, sentence: (problem: string) => `the certificate cannot be served: ${problem}` },
  "cannot-listen": {
    exit: 2,
    sentence: (where: string, why: string) => `cannot listen on ${where}: ${why}`,
  },
  "no-pods": { exit: 2, sentence: () => "there is no pod in what was read" },
  "try-failed": { exit: 2, sentence: (what: string) => `the server's answer cannot be used: ${what}` },

  "not-utf8": { status: 400, sentence: () => "the body is not valid UTF-8" },
  "not-json": { status: 400, sentence: (where: string) => `the body is not JSON${where}` },
  "too-deep": { status: 400, sentence: (levels: number) => `the body is nested deeper than ${levels} levels` },
  "no-body": { status: 400, sentence: () => "the body is empty: POST an AdmissionReview" },
  "bad-request": { status: 400, sentence: (why: string) => `the request cannot be read: ${why}` },
  "not-a-review": { status: 400, sentence: (why: string) => why },
  "no-client-certificate": {
    status: 403,
    sentence: () => "reviews are taken only from a client whose certificate the configured authority signed",
  },
  "not-found": { status: 404, sentence: (what: string) => `there is nothing at ${what}` },
  "too-slow": { status: 408, sentence: (seconds: number) => `the request was not complete within ${seconds} s` },
  "too-busy": {
    status: 503,
    sentence: () => "too many large reviews are on their way: send this one again in a second",
  },
  "too-large": { status: 413, sentence: (bytes: number) => `the body is larger than ${bytes} bytes` },
  "wrong-content-type": { status: 415, sentence: () => "the content type must be application/json" },
  internal: { status: 500, sentence: () => "internal error; the log says which" },
} as const;

type Table = typeof table;
type CodesWith<F extends string> = { [C in keyof Table]: Table[C] extends Record<F, number> ? C : never }[keyof Table];
type Parts<C extends keyof Table> = Parameters<Table[C]["sentence"]>;

export type ProgramErrorCode = CodesWith<"exit">;
export type RefusalCode = CodesWith<"status">;

const sentenceOf = <C extends keyof Table>(code: C, parts: Parts<C>): string =>
  (table[code].sentence as (...parts: unknown[]) => string)(...parts);

/** An error that ends the program with a sentence for its user instead of a stack. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
  readonly code: ProgramErrorCode;
  readonly exit: number;

  constructor(code: ProgramErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exit = table[code].exit;
  }
}

export function programError<C extends ProgramErrorCode>(code: C, ...parts: Parts<C>): ProgramError {
  return new ProgramError(code, sentenceOf(code, parts));
}

/** A request that is not answered, and the status that says so. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  readonly status: number;
  /** For the metrics: which of the cases of a code it is. */
  readonly reason: string;

  constructor(code: RefusalCode, message: string, { reason = code }: { readonly reason?: string } = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.status = table[code].status;
  }
}

export function refusal<C extends RefusalCode>(code: C, ...parts: Parts<C>): Refusal {
  return new Refusal(code, sentenceOf(code, parts));
}

const systemSentences: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "it does not exist",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  EMFILE: "too many files are open",
  EADDRINUSE: "another program listens there",
  EADDRNOTAVAIL: "this machine does not have that address",
};

/** What an error of the system says, to be put after the name of what it is about. */
export function systemSentence(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return systemSentences[code ?? ""] ?? message;
}
