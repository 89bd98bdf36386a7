import { readManifest } from "../../../policies/manifests/manifest.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { readObjects } from "../../../policies/pods/read-object.ts";
import type { Rule } from "../../../policies/rule.ts";

export interface ExampleObjects {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly oldestMinor: number;
}

/** The objects that a manifest's bytes hold. */
export async function objectsIn(file: string, bytes: Uint8Array): Promise<KubernetesObject[]> {
  const { documents } = await readManifest(file, bytes);
  return documents.flatMap(({ value }) => readObjects(value, file).objects.map(({ object }) => object));
}

/** The objects of all rules' examples, each example a set of its own. */
export function examplesOf(rules: readonly Rule[]): Promise<ExampleObjects[]> {
  return Promise.all(
    rules.flatMap(({ id, examples }) =>
      examples.map(async ({ name, yaml, oldest = "1.33" }) => ({
        name: `${id}: ${name}`,
        objects: await objectsIn("example.yaml", new TextEncoder().encode(yaml)),
        oldestMinor: Number(oldest.split(".")[1]),
      })),
    ),
  );
}
