import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineSyntax, parseArguments } from "../../linter/command-line/arguments.ts";
import { report } from "../checking/report.ts";
import { podAdvice } from "../checking/pod-advice.ts";
import { shownConfig } from "../checking/shown-config.ts";
import { readProcessSettings } from "../config/process-settings.ts";
import { readConfig } from "../config/read-config.ts";
import { systemReason } from "../../linter/command-line/system-reason.ts";
import { programError } from "../errors.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden-proxy check",
  summary: "Says what a configuration means, and the pod that it needs.",
  operands: "FILE",
  minOperands: 1,
  maxOperands: 1,
  options: { json: { text: "As JSON" } },
});

/** Says what a configuration means, and what it needs of its pod. Nothing is started. */
export async function run(args: readonly string[], { cwd, env, stdout }: Terminal): Promise<number> {
  const { options, positionals } = parseArguments(syntax, args);
  const [file = ""] = positionals;
  const { clock } = readProcessSettings(env, {});
  let bytes: Buffer;
  try {
    bytes = await readFile(resolve(cwd, file));
  } catch (error) {
    throw programError("unreadable-file", file, systemReason(error));
  }
  const read = readConfig(file, bytes, env);
  if ("problems" in read) throw programError("bad-config", read.problems);
  const config = shownConfig(read.config, read.written);
  const advice = podAdvice(read.config, clock, file);
  stdout.write(options.json ? `${JSON.stringify({ config, ...advice }, undefined, 2)}\n` : report(config, advice));
  return 0;
}
