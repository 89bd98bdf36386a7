import { describe, expect, it } from "vitest";
import type { ValidateDecision } from "../../../policies/admission/decision.ts";
import { allowResponse, mutateResponse, validateResponse } from "../../../policies/admission/response.ts";

const said = { warnings: [], auditAnnotations: {} };
const validated: ValidateDecision = {
  ...said,
  allowed: true,
  denial: undefined,
  findings: [],
  crashes: [],
  notEvaluated: [],
};

describe("an answer", () => {
  it("carries the version, the kind and the request's uid", () => {
    expect(allowResponse("u-1")).toEqual({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: { uid: "u-1", allowed: true },
    });
  });

  it("has patch and patchType together", () => {
    const patch = [{ op: "add" as const, path: "/metadata/annotations", value: { a: "ü" } }];
    const { response } = mutateResponse("u", { ...said, outcome: "patched", patch, injections: [] });
    expect(response).toMatchObject({ allowed: true, patchType: "JSONPatch" });
    expect(JSON.parse(Buffer.from(response.patch ?? "", "base64").toString("utf8"))).toEqual(patch);
  });

  it.each([
    { ...said, outcome: "unchanged" as const },
    { ...said, outcome: "skipped" as const, reason: "job" as const },
    { ...said, outcome: "failed" as const, reason: "rule-crash" as const, rule: "x", cause: new Error("boom") },
  ])("has neither where the pod is $outcome", (decision) => {
    expect(mutateResponse("u", decision).response).toEqual({ uid: "u", allowed: true });
  });

  it("denies with a code and a message, and never with a patch", () => {
    const decision = { ...validated, allowed: false, denial: "No.", warnings: ["w."], auditAnnotations: { deny: "x" } };
    expect(validateResponse("u", decision).response).toEqual({
      uid: "u",
      allowed: false,
      status: { code: 403, reason: "Forbidden", message: "No." },
      warnings: ["w."],
      auditAnnotations: { deny: "x" },
    });
    expect(validateResponse("u", validated).response).toEqual({ uid: "u", allowed: true });
  });
});
