import { join, resolve } from "node:path";
import { builtin } from "../builtin.ts";
import { systemSentence } from "../errors.ts";
import { kustomizationNames } from "../reading/files.ts";
import { kustomizationFields, type KustomizationFields, type Reference } from "./kustomization-fields.ts";
import { looksRemote, namesRemote } from "./remote-reference.ts";
import { statsOf } from "./stats-of.ts";
import { readStrictly } from "./strict-yaml.ts";

const { readFileSync, realpathSync, statSync } = builtin("node:fs");

/** The kustomization of a folder with all that it is built from. */
export interface KustomizationTree {
  /** The file of the folder itself. */
  readonly file: string;
  /** Components are for others to include. */
  readonly isComponent: boolean;
  /** Real paths of the folders whose kustomizations are part of it, its own first. */
  readonly folders: ReadonlySet<string>;
  /** Files with manifests, once for each way in which they are included. */
  readonly resources: readonly IncludedFile[];
  /** Files with patches, the outermost first: they are applied last. */
  readonly patches: readonly string[];
  /** Every file that is read, the kustomizations too. */
  readonly files: ReadonlySet<string>;
  readonly realFiles: ReadonlySet<string>;
}

interface IncludedFile {
  readonly path: string;
  /** What the kustomizations around it put before and behind its objects' names. */
  readonly prefix: string;
  readonly suffix: string;
}

/** Why a kustomization is not given to kustomize. */
interface Refused {
  /** The file or folder that a sentence begins with. */
  readonly refused: string;
  readonly why: string;
}

/** Nobody's tree has as many; a hostile one would grow by including itself in several ways. */
const maxKustomizations = 1000;
const maxBytes = 1024 * 1024;

/** Reads what a kustomization leads to. Nothing is started, and a tree that leaves this machine is refused. */
export async function kustomizationTree(folder: string): Promise<KustomizationTree | Refused> {
  const folders = new Set<string>();
  const files = new Set<string>();
  const resources: IncludedFile[] = [];
  const patches: string[] = [];
  let root: { file: string; fields: KustomizationFields } | undefined;
  const waiting: Waiting[] = [{ folder, prefix: "", suffix: "" }];
  for (let visits = 0; ; visits++) {
    const next = waiting.shift();
    if (next === undefined) break;
    if (visits === maxKustomizations)
      return { refused: folder, why: `leads to more than ${maxKustomizations} kustomizations` };
    const read = await readKustomization(next.folder);
    if ("refused" in read) return read;
    root ??= read;
    folders.add(read.real);
    files.add(read.file);
    const { fields } = read;
    for (const text of fields.inline) {
      const plugin = await readStrictly(read.file, Buffer.from(text));
      if ("why" in plugin) return { refused: read.file, ...plugin };
      if (namesRemote(plugin.values)) return { refused: read.file, why: "names something that is not on this machine" };
    }
    const prefix = next.prefix + fields.namePrefix;
    const suffix = fields.nameSuffix + next.suffix;
    for (const reference of fields.references) {
      const found = await locate(next.folder, read, reference);
      if ("refused" in found) return found;
      if (found.isFolder) waiting.push({ folder: found.path, prefix, suffix });
      else {
        files.add(found.path);
        if (reference.role === "resource") resources.push({ path: found.path, prefix, suffix });
        if (reference.role === "patch") patches.push(found.path);
      }
    }
  }
  if (root === undefined) return { refused: folder, why: "holds no kustomization" };
  return {
    file: root.file,
    isComponent: root.fields.kind === "Component",
    folders,
    resources,
    patches,
    files,
    realFiles: new Set([...files].map((file) => realpathSync(file))),
  };
}

interface Waiting {
  readonly folder: string;
  readonly prefix: string;
  readonly suffix: string;
}

interface ReadKustomization {
  readonly file: string;
  /** The folder's real path, from which kustomize follows references. */
  readonly real: string;
  readonly fields: KustomizationFields;
}

async function readKustomization(folder: string): Promise<ReadKustomization | Refused> {
  const found = kustomizationNames.map((name) => join(folder, name)).filter((path) => isFile(path));
  const [file, another] = found;
  if (file === undefined) return { refused: folder, why: "holds no kustomization.yaml" };
  if (another !== undefined) return { refused: folder, why: "holds two kustomizations" };
  const read = await readFile(file);
  if ("refused" in read) return read;
  const [value, second] = read.values;
  if (value === undefined || second !== undefined)
    return { refused: file, why: "cannot be read: it is not one YAML document" };
  const fields = kustomizationFields(value);
  return typeof fields === "string" ? { refused: file, why: fields } : { file, real: realpathSync(folder), fields };
}

/** Where a reference leads: it must be there, and must not look like anything else. */
async function locate(
  folder: string,
  { file, real }: ReadKustomization,
  { text, role }: Reference,
): Promise<{ readonly path: string; readonly isFolder: boolean } | Refused> {
  if (looksRemote(text)) return { refused: file, why: `names ${text}, which is not on this machine` };
  const target = resolve(real, text);
  const stats = statsOf(target);
  if (stats === undefined) return { refused: file, why: `names ${text}, which does not exist` };
  const isFolder = stats.isDirectory();
  if (!isFolder && !stats.isFile()) return { refused: file, why: `names ${text}, which is no regular file` };
  // Called as the user called the folder, if a link on the way leads to the same.
  const called = resolve(folder, text);
  const path =
    statsOf(called)?.isFile() === stats.isFile() && realpathSync(called) === realpathSync(target) ? called : target;
  if (role === "plugin") {
    // What such a folder builds may name anything, put together by patches.
    if (isFolder) return { refused: file, why: `names ${text}, a folder that builds generators or transformers` };
    const read = await readFile(path);
    if ("refused" in read) return read;
    if (namesRemote(read.values)) return { refused: path, why: "names something that is not on this machine" };
  }
  return { path, isFolder };
}

async function readFile(path: string): Promise<{ readonly values: readonly unknown[] } | Refused> {
  try {
    if (statSync(path).size > maxBytes) return { refused: path, why: "is larger than 1 MiB" };
    const read = await readStrictly(path, readFileSync(path));
    return "why" in read ? { refused: path, ...read } : read;
  } catch (cause) {
    return { refused: path, why: systemSentence(cause) };
  }
}

const isFile = (path: string): boolean => statsOf(path)?.isFile() === true;
