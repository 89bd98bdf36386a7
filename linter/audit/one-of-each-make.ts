import { valueAt } from "../../policies/path.ts";
import { isRecord } from "../../policies/record.ts";
import type { LiveObject } from "./live-object.ts";

/**
 * Of pods whose maker was not read (an operator's, a workflow engine's), one for each thing that it makes of the same
 * programs. Bare pods are each their own.
 */
export const oneOfEachMake = (pods: readonly LiveObject[]): readonly LiveObject[] =>
  [...new Map(pods.toReversed().map((pod) => [makeOf(pod), pod])).values()].toReversed();

function makeOf({ object, uid, controllerUid }: LiveObject): string {
  if (controllerUid === undefined) return uid;
  const containers = ["initContainers", "containers"].map((list) => {
    const found = valueAt(object.value, ["spec", list]);
    return Array.isArray(found) ? found.filter(isRecord).map(withoutMounts) : [];
  });
  return JSON.stringify([
    controllerUid,
    containers,
    valueAt(object.value, ["spec", "terminationGracePeriodSeconds"]),
    valueAt(object.value, ["spec", "shareProcessNamespace"]),
  ]);
}

/** The volume of a ServiceAccount's token has a name of its own in each pod; no rule looks at mounts. */
const withoutMounts = ({ volumeMounts: _mounts, ...others }: Record<string, unknown>): unknown => others;
