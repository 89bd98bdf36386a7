import { isRecord } from "../record.ts";
import type { KubernetesObject } from "../pods/object.ts";
import { readObjects } from "../pods/read-object.ts";
import type { MalformedReason, ReviewReading, ReviewRequest } from "./decision.ts";

export const reviewVersion = "admission.k8s.io/v1";

/** Reads a parsed body as an AdmissionReview. Never throws; what lies deep in the object is not looked at. */
export function readReview(body: unknown): ReviewReading {
  if (!isRecord(body)) return malformed("not-an-object", `the body must be an AdmissionReview, but is ${kindOf(body)}`);
  const { apiVersion, kind, request } = body;
  if (kind !== "AdmissionReview")
    return malformed("not-a-review", `kind must be AdmissionReview, but is ${quote(kind)}`);
  if (apiVersion !== reviewVersion)
    return malformed(
      "unsupported-version",
      `apiVersion must be ${reviewVersion}, but is ${quote(apiVersion)}: set admissionReviewVersions to [v1]`,
    );
  if (!isRecord(request)) return malformed("no-request", `request must be a mapping, but is ${kindOf(request)}`);
  const { uid, operation } = request;
  if (typeof uid !== "string" || uid === "")
    return malformed("no-uid", `request.uid must be a string that is not empty, but is ${quote(uid)}`);
  if (typeof operation !== "string") return malformed("no-operation", "request.operation is missing");
  if (operation !== "CREATE" && operation !== "UPDATE")
    return { outcome: "unjudged", uid, reason: "operation", message: `${quote(operation)} is not judged` };
  return readRequest(request, uid, operation);
}

function readRequest(
  request: Record<string, unknown>,
  uid: string,
  operation: ReviewRequest["operation"],
): ReviewReading {
  const { resource, subResource, namespace, dryRun } = request;
  const plural = isRecord(resource) ? resource["resource"] : undefined;
  if (typeof plural !== "string" || plural === "")
    return malformed("no-resource", "request.resource.resource must name the resource");
  const sub = typeof subResource === "string" ? subResource : "";
  if (!isJudged(plural, sub))
    return {
      outcome: "unjudged",
      uid,
      reason: "kind",
      message: `${sub === "" ? plural : `${plural}/${sub}`} is not judged`,
    };
  if (!isRecord(request["object"]))
    return malformed(
      "no-object",
      `request.object of a ${operation} must be a mapping, but is ${kindOf(request["object"])}`,
    );
  const where = typeof namespace === "string" && namespace !== "" ? namespace : undefined;
  const object = readObject(request["object"], where);
  if (object === undefined)
    return malformed(
      "not-a-kubernetes-object",
      "request.object must be one Kubernetes object with apiVersion and kind",
    );
  return {
    outcome: "request",
    request: {
      uid,
      operation,
      resource: plural,
      subResource: sub,
      dryRun: dryRun === true,
      byNode: isNode(request["userInfo"]),
      object,
      oldObject: isRecord(request["oldObject"]) ? readObject(request["oldObject"], where) : undefined,
    },
  };
}

/** As the node authorizer knows a kubelet. */
function isNode(user: unknown): boolean {
  if (!isRecord(user)) return false;
  const { username, groups } = user;
  return (
    typeof username === "string" &&
    username.startsWith("system:node:") &&
    Array.isArray(groups) &&
    groups.includes("system:nodes")
  );
}

/** Subresources change nothing of how a pod stops, but for containers that are put into one that runs. */
const isJudged = (resource: string, subResource: string): boolean =>
  subResource === "" || (resource === "pods" && subResource === "ephemeralcontainers");

/** Lists and reviews hold other objects, and so on to any depth; the API server sends neither. */
function readObject(value: Record<string, unknown>, namespace: string | undefined): KubernetesObject | undefined {
  const { kind } = value;
  if (typeof kind !== "string" || kind === "AdmissionReview" || "items" in value) return undefined;
  const [read] = readObjects(value, undefined).objects;
  return read && { ...read.object, namespace: namespace ?? read.object.namespace };
}

const malformed = (reason: MalformedReason, message: string): ReviewReading => ({
  outcome: "malformed",
  reason,
  message,
});

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/** Texts from outside are told whole only where they are short. */
function quote(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
    : kindOf(value);
}
