import { Ajv } from "ajv";
import type { Node } from "jsonc-parser";
import { formatPath, type Path } from "../../policies/path.ts";
import { isRecord } from "../../policies/record.ts";
import { schemaProblems, type ConfigProblem } from "../../policies/schema-problem.ts";
import type { ProxyConfig } from "./config.ts";
import type { ConfigFile } from "./config-file.ts";
import { configSchema } from "./config-schema.ts";
import { expandedValue } from "./expand.ts";
import { readJsonc } from "./jsonc.ts";
import { resolveConfig } from "./resolve.ts";

export type ConfigReading =
  /** `written`: with its variables as they stand in the file, so that it can be shown. */
  | { readonly config: ProxyConfig; readonly written: Node }
  /** `proxy.json:3:5 …`, a sentence for each mistake. */
  | { readonly problems: readonly string[] };

/** Reads a configuration; `file` is what messages call it. */
export function readConfig(
  file: string,
  bytes: Uint8Array,
  environment: Readonly<Record<string, string | undefined>>,
): ConfigReading {
  const text = decode(bytes);
  if (text === undefined) return { problems: [`${file}:1:1 the file is not valid UTF-8`] };
  const read = readJsonc(text);
  if ("problems" in read) return { problems: read.problems.map(({ place, message }) => `${file}:${place} ${message}`) };
  const { root, place } = read.document;
  const expanded = expandedValue(root, environment);
  const missing = expanded.problems.filter(({ at }) => !isDisabled(expanded.value, at));
  const checked = checkShape(expanded.value);
  const shape = "problems" in checked ? checked.problems : [];
  const resolved = "file" in checked && missing.length === 0 ? resolveConfig(checked.file) : undefined;
  if (resolved !== undefined && "config" in resolved) return { config: resolved.config, written: root };
  const told = [...missing, ...shape, ...(resolved?.problems ?? [])].map(({ at, message }) => ({
    place: place(at),
    message: `${at.length > 1 ? `${formatPath(at)}: ` : ""}${message}`,
  }));
  return {
    problems: told
      .toSorted((a, b) => a.place.localeCompare(b.place, "en", { numeric: true }))
      .map(({ place: where, message }) => `${file}:${where} ${message}`),
  };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A server that is switched off needs no variables. */
function isDisabled(value: unknown, [first, name]: Path): boolean {
  const servers = isRecord(value) ? value["mcpServers"] : undefined;
  const entry = first === "mcpServers" && isRecord(servers) && typeof name === "string" ? servers[name] : undefined;
  return isRecord(entry) && entry["disabled"] === true;
}

function checkShape(value: unknown): { readonly file: ConfigFile } | { readonly problems: readonly ConfigProblem[] } {
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, verbose: true });
  const validate = ajv.compile<ConfigFile>(configSchema);
  if (validate(value)) return { file: value };
  return {
    problems: schemaProblems(validate.errors ?? [], {
      // What was meant as a secret may stand in a wrong place.
      tell: (found, at) => (isPlain(at) ? JSON.stringify(found) : kindOf(found)),
    }),
  };
}

/** Places where no secret can be meant. */
const isPlain = (at: Path): boolean =>
  ["separator", "type", "transport", "arguments"].includes(String(at.at(-1))) ||
  /(?:Timeout|Seconds|Bytes)$/.test(String(at.at(-1))) ||
  at.includes("algorithms");

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
