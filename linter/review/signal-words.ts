import type { SignalPath, SignalPaths } from "./signal-paths.ts";

/** Whose processes see each other, in a few words. */
export const namespaceWords: Readonly<Record<SignalPaths["namespace"], string>> = {
  own: "one PID namespace for each container",
  shared: "one PID namespace for the whole pod: PID 1 is the pause process",
  node: "the node's own PID namespace",
  windows: "Windows: no PID namespaces and no signals",
};

/** What becomes of the stop signal, in a few words. */
export const outcomeWords: Readonly<Record<SignalPath["signal"], string>> = {
  reaches: "reaches the program",
  lost: "lost: the program never gets it",
  cut: "cut: the program dies with its first process",
  unknown: "unknown",
};

/** A container's path in a line: `first process: sh (shell), which starts node; stop signal: lost: ...` */
export function signalWords({ first, firstKind, program, signal, why }: SignalPath): string {
  if (firstKind === "program") return `first process: ${first}, the program itself; stop signal: reaches it`;
  const process = first === undefined ? "the image's" : `${first} (${firstKind})`;
  const then = program === undefined ? "" : `, which starts ${program}`;
  return `first process: ${process}${then}; stop signal: ${outcomeWords[signal]}; ${why}`;
}

/** Whether there is something to look at: others can signal, or the stop signal does not arrive. */
export const isNotable = ({ namespace, powers, paths }: SignalPaths): boolean =>
  namespace === "shared" ||
  namespace === "node" ||
  powers.length > 0 ||
  paths.some(({ signal }) => signal === "lost" || signal === "cut");
