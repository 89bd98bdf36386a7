import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readArguments } from "../arguments.ts";
import { report } from "../checking/report.ts";
import { podAdvice } from "../checking/pod-advice.ts";
import { shownConfig } from "../checking/shown-config.ts";
import { readProcessSettings } from "../config/process-settings.ts";
import { readConfig } from "../config/read-config.ts";
import { programError, systemSentence } from "../errors.ts";
import type { Terminal } from "../terminal.ts";

/** Says what a configuration means, and what it needs of its pod. Nothing is started. */
export async function run(args: readonly string[], { cwd, env, stdout }: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { json: { type: "boolean" } });
  const [file, extra] = positionals;
  if (file === undefined) throw programError("missing-argument", "CONFIG");
  if (extra !== undefined) throw programError("bad-arguments", `"${extra}" is one argument too many`);
  const { clock } = readProcessSettings(env, {});
  let bytes: Buffer;
  try {
    bytes = await readFile(resolve(cwd, file));
  } catch (error) {
    throw programError("unreadable-file", file, systemSentence(error));
  }
  const read = readConfig(file, bytes, env);
  if ("problems" in read) throw programError("bad-config", read.problems);
  const config = shownConfig(read.config, read.written);
  const advice = podAdvice(read.config, clock, file);
  stdout.write(
    values.json === true ? `${JSON.stringify({ config, ...advice }, undefined, 2)}\n` : report(config, advice),
  );
  return 0;
}
