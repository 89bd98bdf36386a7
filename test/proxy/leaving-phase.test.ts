import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proxyBudget, type ProxySettings } from "../../policies/shutdown/proxy-budget.ts";
import { momentsOf, phaseAt } from "../../proxy/leaving/phase.ts";

const defaults = proxyBudget({}, { hookTells: true });
const idle = { inFlight: 0, lastActivityAt: -Infinity };
const busy = { inFlight: 1, lastActivityAt: 0 };

describe("leaving with 22 s", () => {
  const moments = momentsOf(defaults, 100, true);
  it.each([
    [100, idle, "window", 5],
    [104.9, idle, "window", 0.1],
    [105, idle, "closing", Infinity],
    [105, { inFlight: 0, lastActivityAt: 104.5 }, "quieting", 0.5],
    [105.5, { inFlight: 0, lastActivityAt: 104.5 }, "closing", Infinity],
    [105, busy, "quieting", 0.05],
    [114.4, busy, "quieting", 0.05],
    [114.5, busy, "refusing", 0.05],
    [114.98, busy, "refusing", 0.02],
    [114.6, idle, "closing", Infinity],
    [115, busy, "closing", Infinity],
  ] as const)("is at %d s with %j: %s", (now, state, phase, forSeconds) => {
    const found = phaseAt(now, moments, state);
    expect(found.phase).toBe(phase);
    expect(found.forSeconds).toBeCloseTo(forSeconds, 6);
  });

  it("has no window where nobody sends calls", () => {
    expect(phaseAt(100, momentsOf(defaults, 100, false), idle).phase).toBe("closing");
    expect(phaseAt(100, momentsOf(defaults, 100, false), { inFlight: 1, lastActivityAt: 99 }).phase).toBe("quieting");
  });

  it("counts what a plain sleep has used up", () => {
    const slept = proxyBudget({ preStopSeconds: 5, graceSeconds: 30 }, { hookTells: false });
    const { windowEnd, callsEnd, backendsEnd, exitBy } = momentsOf(slept, -5, true);
    expect({ windowEnd, callsEnd, backendsEnd, exitBy }).toEqual({
      windowEnd: 5,
      callsEnd: 18,
      backendsEnd: 23,
      exitBy: 24,
    });
  });
});

describe("the phases, whatever the settings", () => {
  const seconds = fc.double({ min: 0, max: 100, noNaN: true });
  const settings: fc.Arbitrary<Partial<ProxySettings>> = fc.record(
    {
      propagationSeconds: seconds,
      drainSeconds: seconds,
      backendStopSeconds: seconds,
      flushSeconds: seconds,
      marginSeconds: seconds,
      graceSeconds: seconds,
      preStopSeconds: seconds,
    },
    { requiredKeys: [] },
  );
  const order = ["window", "quieting", "refusing", "closing"];

  it("follow each other, serve the window in full, and leave backends their time", () => {
    fc.assert(
      fc.property(settings, fc.boolean(), fc.array(fc.nat(3)), (given, hookTells, inFlights) => {
        const budget = proxyBudget(given, { hookTells });
        const moments = momentsOf(budget, 0, true);
        let now = 0;
        let last = 0;
        for (const inFlight of [...inFlights, 1, 1, 1]) {
          const { phase, forSeconds } = phaseAt(now, moments, { inFlight, lastActivityAt: now });
          expect(order.indexOf(phase)).toBeGreaterThanOrEqual(last);
          last = order.indexOf(phase);
          expect(phase === "window").toBe(now < budget.propagation.end);
          expect(forSeconds).toBeGreaterThan(0);
          if (phase === "closing") break;
          // Nothing is slept over: the next look is at the calls' end at the latest.
          expect(now + forSeconds).toBeLessThanOrEqual(Math.max(moments.callsEnd, now + 0.005) + 1e-9);
          now += forSeconds;
        }
        // A sleep that outlasts the grace period has left nothing to divide (A8).
        const slept = hookTells ? 0 : (given.preStopSeconds ?? 0);
        expect(moments.exitBy).toBeLessThanOrEqual(Math.max(budget.graceSeconds, slept) + 1e-9);
        expect(phaseAt(moments.callsEnd, moments, { inFlight: 9, lastActivityAt: moments.callsEnd }).phase).toBe(
          "closing",
        );
      }),
    );
  });
});
