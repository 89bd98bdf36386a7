import { otherLineBreak } from "../../policies/manifests/hidden-line.ts";
import { readManifest } from "../../policies/manifests/manifest.ts";

/**
 * The values of a text that another reader of YAML will read, too, and must read alike: what readers differ in, as tags,
 * merge keys and the line breaks of YAML 1.1, is refused, wherever it stands. Otherwise the sentence says why, to be put
 * behind the file's name.
 */
export async function readStrictly(
  name: string,
  bytes: Uint8Array,
): Promise<{ readonly values: readonly unknown[] } | { readonly why: string }> {
  const { source, documents, problems, notRelevant, skipped } = await readManifest(name, bytes, { strict: true });
  // Where kustomize begins a line, and so may find a key, others read on in a comment.
  if (source.text.search(otherLineBreak) >= 0)
    return { why: "has a line break that only some readers of YAML know (U+0085, U+2028 or U+2029): take it out" };
  const [problem] = problems;
  if (problem !== undefined) return { why: `cannot be read: ${problem.message}` };
  if (notRelevant.size > 0 || skipped.some(({ reason }) => reason !== "empty document"))
    return { why: "cannot be read: it is no kustomization" };
  if (tagOrMergeKey.test(source.text.replaceAll(commentLine, "")))
    return { why: "has a tag (!) or a merge key (<<): write out what they stand for" };
  return { values: documents.map(({ value }) => value) };
}

/** Without quotes, since it may be a line of a quoted text, which ends where the quote does. */
const commentLine = /^[ \t]*#[^"'\r\n]*$/gm;
const tagOrMergeKey = /(?:^|[\s[{,:])(?:!\S|["']?<<["']?\s*:)/;
