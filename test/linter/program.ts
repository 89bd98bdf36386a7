import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { main } from "../../linter/program.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd: string;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly now?: Date;
}

/** The day on which tests judge, for waivers. */
export const today = new Date("2026-11-22T12:00:00Z");

/** Runs the program in this process. */
export async function gracewarden(args: readonly string[], around: Surroundings): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    cwd: around.cwd,
    env: around.env ?? {},
    stdout: { write: (text) => void (stdout += text), columns: around.columns },
    stderr: { write: (text) => void (stderr += text) },
    stdin: chunks(around.stdin),
    now: around.now ?? today,
    hasRead() {},
    service() {
      throw new Error("a command that serves is tested as a process");
    },
  });
  return { code, stdout, stderr };
}

async function* chunks(input: string | Uint8Array = ""): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(input);
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}

const entry = resolve(import.meta.dirname, "../../linter/gracewarden.ts");

/** Runs the program as a process of its own. */
export function gracewardenProcess(
  args: readonly string[],
  { cwd, stdin, env, uid }: Surroundings & { readonly uid?: number },
): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], {
    cwd,
    input: stdin ?? "",
    env: { PATH: process.env["PATH"], NODE_NO_WARNINGS: "1", ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return { code: status, stdout, stderr };
}
