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
  /** Opens the streams and signals of a command that serves; whatever it left unwritten is gone when it ends. */
  readonly service: () => Service;
}

export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
}
