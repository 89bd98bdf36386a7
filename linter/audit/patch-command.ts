import { pointerTo, toJsonPatch } from "../../policies/admission/json-patch.ts";
import type { Edit } from "../../policies/edit.ts";
import { valueAt } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { inCluster } from "./kube-config.ts";
import { shellComment, shellWord } from "./shell-text.ts";

/** Edits of a live object as a command for kubectl, which the API server refuses where what is edited has changed by now. */
export function patchCommand(
  context: string,
  { apiVersion, kind, namespace, name, value }: KubernetesObject,
  edits: readonly Edit[],
  remarks: readonly string[],
): string {
  const [version = "", group] = apiVersion.split("/").toReversed();
  const operations = [...guards(value, edits), ...toJsonPatch(value, edits)];
  const words = [
    "kubectl",
    ...(context === inCluster ? [] : ["--context", context]),
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
    "patch",
    group === undefined ? kind : `${kind}.${version}.${group}`,
    name,
    "--type=json",
  ];
  const patch = `[\n${operations.map((operation) => `  ${JSON.stringify(operation)}`).join(",\n")}\n]`;
  return [...remarks.map(shellComment), `${words.map(shellWord).join(" ")} --patch ${shellWord(patch)}`, ""].join("\n");
}

interface Guard {
  readonly op: "test";
  readonly path: string;
  readonly value: unknown;
}

/**
 * That each item of a list on the way is still the one of its name, and what is replaced what it was: containers come and
 * go, and a grace period that was raised meanwhile must not be lowered.
 */
function guards(root: unknown, edits: readonly Edit[]): readonly Guard[] {
  const found = new Map<string, Guard>();
  for (const { at } of edits) {
    const old = valueAt(root, at);
    if (old !== undefined) found.set(pointerTo(at), { op: "test", path: pointerTo(at), value: old });
    for (const [index, step] of at.entries()) {
      const item = [...at.slice(0, index + 1), "name"];
      const name = valueAt(root, item);
      const path = pointerTo(item);
      if (typeof step === "number" && typeof name === "string") found.set(path, { op: "test", path, value: name });
    }
  }
  return [...found.values()];
}
