import { programErrors } from "../linter/command-line/program-error.ts";

/** Why the program could not run. */
export const programError = programErrors({
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
});

/** Why a request is not answered: the HTTP status and a sentence. A pod that is denied is an answer, never one of these. */
const table = {
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
export type RefusalCode = keyof Table;

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

export function refusal<C extends RefusalCode>(code: C, ...parts: Parameters<Table[C]["sentence"]>): Refusal {
  return new Refusal(code, (table[code].sentence as (...known: readonly unknown[]) => string)(...parts));
}
