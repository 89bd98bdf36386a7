import type { Document } from "../../policies/manifests/document.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { shownName, type FoundFile, type Renderable } from "../reading/files.ts";
import { loadBytes, loadFile, type FileNames, type LoadedFile } from "../reading/load.ts";
import { fileStart } from "../judging/positions.ts";
import { fileReader } from "../reading/read-bytes.ts";
import type { Terminal } from "../terminal.ts";
import { originsOf, writtenPlace, type Origin } from "./built-object.ts";
import type { KustomizationTree } from "./kustomization-tree.ts";
import { nothingRendered } from "./nothing-rendered.ts";
import { findProgram, runProgram } from "./program.ts";
import type { ReadOptions, RenderedFolder } from "./rendered-folder.ts";
import type { Rendering } from "./rendering.ts";

/** The program that builds kustomizations, and how it is called. */
export interface Kustomize {
  readonly path: string;
  /** `kubectl kustomize` */
  readonly words: readonly [string, string];
}

/** What `kubectl apply -k` does is what counts, so kubectl comes first. */
export function findKustomize(terminal: Terminal): Kustomize | undefined {
  for (const words of [
    ["kubectl", "kustomize"],
    ["kustomize", "build"],
  ] as const) {
    const path = findProgram(words[0], terminal);
    if (path !== undefined) return { path, words };
  }
  return undefined;
}

/** A kustomization as it is built: a loaded file for each file that an object of it was written in, or why there is none. */
export async function buildKustomization(
  { path, words }: Kustomize,
  { folder, path: folderPath }: Renderable,
  tree: KustomizationTree,
  found: readonly FoundFile[],
  { strict, configName }: ReadOptions,
  terminal: Terminal,
): Promise<RenderedFolder> {
  const printed = await runProgram(path, [words[1], folderPath], terminal);
  if ("failure" in printed) return { failure: `${words[0]} ${printed.failure}` };
  const namesOf = (file: string): FileNames & { readonly path: string } => {
    const shown = shownName(terminal.cwd, file);
    return { file: shown, path: file, configFile: configName(shown, file), named: true };
  };
  const reader = fileReader();
  const read = new Map<string, LoadedFile>();
  const load = async (file: string): Promise<LoadedFile> => {
    const loaded = read.get(file) ?? (await loadFile(namesOf(file), reader, strict));
    read.set(file, loaded);
    return loaded;
  };
  const resources = [];
  for (const { path: file, prefix, suffix } of tree.resources)
    resources.push({ file: await load(file), prefix, suffix });
  const patches = [];
  for (const file of tree.patches) patches.push(await load(file));

  const root = namesOf(tree.file);
  const built = await loadBytes(root, printed.stdout, strict);
  const origins = originsOf(
    built.objects.map(({ object }) => object),
    resources,
    patches,
  );
  const rendering = renderingOf([...words, folder].join(" "), root.file, tree, built, origins);
  const files = byOrigin(built, origins, folder).map((file) => ({ ...file, rendering }));
  const judged = found.filter((file) => !file.named && tree.files.has(file.path));
  const shown = new Set(files.map((file) => file.path));
  const rest = judged
    .filter((file) => !shown.has(file.path))
    .map((file) => nothingRendered(namesOf(file.path), `part of a kustomization; judged in what ${folder} builds`));
  return { files: [...files, ...rest], judged };
}

/** The built text, in parts: what was made of the objects of a file counts for this file, and the rest for the kustomization. */
function byOrigin(
  built: LoadedFile,
  origins: ReadonlyMap<KubernetesObject, Origin>,
  folder: string,
): readonly LoadedFile[] {
  const groups = Map.groupBy(built.objects, ({ object }) => origins.get(object)?.resource.file ?? built);
  const { manifest } = built;
  if (manifest === undefined) return [built];
  const written = [...groups].filter(([file]) => file !== built);
  const others = groups.get(built) ?? [];
  const isEmpty =
    others.length === 0 &&
    built.problems.length === 0 &&
    manifest.problems.length === 0 &&
    manifest.notRelevant.size === 0;
  const reason = `a kustomization; judged in what ${folder} builds`;
  const rest = isEmpty ? nothingRendered({ ...built, named: true }, reason) : { ...built, objects: others };
  return [
    ...written.map(([file, objects]) => ({
      ...built,
      file: file.file,
      path: file.path,
      configFile: file.configFile,
      manifest: { ...manifest, problems: [], notRelevant: new Map(), skipped: [] },
      objects: objects.map((placed) => ({ ...placed, object: { ...placed.object, file: file.configFile } })),
      problems: [],
      skipped: [],
    })),
    rest,
  ];
}

function renderingOf(
  command: string,
  kustomization: string,
  tree: KustomizationTree,
  built: LoadedFile,
  origins: ReadonlyMap<KubernetesObject, Origin>,
): Rendering {
  const objects = new Map<Document, KubernetesObject>(built.objects.map(({ document, object }) => [document, object]));
  return {
    command,
    notFixed: `${command} makes this text: change the files that it is built from`,
    dependsOn: (path) => tree.realFiles.has(path),
    writtenAt({ document, at }) {
      const object = document === undefined ? undefined : objects.get(document);
      const origin = object === undefined ? undefined : origins.get(object);
      if (object === undefined || origin === undefined)
        return { file: kustomization, region: fileStart, precision: "file" };
      return writtenPlace(origin, object, at);
    },
  };
}
