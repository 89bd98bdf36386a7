import { isRecord } from "../../policies/record.ts";

/** Something that a kustomization reads besides itself. */
export interface Reference {
  /** As it is written, without the key in front of a generator's file. */
  readonly text: string;
  /** `resource`: manifests or a folder with a kustomization; `patch`: parts of manifests; `plugin`: may name further files. */
  readonly role: "resource" | "patch" | "plugin" | "data";
}

export interface KustomizationFields {
  readonly kind: string | undefined;
  readonly namePrefix: string;
  readonly nameSuffix: string;
  readonly references: readonly Reference[];
  /** Texts that are themselves what a `plugin` file would hold. */
  readonly inline: readonly string[];
}

type Reader = (value: unknown) => readonly Reference[];

const lists =
  (role: Reference["role"]): Reader =>
  (value) =>
    strings(value).map((text) => ({ text, role }));

const paths =
  (role: Reference["role"]): Reader =>
  (value) =>
    records(value).flatMap((item) => lists(role)([item["path"]]));

const generated: Reader = (value) =>
  records(value).flatMap((item) =>
    strings([item["files"], item["envs"], item["env"]].flat()).map((text) => ({
      text: text.slice(text.indexOf("=") + 1),
      role: "data" as const,
    })),
  );

/** Paths, or patches themselves. */
const strategic: Reader = (value) => lists("patch")(strings(value).filter((text) => !/\n|^\s*\{/.test(text)));

const none: Reader = () => [];

/** Every field of a kustomization, in lower case, and what it makes kustomize read. */
const fields: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["resources", lists("resource")],
  ["bases", lists("resource")],
  ["components", lists("resource")],
  // Earlier versions took texts here for patchesStrategicMerge.
  ["patches", (value) => [...paths("patch")(value), ...strategic(value)]],
  ["patchesjson6902", paths("patch")],
  ["patchesstrategicmerge", strategic],
  ["replacements", paths("data")],
  ["configmapgenerator", generated],
  ["secretgenerator", generated],
  ["crds", lists("data")],
  ["configurations", lists("data")],
  ["openapi", (value) => paths("data")([value])],
  ["generators", lists("plugin")],
  ["transformers", lists("plugin")],
  ["validators", lists("plugin")],
  ...[
    "apiversion",
    "kind",
    "metadata",
    "nameprefix",
    "namesuffix",
    "namespace",
    "commonlabels",
    "labels",
    "commonannotations",
    "images",
    "imagetags",
    "replicas",
    "vars",
    "sortoptions",
    "generatoroptions",
    "buildmetadata",
    "inventory",
  ].map((name): [string, Reader] => [name, none]),
]);

/** Reads a kustomization's fields as far as they lead to other files; the string says why nothing can be told. */
export function kustomizationFields(value: unknown): KustomizationFields | string {
  if (!isRecord(value)) return "is no mapping";
  const repeated = repeatedKey(value);
  if (repeated !== undefined) return `has the field "${repeated}" twice, in one case or another`;
  const folded = fold(value) as Record<string, unknown>;
  const references: Reference[] = [];
  const inline: string[] = [];
  for (const [name, content] of Object.entries(folded)) {
    const reader = fields.get(name);
    if (name.startsWith("helm")) return "has charts of its own: render them by naming their folder";
    if (reader === undefined)
      return `has the field "${name}", of which it is not known whether it leads to the network`;
    for (const reference of reader(content)) {
      if (reference.role === "plugin" && reference.text.includes("\n")) inline.push(reference.text);
      else references.push(reference);
    }
  }
  return {
    kind: text(folded["kind"]),
    namePrefix: text(folded["nameprefix"]) ?? "",
    nameSuffix: text(folded["namesuffix"]) ?? "",
    references,
    inline,
  };
}

/** Kustomize takes keys in any case, as Go's JSON does, with its letters beyond ASCII that are one in lower case. */
function fold(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fold);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, content]) => [foldKey(key), fold(content)]));
}

const foldKey = (key: string): string => key.normalize("NFKC").toLowerCase();

/** A key that is another one in another case: which of them counts is for Go to say. */
function repeatedKey(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const keys = Array.isArray(value) ? [] : Object.keys(value).map(foldKey);
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) return key;
    seen.add(key);
  }
  for (const content of Object.values(value)) {
    const inner = repeatedKey(content);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);
