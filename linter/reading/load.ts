import { readManifest, type Document, type Manifest } from "../../policies/manifests/manifest.ts";
import type { Path } from "../../policies/path.ts";
import type { KubernetesObject, ShapeProblem } from "../../policies/pods/object.ts";
import { readObjects } from "../../policies/pods/read-object.ts";
import { systemSentence } from "../errors.ts";
import { tooLarge, type FileReader } from "./read-bytes.ts";
import type { Rendering } from "../sources/rendering.ts";

/** An object and where it stands. */
export interface PlacedObject {
  readonly object: KubernetesObject;
  readonly document: Document;
  readonly at: Path;
}

/** A document that holds no object that can be judged. */
interface DocumentProblem extends ShapeProblem {
  readonly document: Document;
}

/** What a file is called, and whether it was asked for. */
export interface FileNames {
  /** As reports call it. */
  readonly file: string;
  /** As overrides by path call it: relative to the configuration's folder. */
  readonly configFile: string;
  /** Undefined for stdin. */
  readonly path: string | undefined;
  /** An argument itself, not met in a folder. */
  readonly named: boolean;
}

/** A file after reading. */
export interface LoadedFile extends FileNames {
  /** Undefined where the file could not be read; `unreadable` says why. */
  readonly manifest: Manifest | undefined;
  readonly unreadable: string | undefined;
  readonly objects: readonly PlacedObject[];
  readonly problems: readonly DocumentProblem[];
  /** Documents that hold no Kubernetes object. */
  readonly skipped: readonly { readonly document: Document; readonly reason: string }[];
  /** How the text was made, where it is not what the file holds: then `path` must not be written. */
  readonly rendering?: Rendering;
}

/** Reads a found file. Never throws for what may be wrong with it. */
export async function loadFile(
  names: FileNames & { readonly path: string },
  reader: FileReader,
  strict: boolean,
): Promise<LoadedFile> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = reader.read(names.path);
  } catch (cause) {
    return unreadableFile(names, systemSentence(cause));
  }
  return bytes === undefined ? unreadableFile(names, tooLarge) : loadBytes(names, bytes, strict);
}

/** A file of which nothing can be said but why. */
export function unreadableFile({ file, configFile, path, named }: FileNames, unreadable: string): LoadedFile {
  return { file, configFile, path, named, manifest: undefined, unreadable, objects: [], problems: [], skipped: [] };
}

/** Reads the bytes of a file or of stdin. */
export async function loadBytes(names: FileNames, bytes: Uint8Array, strict: boolean): Promise<LoadedFile> {
  const { file, configFile, path, named } = names;
  const manifest = await readManifest(file, bytes, { strict, passOver: !named && !strict });
  if (!named && manifest.problems.length > 0 && isForeignJson(file, manifest)) {
    const span = { start: 0, end: manifest.source.text.length };
    const foreign = {
      ...manifest,
      problems: [],
      skipped: [{ reason: "not a Kubernetes object: JSON with comments or errors, without an apiVersion", span }],
    };
    return {
      file,
      configFile,
      path,
      named,
      manifest: foreign,
      unreadable: undefined,
      objects: [],
      problems: [],
      skipped: [],
    };
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
  return { file, configFile, path, named, manifest, unreadable: undefined, objects, problems, skipped };
}

/** Folders hold JSON of other tools that YAML cannot read, as tsconfig.json with its comments. */
function isForeignJson(file: string, { source, documents }: Manifest): boolean {
  return /\.json$/i.test(file) && documents.length === 0 && !source.text.includes('"apiVersion"');
}
