import type { Service } from "./service.ts";

/** What a command may touch of the process that it runs in; tests hand in their own. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The report only. */
  readonly stdout: Output & { readonly columns?: number | undefined };
  /** Notes and errors. */
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly now: Date;
  /** Told again and again how many characters of input a run has read by now. */
  readonly hasRead: (characters: number) => void;
  /** Opens the streams and signals of a command that serves; whatever it left unwritten is gone when it ends. */
  readonly service: () => Service;
}

export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
}
