import { spawn, type ChildProcessByStdio } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { StdioBackend } from "../config/config.ts";
import type { StopReport } from "./backend.ts";
import { backendEnvironment } from "./inherited-environment.ts";
import { ProcessGroupEnd } from "./process-group-end.ts";
import type { ProcessTable } from "./process-table.ts";

/** How a process ended by itself or was ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type Ending = Omit<StopReport, "name">;

/** A backend's process in a process group and session of its own, so that signals meant for others do not reach it. */
export class StdioProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly pid: number | undefined;
  /** Rejects with a sentence when the program could not be started. */
  readonly spawned: Promise<void>;
  /** When the process itself is gone; its descendants may live. Never when it could not be started. */
  readonly exited: Promise<Exit>;
  readonly #end: ProcessGroupEnd | undefined;

  constructor(config: StdioBackend, environment: NodeJS.ProcessEnv, processes: ProcessTable | undefined) {
    const marker = randomUUID();
    const child = start(config, backendEnvironment(environment, config.env, marker));
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    this.pid = child.pid;
    // A pipe that breaks is told by the exit that follows, or by what is written next.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => {});
    this.spawned = new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(new Error(spawnProblem(config, error), { cause: error })));
    });
    this.spawned.catch(() => {});
    this.exited = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
    if (child.pid !== undefined) this.#end = new ProcessGroupEnd(child, child.pid, marker, processes);
  }

  /** Ends the process and all that it started, within `seconds`. A second call can only shorten the first one's time. */
  async end(seconds: number): Promise<Ending> {
    return (
      (await this.#end?.within(seconds)) ?? { by: "already-gone", seconds: 0, leftBehind: [], checkedForDaemons: true }
    );
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function start({ command, args, cwd }: StdioBackend, env: Record<string, string>): Child {
  return spawn(command, [...args], { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
}

function spawnProblem({ command, cwd }: StdioBackend, error: NodeJS.ErrnoException): string {
  if (cwd !== undefined && !existsSync(cwd)) return `its folder ${cwd} does not exist: correct "cwd"`;
  switch (error.code) {
    case "ENOENT":
      return `the command ${command} was not found: install it, or correct "command" or PATH`;
    case "EACCES":
      return `the command ${command} may not be run: it is not executable, or its folder (or "cwd") is closed to this user`;
    case "E2BIG":
      return `the command ${command} cannot be started: its arguments and environment are too long`;
    case "EAGAIN":
    case "EMFILE":
    case "ENFILE":
    case "ENOMEM":
      return `the command ${command} cannot be started now: the machine or the container is out of processes, files or memory (${error.code})`;
    default:
      return `the command ${command} cannot be started: ${error.message}`;
  }
}
