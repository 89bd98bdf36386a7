import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { readObjects } from "../../../policies/pods/read-object.ts";

/** The one object that a value is. */
export function objectOf(value: unknown): KubernetesObject {
  const { objects, problems } = readObjects(value, "test.yaml");
  const [only] = objects;
  if (only === undefined || objects.length > 1 || problems.length > 0) throw new Error("not one object");
  return only.object;
}

/** A Deployment with a pod of one container, and what a test adds. */
export function deployment(
  name: string,
  { labels = {}, spec = {}, pod = {}, metadata = {} }: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): KubernetesObject {
  return objectOf({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, ...metadata },
    spec: {
      ...spec,
      template: { metadata: { labels }, spec: { containers: [{ name: "app", image: "app" }], ...pod } },
    },
  });
}
