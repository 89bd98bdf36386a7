import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Sample {
  readonly seconds: number;
  /** A peer that gives up on what it cannot read is not fast. */
  readonly exitCode: number | null;
  /** Peak resident set in MiB; undefined where the system does not tell. */
  readonly peakMebibytes: number | undefined;
}

/** Runs a command to its end, its output thrown away. */
function runOnce(command: readonly string[], cwd?: string): Promise<Sample> {
  const { promise, resolve, reject } = Promise.withResolvers<Sample>();
  const [file = "", ...args] = command;
  const start = process.hrtime.bigint();
  const child = spawn(file, args, { stdio: "ignore", ...(cwd === undefined ? {} : { cwd }) });
  let peakKibibytes = 0;
  const timer = setInterval(() => (peakKibibytes = Math.max(peakKibibytes, highWater(child.pid))), 4);
  child.once("error", reject);
  child.once("exit", (exitCode) => {
    clearInterval(timer);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    resolve({ seconds, exitCode, peakMebibytes: peakKibibytes === 0 ? undefined : peakKibibytes / 1024 });
  });
  return promise;
}

/** The kernel's own high-water mark: it only grows, so the last look before the end is the peak but for the last milliseconds. */
function highWater(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Runs the commands in turn, round by round, after one round that does not count, so that all see the same machine. */
export async function interleave(
  commands: readonly (readonly string[])[],
  rounds: number,
  cwd?: string,
): Promise<Sample[][]> {
  const samples: Sample[][] = commands.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, command] of commands.entries()) {
      const sample = await runOnce(command, cwd);
      if (round >= 0) samples[index]?.push(sample);
    }
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
