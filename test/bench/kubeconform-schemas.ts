/**
 * Makes kubeconform's schemas of a cluster's own kinds, whole each, for GRACEWARDEN_KUBECONFORM_SCHEMAS:
 * `kubectl get --raw /openapi/v2 | node test/bench/kubeconform-schemas.ts FOLDER`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../../policies/record.ts";

type Schema = Readonly<Record<string, unknown>>;

const folder = process.argv[2] ?? "kubeconform-schemas";
const { definitions } = JSON.parse(readFileSync(0, "utf8")) as {
  readonly definitions: Readonly<Record<string, Schema>>;
};

/** What the OpenAPI calls a string and the API server takes as a number, too. */
const stringOrNumber = { oneOf: [{ type: ["string", "null"] }, { type: ["number", "null"] }] };

/** With every reference replaced by what it stands for; `within` ends those that hold themselves. */
function whole(part: unknown, within: readonly string[]): unknown {
  if (Array.isArray(part)) return part.map((one) => whole(one, within));
  if (!isRecord(part)) return part;
  const { $ref: reference } = part;
  if (typeof reference === "string") {
    const name = reference.slice(reference.lastIndexOf("/") + 1);
    if (/\.(IntOrString|Quantity)$/.test(name)) return stringOrNumber;
    return within.includes(name) ? {} : whole(definitions[name], [...within, name]);
  }
  const kept = Object.entries(part).filter(([key]) => !key.startsWith("x-"));
  const copy = Object.fromEntries(kept.map(([key, value]) => [key, whole(value, within)]));
  // Kubernetes reads null as absent.
  return within.length > 1 && typeof copy["type"] === "string" ? { ...copy, type: [copy["type"], "null"] } : copy;
}

mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(definitions)) {
  const kinds = schema["x-kubernetes-group-version-kind"];
  for (const { group, version, kind } of Array.isArray(kinds) ? (kinds as Record<string, string>[]) : []) {
    if (kind === undefined || version === undefined || /(?:Options|^WatchEvent)$/.test(kind)) continue;
    const parts = [kind.toLowerCase(), ...(group ? [group.split(".")[0]] : []), version];
    writeFileSync(join(folder, `${parts.join("-")}.json`), JSON.stringify(whole(schema, [name])));
  }
}
