import { describe, expect, it } from "vitest";
import { proxyBudget } from "../../policies/shutdown/proxy-budget.ts";
import type { StopReport } from "../../proxy/backends/backend.ts";
import type { CutCall } from "../../proxy/leaving/cut-call.ts";
import { farewell } from "../../proxy/leaving/farewell.ts";
import { leave, type LeaveReport } from "../../proxy/leaving/leave.ts";
import { momentsOf } from "../../proxy/leaving/phase.ts";

interface World {
  /** When each call in flight ends by itself. */
  readonly callsEndAt?: readonly number[];
  /** How long each backend takes, if it is let. */
  readonly backendSeconds?: readonly number[];
  readonly forcedAt?: number;
  readonly isEndpoint?: boolean;
  /** Calls whose clients think about a question, and when they come back with the answer. */
  readonly answeredAt?: readonly number[];
}

/** Leaves on a clock that jumps to the next thing that happens; the result says what happened when. */
async function left({
  callsEndAt = [],
  backendSeconds = [],
  forcedAt,
  isEndpoint = true,
  answeredAt = [],
}: World): Promise<{
  readonly events: readonly string[];
  readonly report: LeaveReport;
  readonly seconds: number;
}> {
  let now = 0;
  const events: string[] = [];
  const note = (what: string): void => void events.push(`${Math.round(now * 100) / 100} ${what}`);
  const waiting = new Set<{ readonly at: number; readonly wake: () => void }>();
  const sleep = (seconds: number): Promise<void> =>
    new Promise((wake) => void waiting.add({ at: now + seconds, wake }));
  const forced = Promise.withResolvers<void>();
  if (forcedAt !== undefined)
    void sleep(forcedAt).then(() => {
      note("second signal");
      forced.resolve();
    });
  const running = (): readonly number[] => callsEndAt.filter((at) => at > now);
  let isCut = false;
  const done = leave({
    moments: momentsOf(proxyBudget({}, { hookTells: true }), 0, isEndpoint),
    now: () => now,
    sleep,
    forced: forced.promise,
    onPhase: (phase) => note(phase),
    flush: async (seconds) => note(`flush within ${Math.round(seconds * 100) / 100}`),
    backends: () =>
      backendSeconds.map((needs, index) => ({
        name: `b${index}`,
        freeze: () => note(`b${index} frozen`),
        async stop(seconds): Promise<readonly StopReport[]> {
          note(`b${index} stops within ${Math.round(seconds * 100) / 100}`);
          await sleep(Math.min(needs, seconds));
          const report = { name: `b${index}`, seconds: needs, leftBehind: [], checkedForDaemons: true };
          return [{ ...report, by: needs > seconds ? "sigkill" : "eof" }];
        },
      })),
    waitingCalls: {
      count: () => answeredAt.filter((at) => at > now).length,
      cut: () =>
        answeredAt
          .filter((at) => at > now)
          .map(() => ({ method: "tools/call", name: "ask", backend: "b0", seconds: now, wasAsked: true })),
    },
    fronts: [
      {
        inFlight: () => (isCut ? 0 : running().length),
        lastActivityAt: () => Math.max(-Infinity, ...callsEndAt.filter((at) => at <= now)) * 1000,
        announce: () => note("announce"),
        endStreams: () => note("end streams"),
        refuse: () => note("refuse"),
        cut(): readonly CutCall[] {
          isCut = true;
          return running().map(() => ({ method: "tools/call", name: "slow", backend: "b0", seconds: now }));
        },
        close: async () => note("close"),
        unread: () => 0,
      },
    ],
  });
  let report: LeaveReport | undefined;
  void done.then((settled) => (report = settled));
  while (report === undefined) {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    await new Promise(setImmediate);
    const next = [...waiting].toSorted((a, b) => a.at - b.at)[0];
    if (report !== undefined || next === undefined) break;
    waiting.delete(next);
    now = Math.max(now, next.at);
    next.wake();
  }
  return { events, report: await done, seconds: now };
}

describe("leaving", () => {
  it("serves the window in full and then ends at once where nothing runs", async () => {
    const { events, report } = await left({ backendSeconds: [1, 0.5] });
    expect(events).toEqual([
      "0 b0 frozen",
      "0 b1 frozen",
      "0 announce",
      "0 window",
      "5 closing",
      "5 end streams",
      "5 refuse",
      "5 b0 stops within 15",
      "5 b1 stops within 15",
      "5 close",
      "6 flush within 1",
    ]);
    expect(report).toMatchObject({ cut: [], unfinished: [], forced: false });
  });

  it("answers a call that fits, and goes on for a second after it", async () => {
    const { events, report } = await left({ callsEndAt: [8] });
    expect(events.filter((event) => / (?:quieting|refusing|closing|end streams|refuse)$/.test(event))).toEqual([
      "5 quieting",
      "5 end streams",
      expect.stringMatching(/^9(?:\.0\d)? closing$/),
      expect.stringMatching(/^9(?:\.0\d)? refuse$/),
    ]);
    expect(report.cut).toEqual([]);
  });

  it("refuses before it cuts, cuts at the calls' end, and leaves backends their 5 s", async () => {
    const { events, report } = await left({ callsEndAt: [60], backendSeconds: [9] });
    expect(events).toEqual(
      expect.arrayContaining(["14.5 refusing", "14.5 refuse", "15 closing", "15 b0 stops within 5"]),
    );
    expect(events.at(-1)).toBe("20 flush within 1");
    expect(report.cut).toHaveLength(1);
    expect(report.stops).toMatchObject([{ by: "sigkill" }]);
  });

  it("keeps a call whose client was asked something until its answer comes, or cuts it as any other", async () => {
    const answered = await left({ answeredAt: [8] });
    expect(answered.report.cut).toEqual([]);
    expect(answered.seconds).toBeLessThan(10);
    const abandoned = await left({ answeredAt: [8, 60] });
    expect(abandoned.events).toContain("15 closing");
    expect(abandoned.report.cut).toMatchObject([{ name: "ask", wasAsked: true }]);
  });

  it("waits for no backend beyond the backends' end", async () => {
    const { report, seconds } = await left({ backendSeconds: [Infinity] });
    expect(seconds).toBeLessThanOrEqual(21);
    expect(report.unfinished).toEqual([]);
  });

  it("ends at once at a second signal, wherever it is", async () => {
    for (const forcedAt of [1, 6, 17]) {
      const { events, report, seconds } = await left({ callsEndAt: [60], backendSeconds: [60], forcedAt });
      expect(seconds).toBeLessThan(forcedAt + 1.01);
      expect(events).toContain(`${forcedAt} b0 stops within 0`);
      expect(report.forced).toBe(true);
      expect(report.cut).toHaveLength(1);
    }
  });

  it("serves no window where it was never ready", async () => {
    const { events } = await left({ isEndpoint: false });
    expect(events).toContain("0 closing");
  });
});

describe("the farewell", () => {
  const clean: LeaveReport = { cut: [], unread: 0, stops: [], unfinished: [], forced: false };
  const stop: StopReport = { name: "a", by: "eof", seconds: 1, leftBehind: [], checkedForDaemons: true };
  const call: CutCall = { method: "tools/call", name: "slow", backend: "a", seconds: 9.96 };
  it.each<[string, LeaveReport, string | undefined, 0 | 1, RegExp]>([
    [
      "nothing happened",
      clean,
      undefined,
      0,
      /^gracewarden-proxy left 3\.0 s after SIGTERM\. No call was cut and no process was left behind\.$/,
    ],
    [
      "a call was cut",
      { ...clean, cut: [call] },
      undefined,
      1,
      /1 call was cut: tools\/call slow \(a\) after 10\.0 s\./,
    ],
    [
      "a call was cut that waited for its client's answer",
      { ...clean, cut: [{ ...call, wasAsked: true }] },
      undefined,
      1,
      /1 call was cut: tools\/call slow \(a\) after 10\.0 s, its client's answer to a question missing\./,
    ],
    [
      "many calls were cut",
      { ...clean, cut: Array.from({ length: 12 }, () => call) },
      undefined,
      1,
      /12 calls were cut: .* and 2 more\./,
    ],
    [
      "a backend needed SIGKILL",
      { ...clean, stops: [{ ...stop, by: "sigkill" }] },
      undefined,
      0,
      /Needed SIGKILL: a\./,
    ],
    [
      "a process remains",
      { ...clean, stops: [{ ...stop, by: "left-behind", leftBehind: [42] }] },
      undefined,
      1,
      /Backend a left processes behind: 42\./,
    ],
    [
      "nobody could look",
      { ...clean, stops: [{ ...stop, checkedForDaemons: false }] },
      undefined,
      0,
      /nobody looked for daemons/,
    ],
    ["an answer was not read", { ...clean, unread: 1 }, undefined, 1, /1 answer was lost: not read by the client/],
    ["a backend did not say", { ...clean, unfinished: ["a"] }, undefined, 1, /Not known to have ended: a\./],
    ["a second signal came", { ...clean, forced: true }, undefined, 0, /A second signal/],
    ["the proxy failed", clean, "boom", 1, /It failed: boom\./],
  ])("says that %s", (_name, report, failure, exitCode, says) => {
    const found = farewell(report, { reason: "SIGTERM", seconds: 3, failure });
    expect(found.exitCode).toBe(exitCode);
    expect(found.text).toMatch(says);
  });
});
