import { expect, it } from "vitest";
import { nearest } from "../../../policies/pods/nearest.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectOf } from "./object-of.ts";

const at = (file: string | undefined): KubernetesObject => ({
  ...objectOf({ apiVersion: "v1", kind: "Service", metadata: { name: "web" } }),
  file,
});

it.each<[string, string | undefined, (string | undefined)[], string | undefined]>([
  ["in the same file", "a/web.yaml", ["a/all.yaml", "b.yaml", "a/web.yaml"], "a/web.yaml"],
  ["in the same folder", "a/b/web.yaml", ["z.yaml", "a/b/c/service.yaml", "a/b/service.yaml"], "a/b/service.yaml"],
  ["in a folder beside it", "apps/a/pods/web.yaml", ["apps/b/web.yaml", "apps/a/net/web.yaml"], "apps/a/net/web.yaml"],
  ["the first of two as near", "a/web.yaml", ["b/one.yaml", "c/two.yaml"], "b/one.yaml"],
  ["the first where nobody knows of files", undefined, [undefined, "b.yaml"], undefined],
  ["one that came without a file", "a/web.yaml", [undefined], undefined],
])("%s", (_name, file, files, expected) => {
  expect(nearest(files.map(at), at(file))?.file).toBe(expected);
});

it("none of none", () => {
  expect(nearest([], at("a.yaml"))).toBeUndefined();
});
