import type {
  AdmissionSettings,
  MutateDecision,
  ReviewRequest,
  ValidateDecision,
} from "../../policies/admission/decision.ts";
import { mutate, unpatched } from "../../policies/admission/mutate.ts";
import {
  allowResponse,
  mutateResponse,
  validateResponse,
  type AdmissionReviewResponse,
} from "../../policies/admission/response.ts";
import { readReview } from "../../policies/admission/review.ts";
import { validate, validateUnjudged } from "../../policies/admission/validate.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { Refusal } from "../errors.ts";
import type { Metrics, ReviewPath } from "./metrics.ts";

/** What one review came to: what is answered, logged and counted. It holds nothing of the object but its name. */
export interface Verdict {
  readonly uid: string;
  readonly object: Pick<KubernetesObject, "kind" | "namespace" | "name"> | undefined;
  readonly dryRun: boolean;
  readonly outcome: string;
  readonly reason: string;
  /** The rules behind a patch, a denial or a warning. */
  readonly rules: readonly string[];
  /** The rules behind each change and each denial, for the metrics. */
  readonly patches: readonly string[];
  readonly denials: readonly string[];
  readonly crashes: readonly string[];
  /** The rule that crashed, with what it threw; undefined where none did. */
  readonly crash: { readonly rule: string | undefined; readonly cause: unknown } | undefined;
  readonly response: AdmissionReviewResponse;
  /** All that is told to the client, in clear. */
  readonly tells: () => string;
}

/** What a review on a path is judged by. */
export const settingsOf = (
  path: ReviewPath,
  settings: Omit<AdmissionSettings, "namespaceOptedIn">,
): AdmissionSettings => ({ ...settings, namespaceOptedIn: path === "/mutate/namespace" });

/** Judges a parsed body. Throws a Refusal where it is no review. */
export function judgeReview(path: ReviewPath, body: unknown, settings: AdmissionSettings): Verdict {
  const reading = readReview(body);
  switch (reading.outcome) {
    case "malformed":
      throw new Refusal("not-a-review", reading.message, { reason: reading.reason });
    case "unjudged": {
      const { uid, reason } = reading;
      return { ...silent, uid, outcome: "unjudged", reason, response: allowResponse(uid) };
    }
    case "request": {
      const { request } = reading;
      return path === "/validate"
        ? ofValidation(request, validate(request, settings))
        : ofMutation(request, mutate(request, settings));
    }
  }
}

/** What becomes of a parsed body that could not be judged: the same as where every rule crashed. */
export function unjudgedReview(path: ReviewPath, body: unknown, settings: AdmissionSettings, cause: unknown): Verdict {
  const reading = readReview(body);
  if (reading.outcome !== "request") return judgeReview(path, body, settings);
  const { request } = reading;
  return path === "/validate"
    ? ofValidation(request, validateUnjudged(request, settings, cause))
    : ofMutation(request, unpatched(cause));
}

const silent = {
  object: undefined,
  dryRun: false,
  reason: "",
  rules: [],
  patches: [],
  denials: [],
  crashes: [],
  crash: undefined,
  tells: () => "",
};

function aboutRequest({ uid, object: { kind, namespace, name }, dryRun }: ReviewRequest) {
  return { ...silent, uid, object: { kind, namespace, name }, dryRun };
}

function ofMutation(request: ReviewRequest, decision: MutateDecision): Verdict {
  const verdict = {
    ...aboutRequest(request),
    outcome: decision.outcome,
    response: mutateResponse(request.uid, decision),
    tells: () => JSON.stringify(decision),
  };
  switch (decision.outcome) {
    case "patched": {
      const patches = decision.injections.map(({ rule }) => rule);
      return { ...verdict, rules: distinct(patches), patches };
    }
    case "unchanged":
      return verdict;
    case "skipped":
      return { ...verdict, reason: decision.reason };
    case "failed": {
      const { reason, rule, cause } = decision;
      const crashes = reason === "rule-crash" && rule !== undefined ? [rule] : [];
      return { ...verdict, reason, crashes, crash: { rule, cause } };
    }
  }
}

function ofValidation(request: ReviewRequest, decision: ValidateDecision): Verdict {
  const { allowed, warnings, auditAnnotations, findings, crashes } = decision;
  const denying = allowed
    ? []
    : findings.filter(
        ({ finding, enforcement }) =>
          enforcement === "deny" && finding.verdict === "fail" && finding.waived === undefined,
      );
  const warned = findings.filter(({ finding, enforcement }) => enforcement === "warn" && finding.waived === undefined);
  const [crash] = crashes;
  return {
    ...aboutRequest(request),
    outcome: allowed ? "allowed" : "denied",
    reason: crash === undefined ? "" : "rule-crash",
    rules: distinct((allowed ? warned : denying).map(({ finding }) => finding.rule)),
    denials: denying.map(({ finding }) => finding.rule),
    crashes: crashes.map(({ rule }) => rule),
    crash,
    response: validateResponse(request.uid, decision),
    tells: () => JSON.stringify({ warnings, auditAnnotations }),
  };
}

const distinct = (rules: readonly string[]): readonly string[] => [...new Set(rules)];

/** Counts what came of a review. */
export function countVerdict(path: ReviewPath, verdict: Verdict, metrics: Metrics): void {
  const { outcome, reason } = verdict;
  metrics.reviews.inc({ path, outcome, reason });
  for (const rule of verdict.patches) metrics.patches.inc({ rule });
  for (const rule of verdict.denials) metrics.denials.inc({ rule });
  for (const rule of verdict.crashes) metrics.ruleCrashes.inc({ path, rule });
  if (outcome === "failed") metrics.unpatched.inc({ reason });
}
