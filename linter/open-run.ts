import { rules } from "../policies/rules/index.ts";
import { chosenConfig, type LoadedConfig } from "./configuration/load-config.ts";
import { progressOn, type Progress } from "./reading/progress.ts";
import { readInput, type Input, type InputOptions } from "./reading/read-input.ts";
import { amount } from "./reporters/summary.ts";
import type { RenderOptions } from "./sources/render-options.ts";
import type { Terminal } from "./terminal.ts";

export interface RunOptions extends RenderOptions {
  readonly config: string | undefined;
  readonly "no-config": boolean;
  readonly strict: boolean;
  readonly context: readonly string[];
  readonly "stdin-filename": string | undefined;
}

/** A run over files that is about to judge: its configuration is loaded, its input read. */
export interface OpenRun {
  readonly loaded: LoadedConfig;
  readonly input: Input;
  readonly inputOptions: InputOptions;
  readonly progress: Progress;
}

/** Begins a run over files. What is to be said of the configuration is said. */
export async function openRun(paths: readonly string[], options: RunOptions, terminal: Terminal): Promise<OpenRun> {
  const progress = progressOn(terminal);
  const loaded = await chosenConfig(options, terminal.cwd, rules, terminal.now);
  for (const note of loaded.notes) terminal.stderr.write(`gracewarden: ${note}\n`);
  const inputOptions = {
    context: options.context,
    strict: options.strict,
    stdinName: options["stdin-filename"] ?? "stdin",
    configFolder: loaded.folder,
    render: options,
    progress,
  };
  const input = await readInput(paths, inputOptions, terminal);
  progress.tell(() => `judging: ${amount(input.files.length, "file", "files")}`);
  return { loaded, input, inputOptions, progress };
}
