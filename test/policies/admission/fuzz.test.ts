import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPatch, type PatchOperation } from "../../../policies/admission/json-patch.ts";
import { mutate } from "../../../policies/admission/mutate.ts";
import { mutateResponse, validateResponse } from "../../../policies/admission/response.ts";
import { readReview } from "../../../policies/admission/review.ts";
import { validate } from "../../../policies/admission/validate.ts";
import { valueAt } from "../../../policies/path.ts";
import { reviewOf, settings } from "./review-of.ts";

const optedIn = { ...settings, namespaceOptedIn: true, preStopToken: () => "s3cret" };

/** Any JSON value, with keys that a review has and keys that hurt. */
const keys = fc.constantFrom(
  ..."__proto__ constructor hasOwnProperty kind apiVersion request uid object metadata spec containers env 0".split(
    " ",
  ),
);
const anything = fc
  .anything({ key: keys, maxDepth: 4, maxKeys: 4, withNullPrototype: false, withBigInt: false })
  .map((value) => JSON.parse(JSON.stringify(value) ?? "null") as unknown);

const seconds = fc.constantFrom(-5, 0, 1, 2, 5, 29, 30, 31, 600, 100_000);
const perhaps = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
const noise = { arbitrary: anything, weight: 1 };
const usually = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: value, weight: 30 }, noise);

const handler = fc.oneof(
  fc.record({ sleep: fc.record({ seconds }) }),
  fc.record({
    exec: fc.record({
      command: fc.constantFrom(["sleep", "20"], ["sh", "-c", "sleep 5; kill 1"], [], ["nginx", "-s", "quit"]),
    }),
  }),
  fc.record({ httpGet: fc.record({ path: fc.constantFrom("/prestop", "/"), port: fc.constantFrom(8081, "http") }) }),
);
const probe = fc.record({
  httpGet: fc.constant({ path: "/livez", port: 8081 }),
  periodSeconds: perhaps(fc.constantFrom(0, 1, 10)),
  terminationGracePeriodSeconds: perhaps(seconds),
});
const variable = fc.record({
  name: fc.constantFrom(
    "GRACEWARDEN_GRACE_SECONDS",
    "GRACEWARDEN_DRAIN_SECONDS",
    "GRACEWARDEN_PRESTOP_TOKEN",
    "GRACEWARDEN_PROPAGATION_SECONDS",
    "GRACEWARDEN_ADMIN_LISTEN",
    "A",
  ),
  value: perhaps(fc.constantFrom("0", "2.5", "90", "x", "0.0.0.0:8081", "127.0.0.1:1", "$(B)")),
});
const container = fc.record(
  {
    name: fc.constantFrom("proxy", "app", "istio-proxy", "__proto__", ""),
    image: fc.constantFrom("gracewarden-proxy", "app", "nginx:1.29", "docker.io/istio/proxyv2:1.27.0", "busybox"),
    command: perhaps(fc.constantFrom(["gunicorn", "app"], ["sh", "-c", "npm start"], ["tail", "-f"])),
    ports: perhaps(fc.constantFrom([{ containerPort: 8080 }], [{ name: "metrics", containerPort: 1 }])),
    env: perhaps(usually(fc.array(variable, { maxLength: 3 }))),
    lifecycle: perhaps(usually(fc.record({ preStop: perhaps(handler), postStart: perhaps(handler) }))),
    livenessProbe: perhaps(usually(probe)),
    readinessProbe: perhaps(probe),
    startupProbe: perhaps(probe),
    restartPolicy: perhaps(fc.constant("Always")),
    securityContext: perhaps(
      usually(fc.record({ runAsUser: perhaps(fc.constantFrom(0, 1000)), privileged: perhaps(fc.boolean()) })),
    ),
  },
  { requiredKeys: ["name", "image"] },
);
/** The API server refuses two containers of one name. */
const containers = usually(
  fc.uniqueArray(usually(container), { maxLength: 3, selector: (value) => valueAt(value, ["name"]) }),
);
const metadata = fc.record({
  name: perhaps(fc.constant("tools")),
  labels: perhaps(
    usually(
      fc.dictionary(
        fc.constantFrom("gracewarden.io/inject", "gracewarden.io/proxy", "app"),
        fc.constantFrom("true", "false", "app"),
      ),
    ),
  ),
  annotations: perhaps(
    usually(
      fc.dictionary(
        fc.constantFrom(
          "gracewarden.io/drain-seconds",
          "gracewarden.io/injected",
          "waive.gracewarden.io/prestop-delay",
          "waive.gracewarden.io/no-host-pid",
          "gracewarden.io/serves-after-sigterm-seconds",
        ),
        fc.constantFrom(
          "40",
          "-1",
          "x",
          "{}",
          `{"env":{"proxy":["GRACEWARDEN_GRACE_SECONDS"]}}`,
          "why; owner=a; expires=2027-01-01",
        ),
      ),
    ),
  ),
});
const pod = fc.record({
  apiVersion: fc.constant("v1"),
  kind: fc.constant("Pod"),
  metadata: usually(metadata),
  spec: usually(
    fc.record({
      containers,
      initContainers: perhaps(containers),
      ephemeralContainers: perhaps(containers),
      terminationGracePeriodSeconds: usually(seconds),
      restartPolicy: fc.constantFrom("Always", "Always", "Always", "Never"),
      shareProcessNamespace: perhaps(fc.boolean()),
      hostPID: perhaps(fc.boolean()),
    }),
  ),
});
/** Reviews that are none, or that hold what is no pod. */
const odd = fc.oneof(
  anything,
  anything.map((object) => reviewOf(object)),
  anything.map((spec) => reviewOf({ apiVersion: "v1", kind: "Pod", spec })),
);
const review = fc.oneof(
  { arbitrary: pod.map((object) => reviewOf(object)), weight: 8 },
  {
    arbitrary: fc.tuple(pod, pod).map(([object, oldObject]) => reviewOf(object, { operation: "UPDATE", oldObject })),
    weight: 1,
  },
  {
    arbitrary: pod.map((template) => reviewOf({ apiVersion: "apps/v1", kind: "Deployment", spec: { template } })),
    weight: 1,
  },
);

const canon = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const seen = { patched: 0, unchanged: 0, skipped: 0, failed: 0, denied: 0, refused: 0 };

/** One review through everything that the server does with it. */
function judge(body: unknown): void {
  const sent = canon(body);
  const before = JSON.stringify(sent);
  const reading = readReview(sent);
  if (reading.outcome !== "request") {
    seen.refused++;
    return;
  }
  const { request } = reading;
  const validated = validate(request, optedIn);
  if (!validated.allowed) seen.denied++;
  expect(validated.denial === undefined).toBe(validated.allowed);
  expect(validated.crashes).toEqual([]);
  expect(validated.warnings.join("").length).toBeLessThanOrEqual(4096);
  expect(validateResponse(request.uid, validated).response.uid).toBe(request.uid);

  const decision = mutate(request, optedIn);
  seen[decision.outcome]++;
  expect(mutateResponse(request.uid, decision).response.allowed).toBe(true);
  // A number of the author's own may not be whole; nothing else may go wrong.
  expect(decision.outcome === "failed" ? decision.reason : "unsafe-patch").toBe("unsafe-patch");
  expect(JSON.stringify(sent)).toBe(before);
  if (decision.outcome !== "patched") return;
  const patched = applyPatch(request.object.value, canon(decision.patch) as PatchOperation[]);
  const again = readReview(reviewOf(patched));
  expect(again.outcome === "request" && mutate(again.request, optedIn).outcome).toBe("unchanged");
}

describe("a review, whatever it holds,", () => {
  it("of a pod is judged without a throw; its patch applies, and leaves a second call nothing to do", () => {
    fc.assert(fc.property(review, judge), { numRuns: 2500 });
    expect(seen.failed).toBeLessThan(25);
    for (const outcome of ["patched", "unchanged", "skipped", "denied"] as const)
      expect(seen[outcome]).toBeGreaterThan(50);
  }, 30_000);

  it.each([
    ["a pod", "/status"],
    ["a pod spec", "/spec/volumes"],
    ["metadata", "/metadata/annotations"],
    ["a container", "/spec/containers/0/env"],
    ["a hook", "/spec/containers/0/lifecycle"],
    ["a list of containers", "/spec/initContainers"],
  ])("is judged with 10,000 levels in %s", (_name, path) => {
    let deep: unknown = {};
    for (let level = 0; level < 10_000; level++) deep = level % 2 === 0 ? [deep] : { a: deep };
    const object = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "tools" },
      spec: { containers: [{ name: "proxy", image: "gracewarden-proxy" }] },
    };
    const reading = readReview(reviewOf(applyPatch(object, [{ op: "add", path, value: deep }])));
    if (reading.outcome !== "request") throw new Error(reading.message);
    expect(validate(reading.request, optedIn).crashes).toEqual([]);
    expect(["patched", "skipped"]).toContain(mutate(reading.request, optedIn).outcome);
  });

  it("of anything else is read or refused without a throw", () => {
    fc.assert(fc.property(odd, judge), { numRuns: 7500 });
    expect(seen.refused).toBeGreaterThan(1000);
  }, 30_000);
});
