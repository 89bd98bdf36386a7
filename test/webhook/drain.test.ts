import { describe, expect, it } from "vitest";
import { phaseAt, type Leaving, type Phase } from "../../webhook/serving/drain.ts";
import { leave } from "../../webhook/serving/leave.ts";

const times = { propagationSeconds: 5, quietSeconds: 1, drainSeconds: 15 };
const signalled: Leaving = { signalledAt: 100, lastReviewAt: 90, reviewsInFlight: 0 };

describe("phases", () => {
  it.each<[string, number, Leaving | undefined, Phase, number]>([
    ["nobody asked to leave", 100, undefined, "serving", Infinity],
    ["at the signal", 100, signalled, "announcing", 5],
    ["at the end of the propagation window", 105, signalled, "leaving", 1],
    ["quiet, but just not ready any more", 105.5, signalled, "leaving", 0.5],
    ["quiet for long enough", 106, signalled, "closing", Infinity],
    ["a review came in between", 106, { ...signalled, lastReviewAt: 105.75 }, "leaving", 0.75],
    ["a review is being answered", 110, { ...signalled, lastReviewAt: 101, reviewsInFlight: 1 }, "leaving", 1],
    ["never quiet, just before the deadline", 114.5, { ...signalled, lastReviewAt: 114.5 }, "leaving", 0.5],
    ["never quiet", 115, { ...signalled, lastReviewAt: 114.9, reviewsInFlight: 3 }, "closing", Infinity],
  ])("%s", (_name, now, leaving, phase, forSeconds) => {
    expect(phaseAt(now, leaving, times)).toEqual({ phase, forSeconds });
  });

  it("closes at the deadline even inside the propagation window", () => {
    expect(phaseAt(102, signalled, { ...times, drainSeconds: 2 }).phase).toBe("closing");
    expect(phaseAt(101, signalled, { ...times, drainSeconds: 2 })).toEqual({ phase: "announcing", forSeconds: 1 });
  });
});

/** A world whose clock only moves while somebody sleeps. */
function world(activity: (now: number) => { last: number; inFlight: number }, closes: boolean) {
  let now = 100;
  const phases: [Phase, number][] = [];
  const closed = Promise.withResolvers<void>();
  const result = leave({
    times,
    activity: { lastReviewAt: () => activity(now).last, reviewsInFlight: () => activity(now).inFlight },
    now: () => now,
    sleep: async (seconds) => {
      now += seconds;
      await Promise.resolve();
    },
    forced: new Promise(() => {}),
    onPhase: (phase) => phases.push([phase, now]),
    close: () => (closes ? Promise.resolve() : closed.promise),
    closeNow: closed.resolve,
  });
  return { result, phases };
}

describe("leaving", () => {
  it("announces, leaves, and closes when it is quiet", async () => {
    const { result, phases } = world(() => ({ last: 0, inFlight: 0 }), true);
    expect(await result).toBe(0);
    expect(phases).toEqual([
      ["announcing", 100],
      ["leaving", 105],
      ["closing", 106],
    ]);
  });

  it("closes at the deadline where reviews never cease, and tells what it cuts", async () => {
    const { result, phases } = world((now) => ({ last: now, inFlight: 2 }), false);
    expect(await result).toBe(2);
    expect(phases.at(-1)).toEqual(["closing", 115]);
  });
});
