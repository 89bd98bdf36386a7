import type { MutateDecision, ValidateDecision } from "./decision.ts";
import { reviewVersion } from "./review.ts";

/** An answer to the API server, as JSON. */
export interface AdmissionReviewResponse {
  readonly apiVersion: typeof reviewVersion;
  readonly kind: "AdmissionReview";
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    /** Together with `patch` or not at all (F1). */
    readonly patchType?: "JSONPatch";
    /** Base64 of the JSON Patch. */
    readonly patch?: string;
    readonly warnings?: readonly string[];
    readonly auditAnnotations?: Readonly<Record<string, string>>;
    readonly status?: { readonly code: 403; readonly reason: "Forbidden"; readonly message: string };
  };
}

export function mutateResponse(uid: string, decision: MutateDecision): AdmissionReviewResponse {
  return review(uid, decision, {
    allowed: true,
    ...(decision.outcome === "patched" && { patchType: "JSONPatch", patch: base64(JSON.stringify(decision.patch)) }),
  });
}

export function validateResponse(uid: string, decision: ValidateDecision): AdmissionReviewResponse {
  const { denial } = decision;
  return review(uid, decision, {
    allowed: decision.allowed,
    ...(denial !== undefined && { status: { code: 403, reason: "Forbidden", message: denial } }),
  });
}

/** For a review of something that is not judged. */
export function allowResponse(uid: string): AdmissionReviewResponse {
  return review(uid, { warnings: [], auditAnnotations: {} }, { allowed: true });
}

function review(
  uid: string,
  { warnings, auditAnnotations }: Pick<ValidateDecision, "warnings" | "auditAnnotations">,
  answer: Omit<AdmissionReviewResponse["response"], "uid" | "warnings" | "auditAnnotations">,
): AdmissionReviewResponse {
  return {
    apiVersion: reviewVersion,
    kind: "AdmissionReview",
    response: {
      uid,
      ...answer,
      ...(warnings.length > 0 && { warnings }),
      ...(Object.keys(auditAnnotations).length > 0 && { auditAnnotations }),
    },
  };
}

/** Base64 of the text's UTF-8. */
const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
