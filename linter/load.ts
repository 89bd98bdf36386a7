import { readManifest, type Document, type Manifest } from "../policies/manifests/manifest.ts";
import type { Path } from "../policies/path.ts";
import type { KubernetesObject, ShapeProblem } from "../policies/pods/object.ts";
import { readObjects } from "../policies/pods/read-object.ts";
import { systemSentence } from "./errors.ts";
import { builtin } from "./builtin.ts";

const { openSync, readFileSync, fstatSync, closeSync } = builtin("node:fs");

/** An object and where it stands. */
export interface PlacedObject {
  readonly object: KubernetesObject;
  readonly document: Document;
  readonly at: Path;
}

/** A document that holds no object that can be judged. */
export interface DocumentProblem extends ShapeProblem {
  readonly document: Document;
}

/** A file after reading. */
export interface LoadedFile {
  /** As reports call it. */
  readonly file: string;
  /** As overrides by path call it: relative to the configuration's folder. */
  readonly configFile: string;
  /** Undefined for stdin. */
  readonly path: string | undefined;
  /** Undefined where the file could not be read; `unreadable` says why. */
  readonly manifest: Manifest | undefined;
  readonly unreadable: string | undefined;
  readonly objects: readonly PlacedObject[];
  readonly problems: readonly DocumentProblem[];
  /** Documents that hold no Kubernetes object. */
  readonly skipped: readonly { readonly document: Document; readonly reason: string }[];
}

/** Larger files are a finding, not an attempt: the largest real manifests are bundles of some megabytes. */
export const maxBytes = 100 * 1024 * 1024;

export interface FileNames {
  readonly file: string;
  readonly configFile: string;
  readonly path: string | undefined;
  readonly named: boolean;
}

/** Reads a found file. Never throws for what may be wrong with it. */
export async function loadFile(found: FileNames & { readonly path: string }, strict: boolean): Promise<LoadedFile> {
  let bytes: Uint8Array;
  try {
    bytes = readBounded(found.path);
  } catch (cause) {
    const unreadable = cause instanceof TooLarge ? cause.message : systemSentence(cause);
    return unreadableFile(found, unreadable);
  }
  return loadBytes(found, bytes, strict);
}

/** A file of which nothing can be said but why. */
export function unreadableFile({ file, configFile, path }: FileNames, unreadable: string): LoadedFile {
  return { file, configFile, path, manifest: undefined, unreadable, objects: [], problems: [], skipped: [] };
}

/** Reads the bytes of a file or of stdin. */
export async function loadBytes(names: FileNames, bytes: Uint8Array, strict: boolean): Promise<LoadedFile> {
  const { file, configFile, path } = names;
  if (bytes.length > maxBytes) return unreadableFile(names, new TooLarge(bytes.length).message);
  const manifest = await readManifest(file, bytes, { strict });
  if (!names.named && manifest.problems.length > 0 && isForeignJson(file, manifest)) {
    const span = { start: 0, end: manifest.source.text.length };
    const foreign = {
      ...manifest,
      problems: [],
      skipped: [{ reason: "not a Kubernetes object: JSON with comments or errors, without an apiVersion", span }],
    };
    return { file, configFile, path, manifest: foreign, unreadable: undefined, objects: [], problems: [], skipped: [] };
  }
  const objects: PlacedObject[] = [];
  const problems: DocumentProblem[] = [];
  const skipped: { document: Document; reason: string }[] = [];
  for (const document of manifest.documents) {
    const read = readObjects(document.value, configFile);
    for (const { object, at } of read.objects) objects.push({ object, document, at });
    for (const problem of read.problems) problems.push({ ...problem, document });
    if (read.skipped !== undefined) skipped.push({ document, reason: read.skipped });
  }
  return { file, configFile, path, manifest, unreadable: undefined, objects, problems, skipped };
}

/** Folders hold JSON of other tools that YAML cannot read, as tsconfig.json with its comments. */
function isForeignJson(file: string, { source, documents }: Manifest): boolean {
  return /\.json$/i.test(file) && documents.length === 0 && !source.text.includes('"apiVersion"');
}

class TooLarge extends Error {
  constructor(bytes: number) {
    super(
      `is too large to be read: ${Math.round(bytes / 1024 / 1024)} MiB, the limit is ${maxBytes / 1024 / 1024} MiB`,
    );
  }
}

function readBounded(path: string): Uint8Array {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    if (size > maxBytes) throw new TooLarge(size);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
