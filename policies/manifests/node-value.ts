import { isMergeKey, resolveAlias } from "./node.ts";
import type { AliasNode, MappingNode, Node, ScalarNode, SequenceNode } from "./node.ts";
import { ManifestRefusal } from "./manifest-refusal.ts";
import { setOwn } from "../record.ts";
import { resolvePlain, resolvePlainKey, type Scalar } from "./scalars.ts";

export interface NodeValue {
  readonly value: unknown;
  /** Keys that stand in their mapping before; the last one's value counts, as in goyaml v2. */
  readonly repeatedKeys: readonly Node[];
}

/**
 * A document's value as goyaml v2 and YAMLToJSON read it: later entries win over earlier ones, merged ones included
 * (so a `<<` after a key overrides the key), tags of collections are ignored, a scalar with an unknown tag is text.
 * An alias shares its anchor's value. Throws a ManifestRefusal where Kubernetes would refuse.
 */
export function valueOfNode(root: Node): NodeValue {
  const repeatedKeys: Node[] = [];
  const finished = new Map<Node, { readonly value: unknown; readonly size: number }>();
  let decoded = 0;
  let throughAliases = 0;

  function read(node: Node): { readonly value: unknown; readonly size: number } {
    if (node.kind === "alias") return readAlias(node);
    decoded += 1;
    const before = decoded;
    const value =
      node.kind === "scalar" ? readScalar(node) : node.kind === "mapping" ? readMapping(node) : readItems(node);
    const result = { value, size: decoded - before + 1 };
    if (node.anchor !== undefined) finished.set(node, result);
    return result;
  }

  function readAlias(node: AliasNode): { readonly value: unknown; readonly size: number } {
    decoded += 1;
    if (node.target === undefined)
      throw new ManifestRefusal("syntax", `No anchor &${node.name} stands before this alias.`, node);
    const target = finished.get(node.target);
    if (target === undefined) {
      throw new ManifestRefusal(
        "cyclic-anchor",
        `Anchor &${node.name} contains itself: an alias cannot stand inside its own anchor.`,
        node,
      );
    }
    decoded += target.size;
    throughAliases += target.size;
    if (isExcessive(decoded, throughAliases)) {
      throw new ManifestRefusal(
        "alias-bomb",
        "The aliases expand to far more than is written (an alias bomb); Kubernetes refuses this document too.",
        node,
      );
    }
    return target;
  }

  function readItems(node: SequenceNode): unknown[] {
    return node.items.map((item) => read(item.value).value);
  }

  function readMapping(node: MappingNode): Record<string, unknown> {
    const mapping: Record<string, unknown> = {};
    const own = new Set<string>();
    for (const { key, value } of node.entries) {
      if (isMergeKey(key)) {
        for (const source of mergeSources(value))
          Object.entries(source).forEach(([name, merged]) => setOwn(mapping, name, merged));
        continue;
      }
      decoded += 1;
      const name = keyOf(key);
      if (own.has(name)) repeatedKeys.push(key);
      own.add(name);
      if (key.anchor !== undefined) read(key);
      setOwn(mapping, name, read(value).value);
    }
    return mapping;
  }

  /** In the order of writing: of several sources, the first wins. */
  function mergeSources(node: Node): Record<string, unknown>[] {
    const target = resolveAlias(node);
    if (target.kind === "mapping") return [read(node).value as Record<string, unknown>];
    if (node.kind !== "sequence" || node.items.some((item) => resolveAlias(item.value).kind !== "mapping")) {
      throw new ManifestRefusal(
        "syntax",
        "A merge key (<<) takes a mapping, an alias of one, or a list of these.",
        node,
      );
    }
    return node.items.map((item) => read(item.value).value as Record<string, unknown>).toReversed();
  }

  return { value: read(root).value, repeatedKeys };
}

/** The text of a key; throws where the key cannot be one in JSON. */
export function keyOf(node: Node): string {
  const key = resolveAlias(node);
  const name = key.kind === "scalar" ? keyText(key) : undefined;
  if (name !== undefined) return name;
  throw new ManifestRefusal(
    "syntax",
    "A key must be text, a number or a boolean here; a mapping, a list or null cannot be one.",
    node,
  );
}

function keyText(key: ScalarNode): string | undefined {
  if (key.tag === "") return key.style === "plain" ? resolvePlainKey(key.text) : key.text;
  const value = readScalar(key);
  return value === null ? undefined : String(value);
}

function readScalar(node: ScalarNode): Scalar {
  switch (coreTag(node.tag)) {
    case undefined:
      return node.style === "plain" ? resolvePlain(node.text) : node.text;
    case "int":
    case "float":
    case "bool":
    case "null":
      return resolvePlain(node.text);
    case "binary":
      return Buffer.from(node.text, "base64").toString();
    default:
      return node.text;
  }
}

function coreTag(tag: string): string | undefined {
  if (tag === "") return undefined;
  return /^(?:!!|!<tag:yaml\.org,2002:)(\w+)>?$/.exec(tag)?.[1] ?? tag;
}

/** goyaml v2 (decode.go, allowedAliasRatio): 99 % of the values may come from aliases up to 400,000 values, 10 % from 4,000,000 on. */
function isExcessive(decoded: number, throughAliases: number): boolean {
  if (throughAliases <= 100 || decoded <= 1000) return false;
  const low = 400_000;
  const high = 4_000_000;
  const share = Math.min(Math.max((decoded - low) / (high - low), 0), 1);
  return throughAliases / decoded > 0.99 - 0.89 * share;
}
