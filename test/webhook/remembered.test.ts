import { describe, expect, it } from "vitest";
import type { AdmissionSettings, ReviewRequest } from "../../policies/admission/decision.ts";
import { mutate } from "../../policies/admission/mutate.ts";
import { readReview } from "../../policies/admission/review.ts";
import { defaultConfig, type Config } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { remember } from "../../webhook/serving/remembered.ts";
import { plainPod, reviewOf } from "./reviews.ts";

function requestOf(pod: unknown, request: Readonly<Record<string, unknown>> = {}): ReviewRequest {
  const reading = readReview(JSON.parse(reviewOf(pod, request)) as unknown);
  if (reading.outcome !== "request") throw new Error(reading.outcome);
  return reading.request;
}

const pod = (metadata: Readonly<Record<string, unknown>> = {}, spec: Readonly<Record<string, unknown>> = {}) => ({
  ...plainPod,
  metadata: { ...plainPod.metadata, ...metadata },
  spec: { ...plainPod.spec, ...spec },
});
const volume = (name: string) => ({ volumes: [{ name: `kube-api-access-${name}`, projected: { sources: [] } }] });
const settings = (config: Partial<Config> = {}, now = "2026-11-23T12:00:00Z"): AdmissionSettings => ({
  config: { ...defaultConfig, ...config },
  rules,
  now: new Date(now),
  namespaceOptedIn: false,
  preStopToken: undefined,
});

/** How often a decision was made for two requests, one after the other. */
function made(
  [first, second]: readonly [ReviewRequest, ReviewRequest],
  [before, after]: readonly [AdmissionSettings, AdmissionSettings],
  textOf: (decision: string) => string | undefined = (decision) => decision,
): number {
  let count = 0;
  const { decide } = remember<string>({
    decide: ({ object }) => {
      count += 1;
      return textOf === tellName ? `refuses ${object.name}` : "allowed";
    },
    textOf,
    trimmed: (decision) => decision,
  });
  decide(first, before);
  decide(second, after);
  return count;
}
const tellName = (decision: string): string => decision;
const unchanged = settings();

describe("a decision is remembered", () => {
  it.each<[string, ReviewRequest, ReviewRequest]>([
    ["for the same pod", requestOf(pod()), requestOf(pod())],
    ["for another uid", requestOf(pod({ uid: "1" })), requestOf(pod({ uid: "2" }), { uid: "another" })],
    ["for another generated name", requestOf(pod({ name: "web-abcde" })), requestOf(pod({ name: "web-fghij" }))],
    ["for another token volume", requestOf(pod({}, volume("abcde"))), requestOf(pod({}, volume("fghij")))],
    [
      "for another time of creation",
      requestOf(pod({ creationTimestamp: "a" })),
      requestOf(pod({ creationTimestamp: "b" })),
    ],
  ])("%s", (_name, first, second) => {
    expect(made([first, second], [unchanged, unchanged])).toBe(1);
  });

  it.each<[string, ReviewRequest, ReviewRequest]>([
    ["for another spec", requestOf(pod()), requestOf(pod({}, { terminationGracePeriodSeconds: 31 }))],
    ["for other labels", requestOf(pod()), requestOf(pod({ labels: { app: "other" } }))],
    ["for other annotations", requestOf(pod()), requestOf(pod({ annotations: { a: "b" } }))],
    ["for another template", requestOf(pod()), requestOf(pod({ generateName: "api-" }))],
    [
      "for a container or a label that is named like a token volume",
      requestOf(pod({ labels: { "gracewarden.io/proxy": "kube-api-access-aaaaa" } })),
      requestOf(pod({ labels: { "gracewarden.io/proxy": "kube-api-access-bbbbb" } })),
    ],
    ["for another namespace", requestOf(pod()), requestOf(pod(), { namespace: "bank" })],
    [
      "for another given name",
      requestOf(pod({ generateName: undefined, name: "a" })),
      requestOf(pod({ generateName: undefined, name: "b" })),
    ],
    ["for an update", requestOf(pod(), { operation: "UPDATE" }), requestOf(pod(), { operation: "UPDATE" })],
    [
      "for a large pod",
      requestOf(pod({ annotations: { a: "x".repeat(40_000) } })),
      requestOf(pod({ annotations: { a: "x".repeat(40_000) } })),
    ],
  ])("not %s", (_name, first, second) => {
    expect(made([first, second], [unchanged, unchanged])).toBe(2);
  });

  it("not where its text tells the generated name", () => {
    const [first, second] = ["web-abcde", "web-fghij"].map((name) => requestOf(pod({ name })));
    expect(made([first!, second!], [unchanged, unchanged], tellName)).toBe(2);
  });

  it("not where it must be made anew", () => {
    expect(made([requestOf(pod()), requestOf(pod())], [unchanged, unchanged], () => undefined)).toBe(2);
  });

  it("not under another configuration, nor past an hour, when waivers may have expired", () => {
    const requests = [requestOf(pod()), requestOf(pod())] as const;
    expect(made(requests, [unchanged, settings()])).toBe(2);
    expect(made(requests, [unchanged, { ...unchanged, now: new Date("2026-11-23T13:00:00Z") }])).toBe(2);
    expect(made(requests, [unchanged, { ...unchanged, now: new Date("2026-11-23T12:59:59Z") }])).toBe(1);
  });

  it("not for another generated name where the configuration looks at names", () => {
    const waiver = {
      rule: "grace-not-zero",
      owner: "a",
      reason: "b",
      expires: "2027-01-01",
      match: { names: ["web-a*"] },
      origin: "config" as const,
    };
    const named = settings({ waivers: [waiver] });
    const custom = settings({ customRules: [rules[0]!] });
    for (const looking of [named, custom])
      expect(made([requestOf(pod({ name: "web-a" })), requestOf(pod({ name: "web-b" }))], [looking, looking])).toBe(2);
  });

  it("and is the one that would be made", () => {
    const { decide } = remember({
      decide: mutate,
      textOf: (decision) => JSON.stringify(decision),
      trimmed: (decision) => decision,
    });
    decide(requestOf(pod({}, volume("abcde"))), unchanged);
    const second = requestOf(pod({}, volume("fghij")));
    expect(decide(second, unchanged)).toEqual(mutate(second, unchanged));
  });
});
