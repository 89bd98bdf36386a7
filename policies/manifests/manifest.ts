import { decodeText } from "./decode-text.ts";
import { createDocument, type Document } from "./document.ts";
import { splitJsonStream } from "./json-stream.ts";
import { ManifestRefusal } from "./manifest-refusal.ts";
import { otherLineBreak } from "./hidden-line.ts";
import { irrelevantKind, irrelevantKindOf } from "./not-relevant.ts";
import { lacksKind } from "./not-kubernetes.ts";
import { parseValue } from "./parse-document.ts";
import type { NodeValue } from "./node-value.ts";
import { contentOf, splitDocuments } from "./split-documents.ts";
import { isGoTemplate, templateIn } from "./template.ts";
import type { Source, Span } from "./source.ts";

export type { Document } from "./document.ts";

interface ManifestProblem {
  readonly code: string;
  /** What is wrong and what to do, in a sentence. */
  readonly message: string;
  readonly span: Span;
}

export interface Manifest {
  readonly source: Source;
  readonly documents: readonly Document[];
  readonly problems: readonly ManifestProblem[];
  /** Documents dropped before parsing because their kind cannot matter: kind -> count. */
  readonly notRelevant: ReadonlyMap<string, number>;
  /** Why nothing of the file (or these documents) was judged, e.g. "Go template". */
  readonly skipped: readonly { readonly reason: string; readonly span: Span }[];
}

export interface ManifestOptions {
  /** Parse what cannot matter too, so that its syntax errors show. */
  readonly strict?: boolean;
  /** Pass over what surely is no Kubernetes object, errors and all: folders hold YAML of other tools. */
  readonly passOver?: boolean;
}

/** A manifest file's documents with their places. Never throws for what a file may hold: that becomes a problem. */
export async function readManifest(name: string, bytes: Uint8Array, options: ManifestOptions = {}): Promise<Manifest> {
  const decoded = decodeText(bytes);
  if ("problem" in decoded) {
    const { message, text, offset } = decoded.problem;
    const span = { start: offset, end: Math.min(offset + 1, text.length) };
    return { ...emptyManifest({ name, text }), problems: [{ code: "encoding", message, span }] };
  }
  const manifest = emptyManifest({ name, text: decoded.text });
  for (const piece of splitDocuments(decoded.text)) {
    const refusal = readDocument(manifest, piece, options);
    if (refusal !== undefined) readRefused(manifest, piece, refusal, options);
  }
  return manifest;
}

interface ManifestInProgress extends Manifest {
  readonly documents: Document[];
  readonly problems: ManifestProblem[];
  readonly notRelevant: Map<string, number>;
  readonly skipped: { readonly reason: string; readonly span: Span }[];
}

function emptyManifest(source: Source): ManifestInProgress {
  return { source, documents: [], problems: [], notRelevant: new Map(), skipped: [] };
}

/** Adds the piece to the manifest, or returns why it has no value. */
function readDocument(
  manifest: ManifestInProgress,
  piece: Span,
  options: ManifestOptions,
): ManifestRefusal | undefined {
  const { source } = manifest;
  const text = source.text.slice(piece.start, piece.end);
  const lines = text.replaceAll(otherLineBreak, "\n");
  const mayHide = lines !== text;
  const span = contentOf(source.text, piece) ?? (mayHide ? piece : undefined);
  if (span === undefined) return undefined;
  const content = source.text.slice(span.start, span.end);
  // Where a line may be hidden, another kind may be.
  const kind = mayHide ? undefined : irrelevantKind(content);
  if (kind !== undefined && options.strict !== true) return countNotRelevant(manifest, kind);
  if (
    options.passOver === true &&
    isAtMargin(source.text, span.start) &&
    lacksKind(mayHide ? contentText(lines) : content)
  ) {
    return skip(manifest, "not a Kubernetes object: neither apiVersion nor kind", span);
  }

  if (isGoTemplate(content)) return skip(manifest, "Go template", span);
  let read: NodeValue;
  try {
    read = parseValue(text);
  } catch (error) {
    if (error instanceof ManifestRefusal) return error;
    throw error;
  }
  const irrelevant = kind ?? irrelevantKindOf(read.value);
  if (irrelevant !== undefined) countNotRelevant(manifest, irrelevant);
  else manifest.documents.push(createDocument(source, piece, span, read.value));
  if (irrelevant !== undefined && options.strict !== true) return undefined;
  for (const key of read.repeatedKeys) {
    const name = text.slice(key.start, key.end);
    const message = `Key ${name} stands twice in this mapping; only the last one counts: remove the other.`;
    manifest.problems.push({ code: "duplicate-key", message, span: shift(key, piece.start) });
  }
  return undefined;
}

/** What cannot be read as one document: a template, JSON objects in a row, or an error. */
function readRefused(
  manifest: ManifestInProgress,
  piece: Span,
  refusal: ManifestRefusal,
  options: ManifestOptions,
): void {
  const { text } = manifest.source;
  const content = contentOf(text, piece) ?? piece;
  const isSyntax = refusal.code === "syntax";
  const objects = isSyntax ? splitJsonStream(text, content) : undefined;
  const template = isSyntax ? templateIn(text.slice(piece.start, piece.end)) : undefined;
  if (objects !== undefined) {
    for (const object of objects) {
      const wrong = readDocument(manifest, object, options);
      if (wrong !== undefined) refuse(manifest, object, wrong);
    }
  } else if (template !== undefined) {
    skip(manifest, template, content);
  } else {
    refuse(manifest, piece, refusal);
  }
}

function refuse(manifest: ManifestInProgress, piece: Span, { code, message, span }: ManifestRefusal): void {
  const content = contentOf(manifest.source.text, piece) ?? piece;
  const kind = irrelevantKind(manifest.source.text.slice(content.start, content.end));
  if (kind !== undefined) countNotRelevant(manifest, kind);
  manifest.problems.push({ code, message, span: shift(span, piece.start) });
}

function skip({ skipped }: ManifestInProgress, reason: string, span: Span): undefined {
  skipped.push({ reason, span });
}

function countNotRelevant({ notRelevant }: ManifestInProgress, kind: string): undefined {
  notRelevant.set(kind, (notRelevant.get(kind) ?? 0) + 1);
}

function contentText(text: string): string {
  const span = contentOf(text, { start: 0, end: text.length });
  return span === undefined ? "" : text.slice(span.start, span.end);
}

const isAtMargin = (text: string, at: number): boolean => at === 0 || /[\r\n]/.test(text.charAt(at - 1));

function shift({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}
