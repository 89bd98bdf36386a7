import { globSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { defaultedPod } from "../../policies/admission/defaulted-pod.ts";
import { readManifest } from "../../policies/manifests/manifest.ts";
import { positionAt } from "../../policies/manifests/source.ts";
import { objectSet } from "../../policies/pods/object-set.ts";
import { readObjects } from "../../policies/pods/read-object.ts";
import { systemReason } from "../../linter/command-line/system-reason.ts";
import { programError } from "../errors.ts";

/** A pod that a file's object would bring into being. */
export interface TriedPod {
  /** `Deployment/web`. */
  readonly from: string;
  /** `deploy/web.yaml:12`. */
  readonly place: string;
  readonly namespace: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface PodsOfFiles {
  readonly pods: readonly TriedPod[];
  /** What could not be read, a sentence each. */
  readonly notes: readonly string[];
}

/** The pods of manifests; of a folder, all YAML and JSON files below it. */
export async function podsOfFiles(paths: readonly string[], cwd: string): Promise<PodsOfFiles> {
  const read = await Promise.all(paths.flatMap((path) => filesAt(path, cwd)).map((file) => podsOfFile(file, cwd)));
  return { pods: read.flatMap(({ pods }) => pods), notes: read.flatMap(({ notes }) => notes) };
}

function filesAt(path: string, cwd: string): readonly string[] {
  try {
    if (!statSync(resolve(cwd, path)).isDirectory()) return [path];
  } catch (error) {
    throw programError("unreadable-file", path, `cannot be read: ${systemReason(error)}`);
  }
  return globSync("**/*.{yaml,yml,json}", { cwd: resolve(cwd, path), exclude: ["**/node_modules/**"] })
    .sort()
    .map((file) => join(path, file));
}

async function podsOfFile(file: string, cwd: string): Promise<PodsOfFiles> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(resolve(cwd, file));
  } catch (error) {
    throw programError("unreadable-file", file, `cannot be read: ${systemReason(error)}`);
  }
  const { source, documents, problems, skipped } = await readManifest(file, bytes);
  const placeOf = (offset: number): string => `${file}:${positionAt(source, offset).line}`;
  const notes = [
    ...problems.map(({ span, message }) => `${placeOf(span.start)} ${message}`),
    ...skipped.map(({ span, reason }) => `${placeOf(span.start)} not read: ${reason}`),
  ];
  const pods: TriedPod[] = [];
  for (const document of documents) {
    const { objects } = readObjects(document.value, file);
    const set = objectSet(objects.map(({ object }) => object));
    for (const { object, at } of objects) {
      const place = placeOf(document.locate(at, "key").start);
      notes.push(...set.problemsIn(object).map(({ message }) => `${place} ${message}`));
      for (const pod of set.podsIn(object)) {
        const value = defaultedPod(pod);
        if (value === undefined) continue;
        pods.push({ from: `${object.kind}/${object.name}`, place, namespace: object.namespace ?? "default", value });
      }
    }
  }
  return { pods, notes };
}
