import { dirname, join, resolve } from "node:path";
import { defaultConfig, type Config } from "../../policies/config.ts";
import type { Rule } from "../../policies/rule.ts";
import { programError, systemSentence } from "../errors.ts";
import { shownName } from "../reading/files.ts";
import { builtin } from "../builtin.ts";

const { existsSync, readFileSync } = builtin("node:fs");

/** The name under which a configuration is looked for, in the working folder and above. */
const configName = "gracewarden.yaml";

/** The configuration of a run. */
export interface LoadedConfig {
  readonly config: Config;
  /** As messages call it; undefined where there is none. */
  readonly file: string | undefined;
  /** The folder that `paths` of overrides and waivers are relative to. */
  readonly folder: string;
  /** The file's content, to tell one configuration from another. */
  readonly bytes: Uint8Array | undefined;
  /** Waivers that no longer hold, a sentence each. */
  readonly notes: readonly string[];
}

/** What the user says about the configuration. */
interface ConfigChoice {
  readonly config: string | undefined;
  readonly "no-config": boolean;
}

/** Throws a ProgramError where the user wants a configuration and none. */
export function refuseBoth({ config, "no-config": none }: ConfigChoice): void {
  if (config !== undefined && none) throw programError("options-exclude", "--config", "--no-config");
}

/** The configuration that the user wants, or throws as loadConfig does. */
export const chosenConfig = async (
  choice: ConfigChoice,
  cwd: string,
  rules: readonly Rule[],
  now: Date,
): Promise<LoadedConfig> => (choice["no-config"] ? noConfig(cwd) : loadConfig(choice.config, cwd, rules, now));

/** Reads the configuration, or throws a ProgramError with a line for every mistake in it. */
export async function loadConfig(
  named: string | undefined,
  cwd: string,
  rules: readonly Rule[],
  now: Date,
): Promise<LoadedConfig> {
  const path = configPath(named, cwd);
  if (path === undefined) return noConfig(cwd);
  const file = shownName(cwd, path);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw programError("unreadable-config", file, systemSentence(cause));
  }
  // Here, since a run without a configuration needs neither ajv nor the schema.
  const { readConfigDocument } = await import("../../policies/config-document.ts");
  const read = await readConfigDocument(file, bytes, rules, now);
  if ("problems" in read) throw programError("bad-config", read.problems);
  return { config: read.config, file, folder: dirname(path), bytes, notes: read.notes };
}

/** What holds where no configuration is given or wanted. */
export const noConfig = (cwd: string): LoadedConfig => ({
  config: defaultConfig,
  file: undefined,
  folder: cwd,
  bytes: undefined,
  notes: [],
});

/** The file that is the configuration: the one that was named, else the nearest. */
export const configPath = (named: string | undefined, cwd: string): string | undefined =>
  named === undefined ? findConfig(cwd) : resolve(cwd, named);

/** The nearest configuration at or above a folder, not beyond the repository it is in. */
export function findConfig(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, configName);
    if (existsSync(path)) return path;
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) return undefined;
  }
}
