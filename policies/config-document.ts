import { readConfig, expiredWaivers } from "./config-file.ts";
import type { Config } from "./config.ts";
import { readManifest } from "./manifests/manifest.ts";
import { positionAt, type Span } from "./manifests/source.ts";
import { formatPath, type Path } from "./path.ts";
import { isRecord } from "./record.ts";
import type { Rule } from "./rule.ts";

/** A configuration, or each mistake in it: `gracewarden.yaml:3:5 …`. */
export type ConfigReading =
  | {
      readonly config: Config;
      /** Waivers that no longer hold, a sentence each. */
      readonly notes: readonly string[];
    }
  | { readonly problems: readonly string[] };

/** Reads the bytes of a configuration; `file` is what messages call it. */
export async function readConfigDocument(
  file: string,
  bytes: Uint8Array,
  rules: readonly Rule[],
  now: Date,
): Promise<ConfigReading> {
  const { source, documents, problems, skipped, notRelevant } = await readManifest(file, bytes, { strict: true });
  const place = ({ start }: Pick<Span, "start">): string => {
    const { line, column } = positionAt(source, start);
    return `${file}:${line}:${column}`;
  };
  if (problems.length > 0) return { problems: problems.map(({ span, message }) => `${place(span)} ${message}`) };
  const [unread] = skipped;
  if (unread !== undefined) return { problems: [`${place(unread.span)} not read: ${unread.reason}`] };
  for (const kind of notRelevant.keys()) return { problems: [`${file} is a ${kind}, not a configuration`] };
  const [document, second] = documents;
  if (second !== undefined) return { problems: [`${place(second.span)} a configuration is one document`] };
  const placeOf = (at: Path): string => (document === undefined ? file : place(document.locate(at, "key")));
  const read = readConfig(withOff(document?.value), rules);
  if ("problems" in read) {
    return {
      problems: read.problems.map(
        ({ at, message }) => `${placeOf(at)} ${at.length > 1 ? `${formatPath(at)}: ` : ""}${message}`,
      ),
    };
  }
  const notes = expiredWaivers(read.config, now).map(
    ({ at, waiver }) =>
      `${placeOf(at)} the waiver of ${waiver.rule} by ${waiver.owner} expired on ${waiver.expires} and no longer holds`,
  );
  return { config: read.config, notes };
}

/** YAML, as Kubernetes reads it, takes an unquoted `off` for false; where a severity or an enforcement stands, it means the word. */
function withOff(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { rules, overrides, enforcement } = value;
  return {
    ...value,
    ...(rules === undefined ? {} : { rules: rulesWithOff(rules) }),
    ...(Array.isArray(overrides) ? { overrides: overrides.map(entryWithOff) } : {}),
    ...(isRecord(enforcement) ? { enforcement: enforcementWithOff(enforcement) } : {}),
  };
}

function enforcementWithOff(enforcement: Record<string, unknown>): unknown {
  const { namespaces } = enforcement;
  return {
    ...(entryWithOff(enforcement) as object),
    ...("default" in enforcement ? { default: offWord(enforcement["default"]) } : {}),
    ...(Array.isArray(namespaces) ? { namespaces: namespaces.map(entryWithOff) } : {}),
  };
}

const entryWithOff = (entry: unknown): unknown =>
  isRecord(entry) && "rules" in entry ? { ...entry, rules: rulesWithOff(entry["rules"]) } : entry;

function rulesWithOff(rules: unknown): unknown {
  if (!isRecord(rules)) return rules;
  return Object.fromEntries(
    Object.entries(rules).map(([id, entry]) => [id, Array.isArray(entry) ? entry.map(offWord) : offWord(entry)]),
  );
}

const offWord = (value: unknown): unknown => (value === false ? "off" : value);
