import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../policies/config.ts";
import { objectSet } from "../../policies/pods/object-set.ts";
import { readObjects } from "../../policies/pods/read-object.ts";
import { rules } from "../../policies/rules/index.ts";
import { run } from "../../policies/run.ts";
import { defaultProxySettings, proxyBudget, type ProxySettings } from "../../policies/shutdown/proxy-budget.ts";
import { computeTimeline } from "../../policies/shutdown/timeline.ts";
import { podTemplate } from "../../proxy/checking/pod-template.ts";

const now = new Date("2026-11-23T00:00:00Z");
const seconds = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 0, max }),
    fc.integer({ min: 0, max: max * 10 }).map((tenths) => tenths / 10),
  );
const settings: fc.Arbitrary<Partial<ProxySettings>> = fc
  .record(
    {
      // From 30 s on, the linter points out that each restart by liveness waits for the hook, and it is right.
      propagationSeconds: seconds(29),
      drainSeconds: seconds(120),
      backendStopSeconds: seconds(30),
      flushSeconds: seconds(5),
      marginSeconds: seconds(5),
    },
    { requiredKeys: [] },
  )
  // A grace period of the pod in which `check` runs says nothing of the one that is asked for.
  .chain((given) => fc.constantFrom(given, { ...given, graceSeconds: 7, preStopSeconds: 3 }));
const backends = fc.array(
  fc.record({ required: fc.boolean(), connectTimeoutSeconds: seconds(300).map((value) => value + 0.1) }),
  { maxLength: 5 },
);

function deploymentOf(spec: Readonly<Record<string, unknown>>): unknown {
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "tools" },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: "tools" } },
          template: { metadata: { labels: { app: "tools" } }, spec },
        },
      },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "tools" },
        spec: { selector: { app: "tools" }, ports: [{ port: 80, targetPort: "mcp" }] },
      },
    ],
  };
}

describe("the pod that check asks for", () => {
  it("is found polite by the linter, whatever the settings", () => {
    fc.assert(
      fc.property(settings, backends, (clock, some) => {
        const { spec } = podTemplate(some, clock, "/etc/gracewarden/proxy.json");
        const objects = readObjects(deploymentOf(spec), undefined).objects.map(({ object }) => object);
        const { findings, crashes } = run(objectSet(objects), objects, rules, defaultConfig, now);
        expect(crashes).toEqual([]);
        expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
      }),
      { numRuns: 300, examples: [[{ drainSeconds: 0, backendStopSeconds: 0 }, []]] },
    );
  });

  it("leaves as the linter predicts", () => {
    fc.assert(
      fc.property(settings, (clock) => {
        const { spec, graceSeconds } = podTemplate([], clock, "/etc/gracewarden/proxy.json");
        const objects = readObjects(deploymentOf(spec), undefined).objects.map(({ object }) => object);
        const set = objectSet(objects);
        const [pod] = objects.flatMap((object) => set.podsIn(object));
        if (pod === undefined) throw new Error("no pod");
        const [row] = computeTimeline(pod, { kind: "delete" }).rows;
        const { graceSeconds: _grace, preStopSeconds: _preStop, ...own } = clock;
        const budget = proxyBudget(own, { hookTells: true });
        expect(row?.outcome).toBe("exits");
        // The hook is the window, and what the proxy takes after SIGTERM is the rest of its budget.
        expect(row?.signal.max).toBeCloseTo(budget.propagation.end, 6);
        expect((row?.drain.seconds.max ?? 0) + (row?.signal.max ?? 0)).toBeCloseTo(budget.flush.end, 6);
        expect(budget.shortened).toEqual([]);
        expect(graceSeconds).toBeGreaterThanOrEqual(budget.neededGraceSeconds - 1e-6);
        // Never more than whole seconds, a margin of 1 s and 3 s after a hook take.
        const { marginSeconds } = { ...defaultProxySettings, ...clock };
        const needed = Math.max(budget.flush.end, budget.propagation.end + 3) + Math.max(marginSeconds, 1);
        expect(graceSeconds).toBeLessThanOrEqual(Math.ceil(needed + 1e-6));
      }),
      {
        numRuns: 300,
        examples: [[{ propagationSeconds: 0.1, drainSeconds: 0, backendStopSeconds: 0, flushSeconds: 0 }]],
      },
    );
  });
});
