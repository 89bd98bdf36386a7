import { dirname, join, resolve } from "node:path";
import { readManifest } from "../policies/manifests/manifest.ts";
import { defaultConfig, type Config } from "../policies/config.ts";
import { formatPath, type Path } from "../policies/path.ts";
import type { Rule } from "../policies/rule.ts";
import { isRecord } from "../policies/record.ts";
import { programError, systemSentence } from "./errors.ts";
import { shownName } from "./files.ts";
import { regionOf } from "./positions.ts";
import { builtin } from "./builtin.ts";

const { existsSync, readFileSync } = builtin("node:fs");

/** The name under which a configuration is looked for, in the working folder and above. */
export const configName = "gracewarden.yaml";

/** The configuration of a run. */
export interface LoadedConfig {
  readonly config: Config;
  /** As messages call it; undefined where there is none. */
  readonly file: string | undefined;
  /** The folder that `paths` of overrides and waivers are relative to. */
  readonly folder: string;
  /** Waivers that no longer hold, a sentence each. */
  readonly notes: readonly string[];
}

/** Reads the configuration, or throws a ProgramError with a line for every mistake in it. */
export async function loadConfig(
  named: string | undefined,
  cwd: string,
  rules: readonly Rule[],
  now: Date,
): Promise<LoadedConfig> {
  const path = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  if (path === undefined) return noConfig(cwd);
  const file = shownName(cwd, path);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw programError("unreadable-config", file, systemSentence(cause));
  }
  // Here, since a run without a configuration needs neither ajv nor the schema.
  const { readConfig, expiredWaivers } = await import("../policies/config-file.ts");
  const { source, documents, problems, skipped, notRelevant } = await readManifest(file, bytes, { strict: true });
  const place = (span: { readonly start: number; readonly end: number }): string => {
    const { line, column } = regionOf(source, span);
    return `${file}:${line}:${column}`;
  };
  if (problems.length > 0)
    throw programError(
      "bad-config",
      problems.map(({ span, message }) => `${place(span)} ${message}`),
    );
  const [unread] = skipped;
  if (unread !== undefined) throw programError("bad-config", [`${place(unread.span)} not read: ${unread.reason}`]);
  for (const kind of notRelevant.keys())
    throw programError("bad-config", [`${file} is a ${kind}, not a configuration`]);
  const [document, second] = documents;
  if (second !== undefined) throw programError("bad-config", [`${place(second.span)} a configuration is one document`]);
  const placeOf = (at: Path): string => (document === undefined ? file : place(document.locate(at, "key")));
  const read = readConfig(withOff(document?.value), rules);
  if ("problems" in read) {
    throw programError(
      "bad-config",
      read.problems.map(({ at, message }) => `${placeOf(at)} ${at.length > 1 ? `${formatPath(at)}: ` : ""}${message}`),
    );
  }
  const notes = expiredWaivers(read.config, now).map(
    ({ at, waiver }) =>
      `${placeOf(at)} the waiver of ${waiver.rule} by ${waiver.owner} expired on ${waiver.expires} and no longer holds`,
  );
  return { config: read.config, file, folder: dirname(path), notes };
}

/** YAML, as Kubernetes reads it, takes an unquoted `off` for false; where a severity stands, it means the word. */
function withOff(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { rules, overrides } = value;
  return {
    ...value,
    ...(rules === undefined ? {} : { rules: rulesWithOff(rules) }),
    ...(Array.isArray(overrides) ? { overrides: overrides.map(overrideWithOff) } : {}),
  };
}

const overrideWithOff = (override: unknown): unknown =>
  isRecord(override) ? { ...override, rules: rulesWithOff(override["rules"]) } : override;

function rulesWithOff(rules: unknown): unknown {
  if (!isRecord(rules)) return rules;
  return Object.fromEntries(
    Object.entries(rules).map(([id, entry]) => [id, Array.isArray(entry) ? entry.map(offWord) : offWord(entry)]),
  );
}

const offWord = (value: unknown): unknown => (value === false ? "off" : value);

/** What holds where no configuration is given or wanted. */
export const noConfig = (cwd: string): LoadedConfig => ({
  config: defaultConfig,
  file: undefined,
  folder: cwd,
  notes: [],
});

/** The nearest configuration at or above a folder, not beyond the repository it is in. */
function findConfig(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, configName);
    if (existsSync(path)) return path;
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) return undefined;
  }
}
