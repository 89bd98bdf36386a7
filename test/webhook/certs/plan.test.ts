import { describe, expect, it } from "vitest";
import type { Authority, Bundle } from "../../../webhook/certs/certificate.ts";
import { plan, type Action } from "../../../webhook/certs/plan.ts";
import type { State } from "../../../webhook/certs/state.ts";
import { dayMs, hourMs, mutating, settings, validating } from "./model-cluster.ts";

const now = new Date("2026-06-15T12:00:00Z");
const after = (ms: number): Date => new Date(now.getTime() + ms);

const authority = (name: string, notAfter = after(35 * dayMs), notBefore = after(-5 * dayMs)): Authority => ({
  fingerprint: name,
  pem: `${name} `,
  notBefore,
  notAfter,
});
const [A, B, C] = [authority("A"), authority("B"), authority("C")];
const bundle = (...authorities: Authority[]): Bundle => ({ authorities });

const held = <T>(value: T | "missing" | "unusable") =>
  value === "missing"
    ? { is: "missing" as const }
    : value === "unusable"
      ? { is: "unusable" as const, why: "its tls.crt is no certificate" }
      : { is: "usable" as const, value };

/** All in order with CA `A`, but for what is given. */
function state({
  signing = A,
  leaf = {},
  published = bundle(A),
  trusted = [bundle(A), bundle(A)],
}: {
  readonly signing?: Authority | "missing" | "unusable";
  readonly leaf?:
    | Partial<{ issuer: string; notBefore: Date; notAfter: Date; dnsNames: string[] }>
    | "missing"
    | "unusable";
  readonly published?: Bundle;
  readonly trusted?: readonly [Bundle, Bundle];
}): State {
  return {
    signing: held(typeof signing === "string" ? signing : { ...signing, keyPem: "" }),
    leaf: held(
      typeof leaf === "string"
        ? leaf
        : {
            issuer: "A",
            dnsNames: settings.dnsNames,
            notBefore: after(-3 * dayMs),
            notAfter: after(6 * dayMs),
            ...leaf,
          },
    ),
    published,
    configurations: [mutating, validating].map((reference, at) => ({
      ...reference,
      webhooks: ["pods", "templates"].map((name) => ({ name, trusted: trusted[at as 0 | 1] })),
    })),
  };
}

/** An action as one short line: what it does, to which kind, what it keeps, how long it waits. */
function brief(action: Action): string {
  switch (action.do) {
    case "trust":
      return `trust ${action.configuration.kind.slice(0, 3)} ${action.keep.join("")}`.trim();
    case "serve-leaf":
      return `leaf ${action.keep.join("")}${action.settleSeconds}s`;
    default:
      return action.do === "publish" ? `publish ${action.keep.join("")}`.trim() : "ca";
  }
}

const empty = bundle();
const fresh = { notBefore: after(-2 * hourMs) };
const rows: readonly (readonly [name: string, given: Parameters<typeof state>[0], actions: readonly string[]])[] = [
  ["all in order", {}, []],
  [
    "nothing there yet",
    { signing: "missing", leaf: "missing", published: empty, trusted: [empty, empty] },
    ["ca", "trust Mut", "trust Val", "leaf 0s"],
  ],
  [
    "cut after the CA",
    { leaf: "missing", published: empty, trusted: [empty, empty] },
    ["trust Mut", "trust Val", "leaf 0s"],
  ],
  [
    "cut after the first trust",
    { leaf: "missing", published: empty, trusted: [bundle(A), empty] },
    ["trust Val", "leaf 0s"],
  ],
  ["cut before the leaf", { leaf: "missing", published: empty }, ["leaf 0s"]],
  ["a leaf that is due", { leaf: { notAfter: after(4 * dayMs) } }, ["leaf 0s"]],
  ["a leaf that is not yet due", { leaf: { notAfter: after(4 * dayMs + 1000) } }, []],
  ["a leaf that ended", { leaf: { notAfter: after(-dayMs) } }, ["leaf 0s"]],
  ["a leaf of the future", { leaf: { notBefore: after(1000) } }, ["leaf 0s"]],
  ["a leaf for another name", { leaf: { dnsNames: ["hook.guard.svc"] } }, ["leaf 0s"]],
  ["a leaf that cannot be used", { leaf: "unusable" }, ["leaf 0s"]],
  ["a leaf that is gone", { leaf: "missing", published: empty }, ["leaf 0s"]],
  [
    "a CA that is due",
    { signing: authority("A", after(11 * dayMs - 1000)) },
    ["ca", "trust Mut A", "trust Val A", "leaf A 10s"],
  ],
  ["a CA that is not yet due", { signing: authority("A", after(11 * dayMs)) }, []],
  [
    "a CA of the future",
    { signing: authority("A", C.notAfter, after(1000)) },
    ["ca", "trust Mut A", "trust Val A", "leaf A 10s"],
  ],
  ["a CA that cannot be used", { signing: "unusable" }, ["ca", "trust Mut A", "trust Val A", "leaf A 10s"]],
  ["rotating, cut after the CA", { signing: B }, ["trust Mut A", "trust Val A", "leaf A 10s"]],
  [
    "rotating, cut after the first trust",
    { signing: B, trusted: [bundle(B, A), bundle(A)] },
    ["trust Val A", "leaf A 10s"],
  ],
  ["rotating, cut before the leaf", { signing: B, trusted: [bundle(B, A), bundle(B, A)] }, ["leaf A 10s"]],
  [
    "rotating, in the overlap",
    {
      signing: B,
      leaf: { issuer: "B", ...fresh },
      published: bundle(B, A),
      trusted: [bundle(B, A), bundle(A, B)],
    },
    [],
  ],
  [
    "rotating, the overlap over",
    { signing: B, leaf: { issuer: "B" }, published: bundle(B, A), trusted: [bundle(B, A), bundle(B, A)] },
    ["trust Mut", "trust Val", "publish"],
  ],
  [
    "rotating, cut while leaving the old CA",
    { signing: B, leaf: { issuer: "B" }, published: bundle(B, A), trusted: [bundle(B), bundle(B, A)] },
    ["trust Val", "publish"],
  ],
  ["one caBundle reset", { trusted: [empty, bundle(A)] }, ["trust Mut"]],
  ["both caBundles reset to a CA of the past", { trusted: [bundle(C), bundle(C)] }, ["trust Mut", "trust Val"]],
  [
    "caBundles reset in the overlap",
    { signing: B, leaf: { issuer: "B", ...fresh }, published: bundle(B, A), trusted: [empty, bundle(A)] },
    ["trust Mut A", "trust Val A"],
  ],
  ["a caBundle of garbage", { trusted: [{ authorities: [A], damage: "holds garbage" }, bundle(A)] }, ["trust Mut"]],
  ["a published bundle of garbage", { published: { authorities: [], damage: "holds garbage" } }, ["publish"]],
];

describe("plan", () => {
  it.each(rows)("%s", (_name, given, actions) => {
    expect(plan(state(given), now, settings).map(brief)).toEqual(actions);
  });

  it("says why a Secret is made anew", () => {
    const [action] = plan(state({ leaf: "unusable" }), now, settings);
    expect(action?.why).toBe("the one in its Secret cannot be used: its tls.crt is no certificate");
  });
});
