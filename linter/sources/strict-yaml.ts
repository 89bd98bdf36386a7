import { readManifest } from "../../policies/manifests/manifest.ts";

/**
 * The values of a text that another reader of YAML will read, too, and must read alike: what readers differ in, as tags
 * and merge keys, is refused, wherever it stands. Otherwise the sentence says why, to be put behind the file's name.
 */
export async function readStrictly(
  name: string,
  bytes: Uint8Array,
): Promise<{ readonly values: readonly unknown[] } | { readonly why: string }> {
  const { source, documents, problems, notRelevant, skipped } = await readManifest(name, bytes, { strict: true });
  const [problem] = problems;
  if (problem !== undefined) return { why: `cannot be read: ${problem.message}` };
  if (notRelevant.size > 0 || skipped.some(({ reason }) => reason !== "empty document"))
    return { why: "cannot be read: it is no kustomization" };
  if (tagOrMergeKey.test(source.text))
    return { why: "has a tag (!) or a merge key (<<): write out what they stand for" };
  return { values: documents.map(({ value }) => value) };
}

const tagOrMergeKey = /(?:^|[\s[{,:])(?:!\S|["']?<<["']?\s*:)/;
