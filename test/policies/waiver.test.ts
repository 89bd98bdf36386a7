import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { annotationWaivers, decideWaiver, hasExpired, isDay, type Waiver } from "../../policies/waiver.ts";

const object = (annotations: Record<string, string>): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  namespace: "shop",
  name: "checkout-blue",
  labels: { tier: "front" },
  annotations,
  value: {},
  file: "apps/checkout.yaml",
});

const waiver: Waiver = {
  rule: "grace-not-zero",
  reason: "no state",
  owner: "team-a",
  expires: "2026-11-22",
  match: {},
  origin: "config",
};
const now = new Date("2026-11-22T23:59:00Z");

describe("a waiver", () => {
  it("holds through its last day", () => {
    expect(hasExpired(waiver, now)).toBe(false);
    expect(hasExpired(waiver, new Date("2026-11-23T00:00:00Z"))).toBe(true);
    expect(
      decideWaiver("grace-not-zero", object({}), undefined, [waiver], new Date("2026-11-23T00:00:00Z")),
    ).toBeUndefined();
  });

  it("is for its own rule only", () => {
    expect(decideWaiver("prestop-delay", object({}), undefined, [waiver], now)).toBeUndefined();
    expect(decideWaiver("grace-not-zero", object({}), undefined, [waiver], now)).toBe(waiver);
  });

  it.each([
    [{ kinds: ["Pod"] }, true],
    [{ kinds: ["Deployment"] }, false],
    [{ namespaces: ["sh*"] }, true],
    [{ namespaces: ["sho"] }, false],
    [{ names: ["checkout-*"] }, true],
    [{ names: ["*-green"] }, false],
    [{ labels: { tier: "front" } }, true],
    [{ labels: { tier: "back" } }, false],
    [{ paths: ["apps/**"] }, true],
    [{ paths: ["apps"] }, true],
    [{ paths: ["*.yaml"] }, false],
    [{ paths: ["**/checkout.yaml"] }, true],
    [{ kinds: ["Pod"], names: ["other"] }, false],
  ])("with the match %j holds: %s", (match, holds) => {
    expect(decideWaiver("grace-not-zero", object({}), undefined, [{ ...waiver, match }], now) !== undefined).toBe(
      holds,
    );
  });

  it("can be an annotation", () => {
    const annotated = object({
      "waive.gracewarden.io/grace-not-zero":
        "a simulator; it keeps no state; owner=team-a; expires=2027-01-31; ticket=OPS-7",
    });
    expect(annotationWaivers(annotated, undefined)).toEqual({
      problems: [],
      waivers: [
        {
          at: ["metadata", "annotations", "waive.gracewarden.io/grace-not-zero"],
          waiver: {
            rule: "grace-not-zero",
            reason: "a simulator; it keeps no state",
            owner: "team-a",
            expires: "2027-01-31",
            ticket: "OPS-7",
            match: {},
            origin: "annotation",
          },
        },
      ],
    });
  });

  it.each([
    ["owner=a; expires=2027-01-31", /no reason/],
    ["because; expires=2027-01-31", /no owner/],
    ["because; owner=a", /no expiry/],
    ["because; owner=a; expires=2027-02-30", /is no day/],
    ["because; owner=a; expires=soon", /is no day/],
  ])("written as %j is refused", (text, message) => {
    const { waivers, problems } = annotationWaivers(object({ "waive.gracewarden.io/grace-not-zero": text }), undefined);
    expect(waivers).toEqual([]);
    expect(problems[0]?.message).toMatch(message);
  });
});

it("knows the days of the calendar", () => {
  expect(isDay("2028-02-29")).toBe(true);
  expect(isDay("2027-02-29")).toBe(false);
  expect(isDay("2027-1-1")).toBe(false);
});
