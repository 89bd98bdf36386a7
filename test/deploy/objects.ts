import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";

const base = resolve(import.meta.dirname, "../../deploy/kustomize/base");

/** An object as the API server would be sent it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

/** The objects in some YAML, read as Kubernetes reads it; throws for a mistake in it. */
export function objectsIn(yaml: string): readonly Manifest[] {
  return parseAllDocuments(yaml, { version: "1.1" })
    .map((document) => {
      const [mistake] = [...document.errors, ...document.warnings];
      if (mistake !== undefined) throw mistake;
      return document.toJS() as Manifest | null;
    })
    .filter((object) => object !== null);
}

/** By kind and name, so that two renderings can be compared object by object. */
export const byName = (objects: readonly Manifest[]): Readonly<Record<string, Manifest>> =>
  Object.fromEntries(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));

/** The files that the base's kustomization lists, by their paths. */
export function listedFiles(): readonly string[] {
  const [kustomization] = objectsIn(readFileSync(join(base, "kustomization.yaml"), "utf8"));
  const { resources } = kustomization as unknown as { readonly resources: readonly string[] };
  return resources.map((name) => join(base, name));
}

/** What the base holds, read without kustomize, which changes nothing in it. */
export const baseObjects = (): readonly Manifest[] =>
  listedFiles().flatMap((file) => objectsIn(readFileSync(file, "utf8")));
