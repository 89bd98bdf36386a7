import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proxyBudget, proxySecondsAfterSigterm, readProxySettings } from "../../../policies/shutdown/proxy-budget.ts";

const length = ({ start, end }: { start: number; end: number }): number => end - start;

describe("the proxy's clock", () => {
  it("needs 22 s by default", () => {
    expect(proxyBudget({}, { hookTells: true })).toEqual({
      graceSeconds: 22,
      neededGraceSeconds: 22,
      propagation: { start: 0, end: 5 },
      drain: { start: 5, end: 15 },
      backendStop: { start: 15, end: 20 },
      flush: { start: 20, end: 21 },
      shortened: [],
    });
  });

  it("gives what a longer grace period has left to the calls in flight", () => {
    const { drain, flush } = proxyBudget({ graceSeconds: 30 }, { hookTells: false });
    expect(drain).toEqual({ start: 5, end: 23 });
    expect(flush.end).toBe(29);
  });

  it("begins after a plain sleep, which it cannot see", () => {
    const budget = proxyBudget({ preStopSeconds: 5 }, { hookTells: false });
    expect(budget.neededGraceSeconds).toBe(27);
    expect(budget.propagation).toEqual({ start: 5, end: 10 });
  });

  it("goes on succeeding while its own hook still runs", () => {
    const budget = proxyBudget({ preStopSeconds: 8 }, { hookTells: true });
    expect(budget.propagation).toEqual({ start: 0, end: 8 });
    expect(budget.neededGraceSeconds).toBe(25);
  });

  it.each([
    [20, ["drain"], { propagation: 5, drain: 8, backendStop: 5, flush: 1 }],
    [12, ["drain"], { propagation: 5, drain: 0, backendStop: 5, flush: 1 }],
    [10, ["drain", "propagation"], { propagation: 3, drain: 0, backendStop: 5, flush: 1 }],
    [5, ["drain", "propagation", "backendStop"], { propagation: 0, drain: 0, backendStop: 3, flush: 1 }],
    [1, ["drain", "propagation", "backendStop", "flush"], { propagation: 0, drain: 0, backendStop: 0, flush: 0 }],
    [
      0,
      ["drain", "propagation", "backendStop", "flush", "margin"],
      { propagation: 0, drain: 0, backendStop: 0, flush: 0 },
    ],
  ] as const)("shortens the drain first in a grace period of %d s", (graceSeconds, shortened, lengths) => {
    const budget = proxyBudget({ graceSeconds }, { hookTells: true });
    expect(budget.shortened).toEqual(shortened);
    expect({
      propagation: length(budget.propagation),
      drain: length(budget.drain),
      backendStop: length(budget.backendStop),
      flush: length(budget.flush),
    }).toEqual(lengths);
  });

  it("has phases that follow each other and end a margin before the grace period", () => {
    const seconds = fc.integer({ min: 0, max: 100 });
    const settings = fc.record({
      propagationSeconds: seconds,
      drainSeconds: seconds,
      backendStopSeconds: seconds,
      flushSeconds: seconds,
      marginSeconds: seconds,
      preStopSeconds: seconds,
      graceSeconds: seconds,
    });
    fc.assert(
      fc.property(settings, fc.boolean(), (given, hookTells) => {
        const { propagation, drain, backendStop, flush, graceSeconds } = proxyBudget(given, { hookTells });
        const phases = [propagation, drain, backendStop, flush];
        expect(phases.every(({ start, end }) => start <= end)).toBe(true);
        expect(phases.slice(1).map(({ start }) => start)).toEqual(phases.slice(0, -1).map(({ end }) => end));
        const sleptAway = hookTells ? 0 : given.preStopSeconds;
        expect(flush.end).toBe(Math.max(sleptAway, graceSeconds - given.marginSeconds));
      }),
    );
  });

  it("needs less after SIGTERM where the hook has served the propagation window", () => {
    expect(proxySecondsAfterSigterm({}, { hookTells: true })).toBe(16);
    expect(proxySecondsAfterSigterm({}, { hookTells: false })).toBe(21);
  });
});

describe("its settings in the environment", () => {
  it("are read, and left out where unset or empty", () => {
    expect(
      readProxySettings({
        GRACEWARDEN_DRAIN_SECONDS: "12.5",
        GRACEWARDEN_FLUSH_SECONDS: "",
        GRACEWARDEN_GRACE_SECONDS: "40",
      }),
    ).toEqual({ settings: { drainSeconds: 12.5, graceSeconds: 40 } });
  });

  it("are refused all at once, each with its name", () => {
    expect(readProxySettings({ GRACEWARDEN_DRAIN_SECONDS: "10s", GRACEWARDEN_MARGIN_SECONDS: "-1" })).toEqual({
      problems: [
        'GRACEWARDEN_DRAIN_SECONDS must be a number of seconds from 0 up, not "10s"',
        'GRACEWARDEN_MARGIN_SECONDS must be a number of seconds from 0 up, not "-1"',
      ],
    });
  });
});
