import type { Terminal } from "../terminal.ts";

/** How far a long run is, on a line of the terminal that is gone before anything else is written. */
export interface Progress {
  /** Tells what the run is at, where it has taken a second and somebody is looking. Cheap enough for each file. */
  readonly tell: (text: () => string) => void;
  readonly clear: () => void;
}

const patience = 1000;
const between = 100;

/** A pipe, a CI's log and a terminal that cannot erase a line get nothing. `clock` in milliseconds (`performance` would take one to load). */
export function progressOn(
  terminal: Pick<Terminal, "env" | "stderr">,
  clock = (): number => Number(process.hrtime.bigint()) / 1e6,
): Progress {
  const { env } = terminal;
  const unwanted = (env["CI"] ?? "") !== "" || env["TERM"] === "dumb";
  let next = clock() + patience;
  let shown = false;
  return {
    tell(text) {
      // stderr is asked for last: making its stream takes longer than most runs have left.
      if (unwanted || clock() < next || terminal.stderr.isTTY !== true) return;
      next = clock() + between;
      shown = true;
      terminal.stderr.write(`\r${text()}\u001B[K`);
    },
    clear() {
      if (shown) terminal.stderr.write("\r\u001B[K");
      shown = false;
    },
  };
}

/** What was written to stderr for good. */
export const withoutProgress = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- it is what erases the line
  text.replaceAll(/\r[^\r\n]*\u001B\[K/g, "");
