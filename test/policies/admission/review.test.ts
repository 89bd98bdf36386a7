import { describe, expect, it } from "vitest";
import { readReview } from "../../../policies/admission/review.ts";
import { podOf, reviewOf, type Json } from "./review-of.ts";

const pod = podOf("spec: { containers: [{ name: app, image: app }] }");
const without = (key: string): Json => {
  const review = reviewOf(pod);
  const { [key]: _left, ...request } = review["request"] as Json;
  return { ...review, request };
};
const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = {};
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
};

describe("a review", () => {
  it("is read with its object, in the request's namespace", () => {
    const reading = readReview(reviewOf({ ...pod, metadata: { generateName: "tools-" } }, { dryRun: true }));
    expect(reading).toMatchObject({
      outcome: "request",
      request: {
        operation: "CREATE",
        resource: "pods",
        subResource: "",
        dryRun: true,
        object: { kind: "Pod", name: "tools-", namespace: "shop" },
        oldObject: undefined,
      },
    });
  });

  it.each<[string, unknown, string, RegExp]>([
    ["null", null, "not-an-object", /is null/],
    ["a text", "review", "not-an-object", /is a string/],
    ["a list", [], "not-an-object", /is a list/],
    ["a pod", pod, "not-a-review", /is "Pod"/],
    ["v1beta1", { ...reviewOf(pod), apiVersion: "admission.k8s.io/v1beta1" }, "unsupported-version", /\[v1\]/],
    ["no version", { kind: "AdmissionReview" }, "unsupported-version", /missing/],
    ["no request", { ...reviewOf(pod), request: null }, "no-request", /null/],
    ["an answer", { ...reviewOf(pod), request: undefined, response: {} }, "no-request", /missing/],
    ["no uid", without("uid"), "no-uid", /missing/],
    ["an empty uid", reviewOf(pod, { uid: "" }), "no-uid", /""/],
    ["a uid that is no text", reviewOf(pod, { uid: 7 }), "no-uid", /a number/],
    ["no operation", without("operation"), "no-operation", /missing/],
    ["no resource", without("resource"), "no-resource", /name the resource/],
    ["no object", without("object"), "no-object", /missing/],
    ["a null object on CREATE", reviewOf(pod, { object: null }), "no-object", /CREATE.*null/],
    ["an object that is a list", reviewOf(pod, { object: [] }), "no-object", /a list/],
    [
      "an object without a kind",
      reviewOf(pod, { object: { spec: {} } }),
      "not-a-kubernetes-object",
      /apiVersion and kind/,
    ],
    ["a list of pods", reviewOf({ apiVersion: "v1", kind: "PodList", items: [pod] }), "not-a-kubernetes-object", /one/],
    ["a review of a review", reviewOf(reviewOf(pod)), "not-a-kubernetes-object", /one/],
  ])("that is %s is refused with a reason", (_name, body, reason, message) => {
    const reading = readReview(body);
    expect(reading).toMatchObject({ outcome: "malformed", reason });
    expect("message" in reading && reading.message).toMatch(message);
  });

  it.each<[string, unknown, string]>([
    ["a deletion", reviewOf(null, { operation: "DELETE", object: null, oldObject: pod }), "operation"],
    ["an exec", reviewOf(pod, { operation: "CONNECT", subResource: "exec" }), "operation"],
    ["an operation of tomorrow", reviewOf(pod, { operation: "PONDER" }), "operation"],
    ["a status", reviewOf(pod, { operation: "UPDATE", subResource: "status" }), "kind"],
    ["a resize", reviewOf(pod, { operation: "UPDATE", subResource: "resize" }), "kind"],
    ["a binding", reviewOf({ apiVersion: "v1", kind: "Binding" }, { subResource: "binding" }), "kind"],
  ])("of %s is allowed unseen, to hold up nothing", (_name, body, reason) => {
    expect(readReview(body)).toMatchObject({
      outcome: "unjudged",
      uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
      reason,
    });
  });

  it.each<[string, unknown]>([
    ["lists", nested(10_000, (inner) => [inner])],
    ["mappings", nested(10_000, (inner) => ({ a: inner }))],
    ["lists of items", nested(10_000, (inner) => ({ apiVersion: "v1", kind: "List", items: [inner] }))],
    ["reviews", nested(10_000, (inner) => reviewOf(inner))],
  ])("that is 10,000 %s deep is read or refused", (_name, deep) => {
    expect(readReview(deep).outcome).toBe("malformed");
    expect(["request", "malformed"]).toContain(readReview(reviewOf(deep)).outcome);
    expect(readReview(reviewOf({ ...pod, status: deep })).outcome).toBe("request");
  });

  it("with a key named __proto__ changes nobody's prototype", () => {
    const review = JSON.parse(
      `{"__proto__":{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"},"request":{"__proto__":{"uid":"x"}}}`,
    ) as unknown;
    expect(readReview(review)).toMatchObject({ outcome: "malformed", reason: "not-a-review" });
    expect(({} as Json)["uid"]).toBeUndefined();
  });
});
