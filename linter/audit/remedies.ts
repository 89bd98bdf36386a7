import { fitTogether, isFixable, maxRounds } from "../../policies/admission/fixpoint.ts";
import type { Config } from "../../policies/config.ts";
import { applyEdits, type Edit } from "../../policies/edit.ts";
import { nameOf, type KubernetesObject } from "../../policies/pods/object.ts";
import { controllerOf } from "../../policies/pods/owners.ts";
import { objectSet } from "../../policies/pods/object-set.ts";
import type { Rule } from "../../policies/rule.ts";
import { run, type Finding } from "../../policies/run.ts";
import type { Patch } from "../review/review.ts";
import { patchCommand } from "./patch-command.ts";
import { placeOfObject } from "./place-of-object.ts";

/** Whose pods cannot be changed once they are made: the API server refuses it. */
const immutable: Readonly<Record<string, string>> = {
  Pod: "the spec of a pod cannot be changed: make it anew from a manifest that is mended",
  Job: "the pods of a Job cannot be changed: make it anew from a manifest that is mended",
};

export interface Remedies {
  readonly patches: readonly Patch[];
  readonly notPatched: readonly string[];
}

interface Mending {
  readonly edits: readonly Edit[];
  /** `Set the grace period to 45 s (grace-covers-shutdown)` */
  readonly titles: readonly string[];
}

export interface Judged {
  readonly subjects: readonly KubernetesObject[];
  readonly others: readonly KubernetesObject[];
  readonly findings: readonly Finding[];
  readonly rules: readonly Rule[];
  readonly config: Config;
  readonly now: Date;
}

/** What the safe fixes come to for each live object, found as `lint --fix` finds it: until nothing is left to fix. */
export function remedies(context: string, judged: Judged): Remedies {
  const patches: Patch[] = [];
  const notPatched: string[] = [];
  for (const [subject, { edits, titles }] of mend(judged)) {
    const why = immutable[subject.kind];
    if (why !== undefined) {
      notPatched.push(`${placeOfObject(subject)}: ${why} (${titles.join("; ")})`);
      continue;
    }
    const keeper = keeperOf(subject);
    const remarks = [nameOf(subject), ...titles, ...(keeper === undefined ? [] : [`mind that ${keeper} keeps it`])];
    patches.push({
      place: placeOfObject(subject),
      language: "sh",
      text: patchCommand(context, subject, edits, remarks),
    });
  }
  return { patches, notPatched };
}

function mend({
  subjects,
  others,
  findings: found,
  rules,
  config,
  now,
}: Judged): ReadonlyMap<KubernetesObject, Mending> {
  const mendings = new Map<KubernetesObject, Mending>();
  /** Each object as it is by now, and as it was read. */
  const originals = new Map(subjects.map((subject) => [subject, subject]));
  let set = objectSet([...subjects, ...others]);
  let findings = found;
  for (let round = 0; round < maxRounds; round++) {
    const changed: KubernetesObject[] = [];
    for (const [object, group] of Map.groupBy(findings.filter(isFixable), (finding) => finding.object)) {
      const subject = originals.get(object);
      if (subject === undefined) continue;
      const { edits, injections } = fitTogether(group, set.podsIn(object)[0]?.graceAt);
      const before = mendings.get(subject);
      const mended = { ...object, value: applyEdits(object.value, edits) };
      const titles = injections.map(({ rule, title }) => `${title} (${rule})`);
      mendings.set(subject, {
        edits: [...(before?.edits ?? []), ...edits],
        titles: [...new Set([...(before?.titles ?? []), ...titles])],
      });
      originals.delete(object);
      originals.set(mended, subject);
      changed.push(mended);
    }
    if (changed.length === 0) break;
    set = objectSet([...originals.keys(), ...others]);
    ({ findings } = run(set, changed, rules, config, now));
  }
  return mendings;
}

/** Who would undo a patch, as far as the object says it. */
function keeperOf({ value, labels, annotations }: KubernetesObject): string | undefined {
  const owner = controllerOf(value);
  if (owner !== undefined) return `${String(owner["kind"])} ${String(owner["name"])}`;
  if ("argocd.argoproj.io/tracking-id" in annotations) return "Argo CD";
  if ("kustomize.toolkit.fluxcd.io/name" in labels || "helm.toolkit.fluxcd.io/name" in labels) return "Flux";
  return labels["app.kubernetes.io/managed-by"];
}
