import { join } from "node:path";
import type { BackendKind, Cell } from "./cell.ts";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

const folder = join(import.meta.dirname, "../backends");

const files: Record<BackendKind, string> = {
  polite: "polite.mjs",
  "ignores eof": "ignores-eof.mjs",
  "ignores sigterm": "ignores-sigterm.mjs",
  grandchildren: "grandchildren.mjs",
  daemon: "daemon.mjs",
  floods: "floods.mjs",
  dead: "dies.mjs",
};

/** Longer than any cell: a backend that never gets to answering. */
const neverMilliseconds = 60_000;

/** The command line of a cell's backend. `log` is where it writes what happened to it; `marker` finds it in /proc. */
export function backendCommand({ situation, backend }: Cell, log: string, marker: string): Command {
  const connecting = situation === "connecting";
  const args = [
    join(folder, files[backend]),
    "--marker",
    marker,
    ...(backend === "dead" && connecting ? [] : ["--log", log]),
    ...(situation === "elicitation of an old backend" ? ["--era", "legacy"] : []),
    ...(connecting ? ["--start-delay", String(neverMilliseconds)] : []),
  ];
  if (situation === "npm exec") {
    const line = [process.execPath, ...args].map((word) => `'${word}'`).join(" ");
    return { command: "npm", args: ["exec", "--offline", "--call", line] };
  }
  return backend === "grandchildren"
    ? { command: "sh", args: [join(folder, "shell.sh"), ...args] }
    : { command: process.execPath, args };
}
