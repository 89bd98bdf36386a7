import { applyEdits, type Edit, type Fix } from "../edit.ts";
import type { Path } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { ObjectSet } from "../pods/object-set.ts";
import type { Pod } from "../pods/pod.ts";
import type { Finding } from "../run.ts";
import type { AdmissionSettings, Injection, MutateFailure } from "./decision.ts";
import { pointerTo, sameValue } from "./json-patch.ts";
import { judge } from "./judge.ts";

/**
 * Rules that would mend each other's fixes for ever are not obeyed any further. The longest honest chain has four:
 * the proxy's hook, then its sibling's, then the grace period of the sibling's liveness probe, then of its startup probe.
 */
export const maxRounds = 6;

export interface Fixed {
  /** The pod with all fixes applied. */
  readonly pod: Pod;
  readonly edits: readonly Edit[];
  readonly injections: readonly Injection[];
  /** What no safe fix mends. */
  readonly left: readonly Finding[];
}

export type Fixpoint =
  | Fixed
  | { readonly failed: MutateFailure; readonly rule: string | undefined; readonly cause: unknown };

/**
 * Rules that only report, or whose fixes somebody must look at: they are not run here, which takes two thirds of the
 * time of a decision away. One that is not named is run.
 */
const withoutSafeFix: ReadonlySet<string> = new Set([
  "grace-within-limits",
  "hook-on-job",
  "no-host-pid",
  "no-unsafe-shared-pid-namespace",
  "pid-one-reaps",
  "prestop-can-run",
  "prestop-kills-itself",
  "prestop-sleep-supported",
  "prestop-tells-the-app",
  "readable-manifest",
  "readiness-separate-from-liveness",
  "sidecar-hook-is-not-a-drain",
  "sidecar-outlives-app",
  "signal-reaches-app",
  "stop-signal-effective",
  "valid-waivers",
]);

/** Applies the safe fixes of what is found and not waived, until nothing is left to fix. `set` holds the object that was received. */
export function fixSafely(
  received: KubernetesObject,
  set: ObjectSet,
  { rules, ...others }: AdmissionSettings,
): Fixpoint {
  const settings = { ...others, rules: rules.filter(({ id }) => !withoutSafeFix.has(id)) };
  let object = received;
  const edits: Edit[] = [];
  const injections: Injection[] = [];
  for (let round = 0; ; round++) {
    const { pod, findings, crashes } = judge(
      object,
      settings,
      { injecting: true },
      object === received ? set : undefined,
    );
    const [crash] = crashes;
    if (crash !== undefined) return { failed: "rule-crash", rule: crash.rule, cause: crash.cause };
    if (pod === undefined) return { failed: "internal-error", rule: undefined, cause: new Error("a fix left no pod") };
    const fixable = findings.filter(isFixable);
    if (fixable.length === 0) return { pod, edits, injections, left: findings };
    if (round === maxRounds) return { failed: "no-fixpoint", rule: fixable[0]?.rule, cause: undefined };
    const together = fitTogether(fixable, pod.graceAt);
    object = { ...object, value: applyEdits(object.value, together.edits) };
    edits.push(...together.edits);
    injections.push(...together.injections);
  }
}

type Fixable = Finding & { readonly fix: Fix };

export const isFixable = (finding: Finding): finding is Fixable =>
  finding.verdict === "fail" && finding.waived === undefined && finding.fix?.safe === true;

/** The fixes that can be applied at once. Of two that touch, the first; the other has its turn in the next round. */
export function fitTogether(
  findings: readonly Fixable[],
  graceAt: Path | undefined,
): { readonly edits: readonly Edit[]; readonly injections: readonly Injection[] } {
  const isGrace = ({ op, at }: Edit): boolean =>
    op === "set" && graceAt !== undefined && pointerTo(at) === pointerTo(graceAt);
  const edits = new Map<string, Edit>();
  /** Places in which something is edited. */
  const around = new Set<string>();
  const injections: Injection[] = [];
  // Several findings may share one fix, which mends them all.
  const seen = new Set<Fix>();
  for (const { rule, container, fix } of findings) {
    if (seen.has(fix)) continue;
    seen.add(fix);
    const news = fix.edits.filter((edit) => !isIn(edit));
    if (news.length === 0 || news.some(collides)) continue;
    for (const edit of news) {
      edits.set(pointerTo(edit.at), edit);
      for (let length = 0; length < edit.at.length; length++) around.add(pointerTo(edit.at.slice(0, length)));
    }
    injections.push({ rule, container, title: fix.title });
  }
  return { edits: [...edits.values()], injections };

  function isIn(edit: Edit): boolean {
    const other = edits.get(pointerTo(edit.at));
    if (edit.op === "remove" || other?.op !== "set") return other !== undefined && other.op === edit.op;
    // Two that need a longer grace period: the longer one is enough for both.
    return isGrace(edit) ? Number(edit.value) <= Number(other.value) : sameValue(other.value, edit.value);
  }

  function collides(edit: Edit): boolean {
    if (isGrace(edit)) return false;
    const pointer = pointerTo(edit.at);
    if (edits.has(pointer) || around.has(pointer)) return true;
    return edit.at.some((_, length) => edits.has(pointerTo(edit.at.slice(0, length))));
  }
}
