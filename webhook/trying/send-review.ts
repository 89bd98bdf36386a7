import { randomUUID } from "node:crypto";
import { request, type Agent } from "node:https";
import type { AdmissionReviewResponse } from "../../policies/admission/response.ts";
import { isRecord } from "../../policies/record.ts";
import { programError } from "../errors.ts";

/** Where the server is, and what it is trusted by. */
export interface Target {
  readonly port: number;
  readonly agent: Agent;
}

/** Sends a pod's creation as the API server does and reads the answer as it does (F1): its version, its uid, a patch that is one. */
export async function sendReview(
  { port, agent }: Target,
  path: string,
  namespace: string,
  pod: unknown,
): Promise<AdmissionReviewResponse["response"]> {
  const uid = randomUUID();
  const review = {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid,
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      requestKind: { group: "", version: "v1", kind: "Pod" },
      requestResource: { group: "", version: "v1", resource: "pods" },
      namespace,
      operation: "CREATE",
      userInfo: { username: "gracewarden-webhook try" },
      object: pod,
      oldObject: null,
      dryRun: true,
      options: { apiVersion: "meta.k8s.io/v1", kind: "CreateOptions" },
    },
  };
  const { status, text } = await post({ port, agent }, path, JSON.stringify(review));
  if (status !== 200) throw programError("try-failed", `${path} said ${status}: ${text}`);
  const answer: unknown = JSON.parse(text);
  if (!isRecord(answer) || answer["kind"] !== "AdmissionReview" || answer["apiVersion"] !== "admission.k8s.io/v1")
    throw programError("try-failed", `${path} answered no AdmissionReview of v1`);
  const { response } = answer as unknown as AdmissionReviewResponse;
  if (response.uid !== uid) throw programError("try-failed", `${path} answered another review`);
  if ((response.patch === undefined) !== (response.patchType === undefined))
    throw programError("try-failed", `${path} sent a patch without its type, or a type without a patch`);
  return response;
}

function post(
  { port, agent }: Target,
  path: string,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    request({ host: "127.0.0.1", port, path, method: "POST", agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }))
        .on("error", reject);
    })
      .on("error", reject)
      .end(body);
  });
}
