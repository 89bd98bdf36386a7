import type { Config } from "../../policies/config.ts";
import { isProgramError } from "../command-line/program-error.ts";
import { judgeInput } from "../judging/judge-input.ts";
import { readInput, type Input } from "../reading/read-input.ts";
import type { Report } from "../judging/report.ts";
import type { Terminal } from "../terminal.ts";

/** What the working folder holds, and how a configuration judges it. */
export interface Survey {
  readonly input: Input;
  readonly report: Report;
  /** Files that cannot be read and do not look like manifests: YAML of other tools, with tags or templates of their own. */
  readonly foreign: readonly string[];
}

/** Undefined where there is nothing to lint. Charts and kustomizations are read as they are written: no program is started. */
export async function survey(config: Config, terminal: Terminal): Promise<Survey | undefined> {
  const { cwd, now } = terminal;
  try {
    const input = await readInput([], { context: [], strict: false, stdinName: "stdin", configFolder: cwd }, terminal);
    const report = judgeInput(input, config, now);
    const unread = new Set(report.findings.filter(({ rule }) => rule === "readable-manifest").map(({ file }) => file));
    const foreign = input.files.filter(
      ({ file, manifest, objects }) =>
        unread.has(file) && objects.length === 0 && manifest !== undefined && !saysApiVersion(manifest.source.text),
    );
    return { input, report, foreign: foreign.map(({ file }) => file) };
  } catch (error) {
    if (isProgramError(error) && error.code === "nothing-found") return undefined;
    throw error;
  }
}

const saysApiVersion = (text: string): boolean => /^[\s"'-]*apiVersion["']?\s*:/m.test(text);
