import type { Stats } from "node:fs";
import { join, resolve } from "node:path";
import { readManifest } from "../../policies/manifests/manifest.ts";
import { builtin } from "../builtin.ts";
import { systemSentence } from "../errors.ts";
import { kustomizationFields, type KustomizationFields, type Reference } from "./kustomization-fields.ts";
import { looksRemote, namesRemote } from "./remote-reference.ts";

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

export const kustomizationNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"] as const;

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
  const waiting = [{ folder, prefix: "", suffix: "" }];
  for (let visits = 0; ; visits++) {
    const next = waiting.shift();
    if (next === undefined) break;
    if (visits === maxKustomizations)
      return { refused: folder, why: `leads to more than ${maxKustomizations} kustomizations` };
    const read = await readKustomization(next.folder);
    if ("refused" in read) return read;
    root ??= read;
    folders.add(realpathSync(next.folder));
    files.add(read.file);
    const { fields } = read;
    if (fields.inline.some(namesRemote))
      return { refused: read.file, why: "names something that is not on this machine" };
    const prefix = next.prefix + fields.namePrefix;
    const suffix = fields.nameSuffix + next.suffix;
    for (const reference of fields.references) {
      const found = locate(next.folder, read.file, reference);
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

async function readKustomization(folder: string): Promise<{ file: string; fields: KustomizationFields } | Refused> {
  const found = kustomizationNames.map((name) => join(folder, name)).filter((path) => isFile(path));
  const [file, another] = found;
  if (file === undefined) return { refused: folder, why: "holds no kustomization.yaml" };
  if (another !== undefined) return { refused: folder, why: "holds two kustomizations" };
  const content = readText(file);
  if (typeof content !== "string") return content;
  const { documents, problems, skipped } = await readManifest(file, Buffer.from(content), { strict: true });
  const [problem] = problems;
  if (problem !== undefined) return { refused: file, why: `cannot be read: ${problem.message}` };
  const [only] = documents;
  if (only === undefined || documents.length > 1 || skipped.some(({ reason }) => reason !== "empty document"))
    return { refused: file, why: "cannot be read: it is not one YAML document" };
  const fields = kustomizationFields(only.value);
  return typeof fields === "string" ? { refused: file, why: fields } : { file, fields };
}

/** Where a reference leads: it must be there, and must not look like anything else. */
function locate(
  folder: string,
  file: string,
  { text, role }: Reference,
): { readonly path: string; readonly isFolder: boolean } | Refused {
  if (looksRemote(text)) return { refused: file, why: `names ${text}, which is not on this machine` };
  const path = resolve(folder, text);
  const stats = statsOf(path);
  if (stats === undefined) return { refused: file, why: `names ${text}, which does not exist` };
  const isFolder = stats.isDirectory();
  if (role === "plugin" && !isFolder) {
    const content = readText(path);
    if (typeof content !== "string") return content;
    if (namesRemote(content)) return { refused: path, why: "names something that is not on this machine" };
  }
  return { path, isFolder };
}

function readText(path: string): string | Refused {
  try {
    if (statSync(path).size > maxBytes) return { refused: path, why: "is larger than 1 MiB" };
    return readFileSync(path, "utf8");
  } catch (cause) {
    return { refused: path, why: systemSentence(cause) };
  }
}

const isFile = (path: string): boolean => statsOf(path)?.isFile() === true;

/** Undefined for what is not there, cannot be asked for, or is no possible name. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
