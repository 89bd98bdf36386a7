import type { Judging } from "../judging/baseline.ts";
import { auditedKinds, ownRules, slippedThrough, type AuditedKind } from "./kinds.ts";
import { makerOf } from "./maker.ts";
import type { NotRead } from "./not-read.ts";
import { placeOfObject } from "./place-of-object.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";

export interface Read {
  /** What was judged. */
  readonly subjects: readonly KubernetesObject[];
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly selector: string | undefined;
  readonly notRead: readonly NotRead[];
  /** Rules that judged not, or not everywhere. */
  readonly unjudged: ReadonlySet<string>;
  readonly customRules: readonly { readonly id: string }[];
}

/**
 * An audit's findings as a baseline knows them: by object, of pods and their like by who made them. What could not be read
 * or was not asked for is not taken for gone.
 */
export function judgingCluster({ subjects, namespaces, selector, notRead, unjudged, customRules }: Read): Judging {
  const judged = new Set(subjects.map(placeOfObject));
  const blind = new Set([...unjudged, ...(unjudged.has(ownRules) ? customRules.map(({ id }) => id) : [])]);
  const missing = notRead.map(({ kind }) => kind);
  return {
    nameOf: ({ object }) => {
      const maker = object === undefined ? undefined : makerOf(object);
      const named = maker ?? object;
      return { file: "", object: named === undefined ? "" : placeOfObject(named), maker };
    },
    covers: ({ file, rule, object }) => {
      if (file !== "" || blind.has(rule)) return false;
      const [kind = "", namespace] = object.split("/").toReversed().slice(1);
      // What is in no namespace is judged by the pods of all: by those of some, its finding may be out of sight.
      if (namespaces.length > 0 && !namespaces.includes(namespace ?? "")) return false;
      // A pod need not have the labels of its maker.
      if (selector !== undefined) return rule !== slippedThrough && judged.has(object);
      return judged.has(object) || !mayBeIn(kind, missing);
    },
  };
}

/** Whether an object of a kind may stand in a list that was not read; one of a kind that is none of ours was seen by what it made. */
function mayBeIn(kind: string, missing: readonly AuditedKind[]): boolean {
  const isAudited = auditedKinds.some((one) => isOf(kind, one));
  return missing.some((one) => isOf(kind, one) || (!isAudited && one.role === "workload"));
}

/** `Policy` and `policies`: the plural differs at the end alone. */
const isOf = (kind: string, { resource }: AuditedKind): boolean =>
  resource.startsWith(kind.toLowerCase().slice(0, -1)) && resource.length - kind.length <= 3;
