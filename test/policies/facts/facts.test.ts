import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Fact } from "../../../policies/facts/fact.ts";
import { facts, findFact } from "../../../policies/facts/facts.ts";

const entries = Object.entries<Fact>(facts);
const factsPerChapter = { A: 50, B: 19, C: 15, D: 19, E: 16, F: 23 };

describe("facts", () => {
  it("hold every fact of the list once", () => {
    const expected = Object.entries(factsPerChapter).flatMap(([chapter, count]) =>
      Array.from({ length: count }, (_, index) => `${chapter}${index + 1}`),
    );
    expect(entries.map(([, fact]) => fact.ref)).toEqual(expected);
  });

  it("have ids that the schema of the JSON output takes", () => {
    const { definitions } = JSON.parse(
      readFileSync(new URL("../../../linter/findings.schema.json", import.meta.url), "utf8"),
    ) as { definitions: { finding: { properties: { facts: { items: { pattern: string } } } } } };
    const pattern = new RegExp(definitions.finding.properties.facts.items.pattern);
    expect(entries.map(([id]) => id).filter((id) => !pattern.test(id))).toEqual([]);
  });

  it("have ids and refs that differ in more than case", () => {
    const names = entries.flatMap(([id, fact]) => [id.toLowerCase(), fact.ref.toLowerCase()]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(entries)("%s is told in plain sentences and names where to read it", (_, fact) => {
    expect(fact.ref).toMatch(/^[A-F]\d+$/);
    for (const text of [fact.statement, fact.consequence, fact.documentationGap ?? "None."]) {
      expect(text).toMatch(/^\S.*\S\.$/);
      expect(text).not.toMatch(/[`\u2013\u2014]| {2}/);
    }
    expect(fact.evidence.length).toBeGreaterThan(0);
    expect(fact.sources.length).toBeGreaterThan(0);
    for (const source of fact.sources) expect(new URL(source).protocol).toBe("https:");
    expect(new Set(fact.sources).size).toBe(fact.sources.length);
    for (const { version } of fact.since) expect(version).toMatch(/^1\.\d+$/);
  });
});

describe("findFact", () => {
  it.each(["two-second-floor", "A5", "a5"])("finds %s", (name) => {
    expect(findFact(name)).toEqual({ id: "two-second-floor", fact: facts["two-second-floor"] });
  });

  it.each(["", "A99", "no-such-fact", "toString"])("knows no %j", (name) => {
    expect(findFact(name)).toBeUndefined();
  });
});
