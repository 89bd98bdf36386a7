import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Ending } from "./cell.ts";

/** A proxy's process as seen from outside, whatever stands before it. */
export interface Launched {
  /** Of what was started, which may be a process in front of the proxy. */
  readonly pid: number;
  readonly hasExited: () => boolean;
  /** What it has written to stdout and stderr so far. */
  readonly output: () => string;
  /** After the exit: what it wrote is read, unless somebody holds its pipes. */
  readonly outputRead: () => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** The exit code; 128 + n where a signal n ended it, as a shell and a container runtime report it. */
  readonly exited: Promise<number>;
  readonly kill: () => void;
}

/** Why an ending cannot be tried here, if so. */
export function cannotTry(ending: Ending): string | undefined {
  if (ending === "tini early") return finds("tini", ["--version"]) ? undefined : "no tini on the PATH";
  if (ending !== "pid 1") return undefined;
  return finds("unshare", [...newNamespace, "true"]) ? undefined : "unshare cannot make a PID namespace (not root?)";
}

function finds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const newNamespace = ["--pid", "--fork", "--mount-proc", "--kill-child"];
const signalNumbers: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

export async function launch(
  ending: Ending,
  commandLine: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Launched> {
  const before = { "pid 1": ["unshare", ...newNamespace], "tini early": ["tini", "-s", "--"] };
  const [command = "", ...args] = [
    ...(ending === "pid 1" || ending === "tini early" ? before[ending] : []),
    ...commandLine,
  ];
  // A process group of its own, as a container's: a signal to the group is one to the proxy and what shares its group.
  const child = spawn(command, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const exited = new Promise<number>((done) => {
    child.once("exit", (code, signal) => done(code ?? 128 + (signalNumbers[signal ?? "SIGKILL"] ?? 0)));
  });
  const closed = new Promise<void>((done) => child.once("close", () => done()));
  let gone = false;
  void exited.then(() => (gone = true));
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}`);
  const target = ending === "pid 1" ? await childOf(pid) : pid;
  const send = (to: number, signal: NodeJS.Signals): void => {
    if (!gone) process.kill(to, signal);
  };
  return {
    pid,
    hasExited: () => gone,
    output: () => output,
    outputRead: async () => Promise.race([closed, wait(1000)]),
    signal: (signal) => send(ending === "group" ? -target : target, signal),
    exited,
    kill: () => send(pid, "SIGKILL"),
  };
}

/** The first process of a namespace, by its parent outside of it. */
async function childOf(pid: number): Promise<number> {
  for (;;) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    if (child) return Number(child);
    await wait(1);
  }
}
