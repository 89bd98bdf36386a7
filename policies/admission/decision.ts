import type { Config, Enforcement } from "../config.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { Rule } from "../rule.ts";
import type { Crash, Finding } from "../run.ts";
import type { PatchOperation } from "./json-patch.ts";

/** What a decision rests on besides the review. Nothing in it does I/O or reads a clock. */
export interface AdmissionSettings {
  readonly config: Config;
  readonly rules: readonly Rule[];
  /** The moment of the decision, for waivers that expire. */
  readonly now: Date;
  /** True on the path that serves namespaces labelled `gracewarden.io/inject: "true"`; a review does not carry its namespace's labels. */
  readonly namespaceOptedIn: boolean;
  /** Makes what one pod's `/prestop` asks for; undefined where it answers its own node without one. */
  readonly preStopToken?: (() => string) | undefined;
}

/** A request of an AdmissionReview that has something to judge. */
export interface ReviewRequest {
  readonly uid: string;
  readonly operation: "CREATE" | "UPDATE";
  /** Plural name of the resource: `pods`, `deployments`. */
  readonly resource: string;
  /** `ephemeralcontainers`, …; empty for the resource itself. */
  readonly subResource: string;
  readonly dryRun: boolean;
  /** A kubelet asks, by the name and group that the API server gives to nothing else. */
  readonly byNode: boolean;
  /** Its namespace is the request's. `value` is what the API server sent; a patch applies to it. */
  readonly object: KubernetesObject;
  /** What an UPDATE replaces. */
  readonly oldObject: KubernetesObject | undefined;
}

/** Why a body is no AdmissionReview that can be answered: HTTP 400. */
export type MalformedReason =
  | "not-an-object"
  | "not-a-review"
  | "unsupported-version"
  | "no-request"
  | "no-uid"
  | "no-operation"
  | "no-resource"
  | "no-object"
  | "not-a-kubernetes-object";

/** Why a well-formed review is allowed unseen. */
type UnjudgedReason = "operation" | "kind";

export type ReviewReading =
  | { readonly outcome: "request"; readonly request: ReviewRequest }
  /** To be allowed: a refusal would hold up what this webhook has no say in, a DELETE for one (F23). */
  | { readonly outcome: "unjudged"; readonly uid: string; readonly reason: UnjudgedReason; readonly message: string }
  | { readonly outcome: "malformed"; readonly reason: MalformedReason; readonly message: string };

/** Why a pod is left as it is. */
export type SkipReason =
  | "not-a-pod-creation"
  | "not-in-scope"
  | "opted-out"
  | "mirror-pod"
  | "windows"
  | "job"
  | "proxy-is-sidecar"
  | "unreadable";

/** Why a pod that should have been patched is admitted without. */
export type MutateFailure = "rule-crash" | "no-fixpoint" | "patch-mismatch" | "unsafe-patch" | "internal-error";

/** One thing that the patch does, as the annotation, the log and `try` tell it. */
export interface Injection {
  readonly rule: string;
  readonly container: string | undefined;
  /** The fix as an order: "Set terminationGracePeriodSeconds to 45". */
  readonly title: string;
}

interface Said {
  /** For the client; complete sentences that no API server cuts (F15). */
  readonly warnings: readonly string[];
  /** Without the webhook's prefix, without secrets (F16). */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** The mutating side's answer. It never rejects (F6, F7). */
export type MutateDecision = Said &
  (
    | {
        readonly outcome: "patched";
        readonly patch: readonly PatchOperation[];
        readonly injections: readonly Injection[];
      }
    /** In scope, and nothing to add. */
    | { readonly outcome: "unchanged" }
    | { readonly outcome: "skipped"; readonly reason: SkipReason }
    /** `cause` is for the log: the rule's crash, or what was thrown. */
    | {
        readonly outcome: "failed";
        readonly reason: MutateFailure;
        readonly rule: string | undefined;
        readonly cause: unknown;
      }
  );

/** A finding and what becomes of it at admission. A waived or undetermined one never denies. */
export interface EnforcedFinding {
  readonly finding: Finding;
  readonly enforcement: Enforcement;
}

/** The validating side's answer. */
export interface ValidateDecision extends Said {
  readonly allowed: boolean;
  /** Why not, for the client: which object, what, the sum, the fix and how to waive; undefined where allowed. */
  readonly denial: string | undefined;
  /** All that is not `off`, waived ones included. */
  readonly findings: readonly EnforcedFinding[];
  /** Rules that threw; each was answered by its enforcement. */
  readonly crashes: readonly (Crash & { readonly enforcement: Enforcement })[];
  /** Rules that need other objects, by id. */
  readonly notEvaluated: readonly string[];
}
