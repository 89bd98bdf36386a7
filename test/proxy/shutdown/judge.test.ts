import { describe, expect, it } from "vitest";
import { allCells, nameOf, pairwiseCells } from "./cell.ts";
import { judge, type Evidence, type Fault, type Observed } from "./judge.ts";

const result = { what: "result", result: {} } as const;
const drained = { what: "error", code: -32_010, text: "", status: 200 } as const;
const call = (promised: Observed["promised"], seen: Observed["seen"]): Observed => ({ what: "call", promised, seen });

const well: Evidence = {
  cell: { situation: "call in flight", backend: "polite", ending: "SIGTERM" },
  underway: [call("answered", result)],
  late: [{ ...call("answered", result), keptOpen: false }],
  exitCode: 0,
  seconds: 2,
  deadlineSeconds: 4.5,
  leftBehind: [],
  backendEvents: ["started", "eof", "exit"],
  lastWords: { cut: 0, killed: 0, unproved: false, text: "" },
};
const cutWell: Partial<Evidence> = {
  underway: [call("cut", drained)],
  exitCode: 1,
  lastWords: { cut: 1, killed: 0, unproved: false, text: "" },
};

describe("the judgement of a cell", () => {
  it.each<[string, Partial<Evidence>, Fault["kind"][]]>([
    ["all well", {}, []],
    ["a call cut with its error", cutWell, []],
    ["a call lost", { underway: [call("answered", { what: "reset" })] }, ["call lost"]],
    ["a call cut with a reset", { underway: [call("cut", { what: "reset" })] }, ["cut without a word"]],
    [
      "a late call refused",
      { late: [{ ...call("answered", { what: "refused" }), keptOpen: false }] },
      ["late call lost"],
    ],
    ["a kept connection not told", { late: [{ ...call("answered", result), keptOpen: true }] }, ["connection kept"]],
    ["a stream torn", { underway: [call("ended", { what: "cut short" })] }, ["stream cut"]],
    ["exit 0 after a cut call", { ...cutWell, exitCode: 0 }, ["exit code"]],
    ["exit 1 with nothing cut", { exitCode: 1 }, ["exit code"]],
    ["killed by the signal", { exitCode: 143 }, ["exit code"]],
    ["late", { seconds: 5 }, ["too late"]],
    ["never", { exitCode: undefined }, ["too late"]],
    ["a process left", { leftBehind: ["node worker.mjs"] }, ["left behind"]],
    ["a backend that got the proxy's signal", { backendEvents: ["started", "SIGTERM", "exit"] }, ["backend hurt"]],
    ["no last words", { lastWords: undefined }, ["log untrue"]],
    [
      "last words that hide a cut",
      { ...cutWell, lastWords: { cut: 0, killed: 0, unproved: false, text: "" } },
      ["log untrue"],
    ],
    ["last words of a peer", { lastWords: "none" }, []],
  ])("%s", (_name, change, kinds) => {
    expect(judge({ ...well, ...change }).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe("the subset", () => {
  it("is the same each time, holds no cell twice, and is small", () => {
    const names = pairwiseCells().map(nameOf);
    expect(names).toEqual(pairwiseCells().map(nameOf));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(allCells.map(nameOf)).size).toBe(allCells.length);
    expect(allCells.length).toBeGreaterThan(336);
    expect(names.length).toBeLessThan(100);
  });
});
