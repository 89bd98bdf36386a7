import type {
  AdmissionSettings,
  MutateDecision,
  ReviewRequest,
  ValidateDecision,
} from "../../policies/admission/decision.ts";
import { mutate } from "../../policies/admission/mutate.ts";
import {
  allowResponse,
  mutateResponse,
  validateResponse,
  type AdmissionReviewResponse,
} from "../../policies/admission/response.ts";
import { readReview } from "../../policies/admission/review.ts";
import { validate } from "../../policies/admission/validate.ts";
import { refusal } from "../errors.ts";
import type { Metrics, ReviewPath } from "./metrics.ts";
import { remember, type Remembered, type RememberedOptions } from "./remembered.ts";

/** What one review came to, for the log. */
export interface Verdict {
  readonly uid: string;
  readonly request: ReviewRequest | undefined;
  readonly outcome: string;
  readonly reason: string;
  /** The rules behind a patch, a denial or a warning. */
  readonly rules: readonly string[];
  /** The rule that crashed, with what it threw; undefined where none did. */
  readonly crash: { readonly rule: string | undefined; readonly cause: unknown } | undefined;
  readonly response: AdmissionReviewResponse;
}

/** How requests are decided: `/mutate` for itself, `/mutate/namespace` for itself, since it patches more. */
export interface Decisions {
  readonly mutate: Remembered<MutateDecision>;
  readonly mutateNamespace: Remembered<MutateDecision>;
  readonly validate: Remembered<ValidateDecision>;
}

/** Decisions of one server. What crashed is tried again, and a denial names its object: neither is remembered. */
export function rememberDecisions(): Decisions {
  const mutating: RememberedOptions<MutateDecision> = {
    decide: mutate,
    textOf: (decision) => (decision.outcome === "failed" ? undefined : JSON.stringify(decision)),
    trimmed: (decision) => decision,
  };
  return {
    mutate: remember(mutating),
    mutateNamespace: remember(mutating),
    validate: remember<ValidateDecision>({
      decide: validate,
      textOf: ({ allowed, crashes, warnings, auditAnnotations }) =>
        allowed && crashes.length === 0 ? JSON.stringify({ warnings, auditAnnotations }) : undefined,
      // Findings hold the whole object, and are looked at only where they deny.
      trimmed: (decision) => ({ ...decision, findings: [] }),
    }),
  };
}

/** Judges a parsed body and counts what came of it. Throws a Refusal where it is no review. */
export function judgeReview(
  path: ReviewPath,
  body: unknown,
  settings: AdmissionSettings,
  { decisions, metrics }: { readonly decisions: Decisions; readonly metrics: Metrics },
): Verdict {
  const reading = readReview(body);
  switch (reading.outcome) {
    case "malformed": {
      metrics.malformed.inc({ reason: reading.reason });
      throw refusal("not-a-review", reading.message);
    }
    case "unjudged": {
      const { uid, reason } = reading;
      return {
        uid,
        request: undefined,
        outcome: "unjudged",
        reason,
        rules: [],
        crash: undefined,
        response: allowResponse(uid),
      };
    }
    case "request": {
      const { request } = reading;
      if (path === "/validate") return ofValidation(request, decisions.validate.decide(request, settings), metrics);
      const mutating = path === "/mutate" ? decisions.mutate : decisions.mutateNamespace;
      return ofMutation(path, request, mutating.decide(request, settings), metrics);
    }
  }
}

function ofMutation(path: ReviewPath, request: ReviewRequest, decision: MutateDecision, metrics: Metrics): Verdict {
  const { uid } = request;
  const verdict = { uid, request, rules: [], crash: undefined, response: mutateResponse(uid, decision) };
  switch (decision.outcome) {
    case "patched":
      for (const { rule } of decision.injections) metrics.patches.inc({ rule });
      return {
        ...verdict,
        outcome: "patched",
        reason: "",
        rules: distinct(decision.injections.map(({ rule }) => rule)),
      };
    case "unchanged":
      return { ...verdict, outcome: "unchanged", reason: "" };
    case "skipped":
      return { ...verdict, outcome: "skipped", reason: decision.reason };
    case "failed": {
      const { reason, rule, cause } = decision;
      metrics.unpatched.inc({ reason });
      if (reason === "rule-crash" && rule !== undefined) metrics.ruleCrashes.inc({ path, rule });
      return { ...verdict, outcome: "failed", reason, crash: { rule, cause } };
    }
  }
}

function ofValidation(request: ReviewRequest, decision: ValidateDecision, metrics: Metrics): Verdict {
  const { uid } = request;
  for (const { rule } of decision.crashes) metrics.ruleCrashes.inc({ path: "/validate", rule });
  const denying = decision.allowed
    ? []
    : decision.findings.filter(
        ({ finding, enforcement }) =>
          enforcement === "deny" && finding.verdict === "fail" && finding.waived === undefined,
      );
  for (const { finding } of denying) metrics.denials.inc({ rule: finding.rule });
  const warned = decision.findings.filter(
    ({ finding, enforcement }) => enforcement === "warn" && finding.waived === undefined,
  );
  const [crash] = decision.crashes;
  return {
    uid,
    request,
    outcome: decision.allowed ? "allowed" : "denied",
    rules: distinct((decision.allowed ? warned : denying).map(({ finding }) => finding.rule)),
    reason: crash === undefined ? "" : "rule-crash",
    crash,
    response: validateResponse(uid, decision),
  };
}

const distinct = (rules: readonly string[]): readonly string[] => [...new Set(rules)];
