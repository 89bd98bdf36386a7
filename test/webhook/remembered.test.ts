import { describe, expect, it } from "vitest";
import type { AdmissionSettings } from "../../policies/admission/decision.ts";
import { defaultConfig, type Config } from "../../policies/config.ts";
import { rules } from "../../policies/rules/index.ts";
import { judgeReview, type Verdict } from "../../webhook/serving/judge-review.ts";
import { remember } from "../../webhook/serving/remembered.ts";
import { plainPod } from "./reviews.ts";

type Json = Readonly<Record<string, unknown>>;

interface Written {
  readonly metadata?: Json;
  readonly spec?: Json;
  readonly request?: Json;
  readonly owner?: Json;
}

const podKind = { group: "", version: "v1", kind: "Pod" };
const pods = { group: "", version: "v1", resource: "pods" };

/** A review of a pod's creation with its keys in the order in which an API server of 1.37 writes them. */
function bodyOf({ metadata = {}, spec = {}, request = {}, owner = {} }: Written = {}): Buffer {
  const { name, generateName = "web-", uid, generation, creationTimestamp, ...rest } = metadata;
  const object = {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name,
      generateName,
      namespace: "shop",
      uid,
      generation,
      creationTimestamp,
      labels: plainPod.metadata.labels,
      ...rest,
      managedFields: [
        {
          manager: "m",
          operation: "Update",
          apiVersion: "v1",
          time: "2026-11-23T03:12:28Z",
          fieldsType: "V1",
          ...owner,
        },
      ],
    },
    spec: { ...plainPod.spec, ...spec },
  };
  const review = {
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: "705ab4f5-6393-11e8-b7cc-420100000002",
      kind: podKind,
      resource: pods,
      requestKind: podKind,
      requestResource: pods,
      ...(name === undefined ? {} : { name }),
      namespace: "shop",
      operation: "CREATE",
      userInfo: { username: "someone" },
      object,
      oldObject: null,
      dryRun: false,
      ...request,
    },
  };
  return Buffer.from(`${JSON.stringify(review)}\n`);
}

const token = (name: string): Json => ({
  volumes: [{ name: `kube-api-access-${name}`, projected: { sources: [] } }],
  containers: [
    {
      name: "web",
      image: "nginx:1.27",
      volumeMounts: [
        {
          name: `kube-api-access-${name}`,
          readOnly: true,
          mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
        },
      ],
    },
  ],
});

const settings = (config: Partial<Config> = {}, now = "2026-11-23T12:00:00Z"): AdmissionSettings => ({
  config: { ...defaultConfig, ...config },
  rules,
  now: new Date(now),
  namespaceOptedIn: false,
  preStopToken: undefined,
});
const unchanged = settings();

const judged = (body: Buffer, under = unchanged): Verdict =>
  judgeReview("/mutate", JSON.parse(body.toString("utf8")), under);

/** How often a verdict was made for two bodies, one after the other. */
function made(
  [first, second]: readonly [Buffer, Buffer],
  [before, after]: readonly [AdmissionSettings, AdmissionSettings] = [unchanged, unchanged],
  change: (verdict: Verdict) => Verdict = (verdict) => verdict,
): number {
  let count = 0;
  const remembered = remember();
  const ask = (body: Buffer, under: AdmissionSettings): void => {
    remembered.of(body, under, () => {
      count += 1;
      return change(judged(body, under));
    });
  };
  ask(first, before);
  ask(second, after);
  return count;
}

const twice = (one: Written, other: Written = one): [Buffer, Buffer] => [bodyOf(one), bodyOf(other)];

const telling = (verdict: Verdict): Verdict => ({ ...verdict, tells: () => "Pod web-abcde" });
const crashed = (verdict: Verdict): Verdict => ({ ...verdict, crash: { rule: "a", cause: undefined } });
const refused = ({ response, ...verdict }: Verdict): Verdict => ({
  ...verdict,
  response: { ...response, response: { ...response.response, allowed: false } },
});
const told = (verdict: Verdict): string => JSON.stringify(verdict);

describe("a verdict is remembered", () => {
  it.each<[string, [Buffer, Buffer]]>([
    ["for the same pod", twice({})],
    ["for another uid of the review", twice({}, { request: { uid: "0a1b2c" } })],
    ["for another uid of the pod", twice({ metadata: { uid: "1" } }, { metadata: { uid: "2" } })],
    ["for another generated name", twice({ metadata: { name: "web-abcde" } }, { metadata: { name: "web-fghij" } })],
    ["for another token volume", twice({ spec: token("abcde") }, { spec: token("fghij") })],
    [
      "for another time of creation",
      twice(
        { metadata: { name: "web-a", generation: 1, creationTimestamp: "2026-11-23T03:12:28Z" } },
        { metadata: { name: "web-a", generation: 1, creationTimestamp: "2026-11-23T03:12:29Z" } },
      ),
    ],
    ["for another time in its managed fields", twice({}, { owner: { time: "2026-11-23T03:12:29Z" } })],
  ])("%s", (_name, bodies) => {
    expect(made(bodies)).toBe(1);
  });

  it.each<[string, [Buffer, Buffer]]>([
    ["for another spec", twice({}, { spec: { terminationGracePeriodSeconds: 31 } })],
    ["for other labels", twice({}, { metadata: { labels: { app: "other" } } })],
    ["for other annotations", twice({}, { metadata: { annotations: { a: "b" } } })],
    [
      "for annotations that look like what is generated",
      twice(
        { metadata: { annotations: { a: '{"uid":"1","generateName":"x","time":"1"}' } } },
        { metadata: { annotations: { a: '{"uid":"2","generateName":"x","time":"2"}' } } },
      ),
    ],
    ["for another template", twice({}, { metadata: { generateName: "api-" } })],
    [
      "for a container or a label that is named like a token volume",
      twice(
        { metadata: { labels: { name: "kube-api-access-aaaaa" } } },
        { metadata: { labels: { name: "kube-api-access-bbbbb" } } },
      ),
    ],
    ["for another namespace", twice({}, { request: { namespace: "bank" } })],
    ["for a dry run after none", twice({}, { request: { dryRun: true } })],
    [
      "for another given name",
      twice({ metadata: { generateName: undefined, name: "a" } }, { metadata: { generateName: undefined, name: "b" } }),
    ],
    ["for an update, even the same", twice({ request: { operation: "UPDATE" } })],
    ["for the creation of something in a pod", twice({}, { request: { subResource: "ephemeralcontainers" } })],
    ["for a large pod", twice({ metadata: { annotations: { a: "x".repeat(70_000) } } })],
  ])("not %s", (_name, bodies) => {
    expect(made(bodies)).toBe(2);
  });

  it("not where a body begins otherwise than the API server's", () => {
    const [body] = twice({});
    const other = Buffer.from(
      JSON.stringify({ apiVersion: "admission.k8s.io/v1", ...(JSON.parse(body.toString()) as Json) }),
    );
    expect(made([other, other])).toBe(2);
  });

  it("not where its text tells the generated name", () => {
    const bodies = twice({ metadata: { name: "web-abcde" } }, { metadata: { name: "web-fghij" } });
    expect(made(bodies, undefined, telling)).toBe(2);
  });

  it("not where a rule crashed or the pod was refused", () => {
    for (const change of [crashed, refused]) expect(made(twice({}), undefined, change)).toBe(2);
  });

  it("not where a pod was given a token of its own", () => {
    let tokens = 0;
    const giving = { ...unchanged, preStopToken: () => `token-${++tokens}` };
    const proxy = { spec: { containers: [{ name: "proxy", image: "gracewarden-proxy" }] } };
    const patches = new Set<string | undefined>();
    const remembered = remember();
    for (const body of twice(proxy)) {
      const { response } = remembered.of(body, giving, () => judged(body, giving)).response;
      patches.add(response.patch);
    }
    expect([tokens, patches.size]).toEqual([2, 2]);
    expect(made(twice(proxy))).toBe(1);
    expect(made(twice({}), [giving, giving])).toBe(1);
  });

  it("not under another configuration, nor past an hour, when waivers may have expired", () => {
    expect(made(twice({}), [unchanged, settings()])).toBe(2);
    expect(made(twice({}), [unchanged, { ...unchanged, now: new Date("2026-11-23T13:00:00Z") }])).toBe(2);
    expect(made(twice({}), [unchanged, { ...unchanged, now: new Date("2026-11-23T12:59:59Z") }])).toBe(1);
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
    const bodies = twice({ metadata: { name: "web-a" } }, { metadata: { name: "web-b" } });
    for (const looking of [named, custom]) expect(made(bodies, [looking, looking])).toBe(2);
  });

  it("and is the one that would be made", () => {
    const remembered = remember();
    const [first, second] = twice(
      { metadata: { name: "web-abcde", uid: "1" }, spec: token("abcde") },
      { metadata: { name: "web-fghij", uid: "2" }, spec: token("fghij"), request: { uid: "another" } },
    );
    remembered.of(first, unchanged, () => judged(first));
    const again = remembered.of(second, unchanged, () => {
      throw new Error("not remembered");
    });
    expect(told(again)).toBe(told(judged(second)));
  });

  it("for so many templates and so much text, the latest used", () => {
    const remembered = remember();
    const count = (bodies: readonly Buffer[]): number => {
      let calls = 0;
      for (const body of bodies)
        remembered.of(body, unchanged, () => {
          calls += 1;
          return judged(body);
        });
      return calls;
    };
    const long = Array.from({ length: 80 }, (_, index) =>
      bodyOf({ metadata: { annotations: { a: `${index}${"x".repeat(60_000)}` } } }),
    );
    expect(count(long)).toBe(80);
    expect(count(long.slice(-60))).toBe(0);
    expect(count(long.slice(0, 10))).toBe(10);
  });
});
