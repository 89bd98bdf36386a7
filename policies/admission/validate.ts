import { formatPath } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { Pod } from "../pods/pod.ts";
import type { Crash } from "../run.ts";
import { auditOf } from "./audit.ts";
import type { AdmissionSettings, EnforcedFinding, ReviewRequest, ValidateDecision } from "./decision.ts";
import { enforcementOf } from "./enforcement.ts";
import { judge, notEvaluated, waiverOf } from "./judge.ts";
import { crashWarning, denialText, findingWarnings, refusedPodsWarning } from "./messages.ts";

type Enforced = Pick<ValidateDecision, "findings" | "crashes">;

/**
 * Decides whether a pod may come to be, or go on as changed, and warns of the rest; a workload is only warned of.
 * Never throws: where the judging itself fails, every rule counts as crashed.
 */
export function validate(request: ReviewRequest, settings: AdmissionSettings): ValidateDecision {
  try {
    const enforced = enforce(request.object, settings);
    const denying = mayDeny(request) ? newly(denialsOf(enforced), request.oldObject, settings) : nothing;
    return answer(request.object, enforced, denying, settings);
  } catch (cause) {
    return validateUnjudged(request, settings, cause);
  }
}

/** For an object that could not be looked at: every rule counts as crashed. */
export function validateUnjudged(
  request: ReviewRequest,
  settings: AdmissionSettings,
  cause: unknown,
): ValidateDecision {
  const enforced = allCrashed(request.object, settings, cause);
  return answer(request.object, enforced, mayDeny(request) ? denialsOf(enforced) : nothing, settings);
}

const nothing: Enforced = { findings: [], crashes: [] };

function answer(
  object: KubernetesObject,
  { findings, crashes }: Enforced,
  denying: Enforced,
  settings: AdmissionSettings,
): ValidateDecision {
  const { enforcement } = settings.config;
  const allowed = denying.findings.length + denying.crashes.length === 0;
  const denies = denialsOf({ findings, crashes });
  const refused = [...denies.findings.map(({ finding }) => finding.rule), ...denies.crashes.map(({ rule }) => rule)];
  const warned = findings.filter(
    (one) => isStanding(one) && ["deny", "warn"].includes(one.enforcement) && !denying.findings.includes(one),
  );
  const unevaluated = notEvaluated(settings);
  return {
    allowed,
    denial: allowed
      ? undefined
      : denialText(
          object,
          denying.findings.map(({ finding }) => finding),
          denying.crashes,
          enforcement,
        ),
    warnings: findingWarnings(
      warned.map(({ finding }) => finding),
      [
        ...(object.kind !== "Pod" && refused.length > 0 ? [refusedPodsWarning(object, [...new Set(refused)])] : []),
        ...crashes.filter((crash) => !denying.crashes.includes(crash) && crash.enforcement !== "off").map(crashWarning),
      ],
    ),
    auditAnnotations: auditOf({ findings, crashes, notEvaluated: unevaluated }),
    findings,
    crashes,
    notEvaluated: unevaluated,
  };
}

function enforce(object: KubernetesObject, settings: AdmissionSettings): Enforced {
  const { pod, findings, crashes } = judge(object, settings, { injecting: false });
  return {
    findings: findings
      .map((finding) => ({
        finding,
        enforcement: enforcementOf(finding.rule, finding.severity, object, pod, settings),
      }))
      .filter(({ enforcement }) => enforcement !== "off"),
    crashes: crashes.map((crash) => enforceCrash(crash, pod, settings)),
  };
}

/** A rule that is waived would have let the object pass, whatever it found. */
function enforceCrash(crash: Crash, pod: Pod | undefined, settings: AdmissionSettings): Enforced["crashes"][number] {
  const enforcement = enforcementOf(crash.rule, "error", crash.object, pod, settings);
  const waived = enforcement === "deny" && waiverOf(crash.rule, crash.object, pod, settings) !== undefined;
  return { ...crash, enforcement: waived ? "warn" : enforcement };
}

function allCrashed(object: KubernetesObject, settings: AdmissionSettings, cause: unknown): Enforced {
  const crashes = settings.rules
    .filter(({ needs }) => needs === "pod")
    .map(({ id }) => ({
      rule: id,
      object,
      cause,
      enforcement: enforcementOf(id, "error", object, undefined, settings),
    }));
  return { findings: [], crashes };
}

/**
 * A workload's pods are denied when they come; a mirror pod only shows what runs already (F13). Its annotation can be
 * written by anybody, so it counts from a kubelet alone.
 */
function mayDeny({ resource, object, byNode }: ReviewRequest): boolean {
  const isMirror = byNode && Object.hasOwn(object.annotations, "kubernetes.io/config.mirror");
  return resource === "pods" && object.kind === "Pod" && !isMirror;
}

function denialsOf({ findings, crashes }: Enforced): Enforced {
  return {
    findings: findings.filter((one) => one.enforcement === "deny" && isStanding(one)),
    crashes: crashes.filter(({ enforcement }) => enforcement === "deny"),
  };
}

/** An unknown never denies or warns: only what would determine it is missing. */
const isStanding = ({ finding }: EnforcedFinding): boolean =>
  finding.verdict === "fail" && finding.waived === undefined;

/** An update is denied for what it brings, not for what the pod was before: its labels and finalizers must stay changeable. */
function newly(denying: Enforced, old: KubernetesObject | undefined, settings: AdmissionSettings): Enforced {
  if (old === undefined || denying.findings.length + denying.crashes.length === 0) return denying;
  const before = denialsOf(enforce(old, settings));
  const known = new Set(before.findings.map(keyOf));
  return {
    findings: denying.findings.filter((one) => !known.has(keyOf(one))),
    crashes: denying.crashes.filter(({ rule }) => !before.crashes.some((other) => other.rule === rule)),
  };
}

/** The message names who can signal whom, so that one more is another finding. */
const keyOf = ({ finding: { rule, container, at, message } }: EnforcedFinding): string =>
  JSON.stringify([rule, container, formatPath(at), message]);
