import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../policies/config.ts";
import { facts } from "../../policies/facts/facts.ts";
import { rules } from "../../policies/rules/index.ts";
import { lint } from "../../linter/judging/lint.ts";
import { loadBytes } from "../../linter/reading/load.ts";
import { reportSarif } from "../../linter/reporters/sarif.ts";
import type { Report } from "../../linter/judging/report.ts";
import { hasty, hastySet, pod } from "./folder.ts";
import { today } from "./program.ts";

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: { readonly rules: readonly { id: string; defaultConfiguration: { level: string } }[] };
    };
    readonly invocations: readonly {
      executionSuccessful: boolean;
      toolExecutionNotifications: readonly { message: { text: string } }[];
    }[];
    readonly columnKind: string;
    readonly results: readonly Result[];
  }[];
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly kind?: string;
  readonly level: string;
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        artifactLocation: { uri: string; uriBaseId: string };
        region: Readonly<Record<string, number>>;
      };
    },
  ];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly { kind: string; justification: string }[];
}

async function reportOf(text: string, file = "deploy/my app.yaml"): Promise<Report> {
  const loaded = await loadBytes({ file, configFile: file, path: undefined, named: true }, Buffer.from(text), false);
  return lint({ files: [loaded], context: [], rules, config: defaultConfig, now: today });
}

async function sarifOf(text: string): Promise<Sarif["runs"][0]> {
  const log = JSON.parse(reportSarif(await reportOf(text), facts)) as Sarif;
  expect(log.version).toBe("2.1.0");
  const [run] = log.runs;
  if (run === undefined) throw new Error("no run");
  return run;
}

const graceResults = ({ results }: Sarif["runs"][0]): Result[] =>
  results.filter(({ ruleId }) => ruleId === "grace-not-zero");

const prints = async (text: string): Promise<unknown[]> =>
  graceResults(await sarifOf(text)).map(({ partialFingerprints }) => partialFingerprints);

describe("SARIF", () => {
  it("declares every rule, and always has results", async () => {
    const { tool, results, columnKind, invocations } = await sarifOf(pod());
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    expect(new Set(tool.driver.rules.map(({ defaultConfiguration }) => defaultConfiguration.level))).toEqual(
      new Set(["error", "warning", "note"]),
    );
    expect([results, columnKind, invocations]).toEqual([
      [],
      "utf16CodeUnits",
      [{ executionSuccessful: true, toolExecutionNotifications: [] }],
    ]);
  });

  it("places a result by its region in a URI", async () => {
    const run = await sarifOf(hasty());
    const [result] = graceResults(run);
    expect(result).toMatchObject({
      level: "warning",
      ruleIndex: rules.findIndex(({ id }) => id === "grace-not-zero"),
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "deploy/my%20app.yaml", uriBaseId: "%SRCROOT%" },
            region: { startLine: 6, startColumn: 3, endLine: 6, endColumn: 32 },
          },
        },
      ],
    });
  });

  it("knows a finding again when lines move, and tells two apart", async () => {
    const before = await prints(`${hasty("a")}---\n${hasty("a")}---\n${hasty("b")}`);
    expect(new Set(before.map((print) => JSON.stringify(print))).size).toBe(3);
    expect(await prints(`# moved\n\n${hasty("a")}---\n# moved\n${hasty("a")}---\n${hasty("b")}`)).toEqual(before);
  });

  it("calls what cannot be told open, without a level", async () => {
    const { results } = await sarifOf(hasty().replace("Seconds: 0", "Seconds: ${GRACE}"));
    expect(results.map(({ ruleId, kind, level }) => [ruleId, kind, level])).toContainEqual([
      "readable-manifest",
      "open",
      "none",
    ]);
  });

  it("suppresses what is waived, with the reason", async () => {
    const waiver = `waive.gracewarden.io/grace-not-zero: "simulator; owner=team-a; expires=2027-01-31; ticket=A-1"`;
    const run = await sarifOf(
      hastySet().replace("  namespace: data\n", `  namespace: data\n  annotations:\n    ${waiver}\n`),
    );
    expect(graceResults(run)[0]?.suppressions).toEqual([
      { kind: "inSource", status: "accepted", justification: "simulator (owner: team-a, expires: 2027-01-31, A-1)" },
    ]);
  });

  it("has a region from line 1 and column 1 even for a file that cannot be read", async () => {
    const { results } = await sarifOf("\0");
    expect(results[0]?.locations[0].physicalLocation.region).toEqual({
      startLine: 1,
      startColumn: 1,
      endLine: 1,
      endColumn: 1,
    });
  });

  it("tells of a rule that crashed", async () => {
    const report = await reportOf(pod());
    const [object] = (
      await loadBytes({ file: "a", configFile: "a", path: undefined, named: true }, Buffer.from(pod()), false)
    ).objects;
    if (object === undefined) throw new Error("no object");
    const crashed: Report = {
      ...report,
      crashes: [{ rule: "grace-not-zero", object: object.object, cause: new Error("oops") }],
    };
    const log = JSON.parse(reportSarif(crashed, facts)) as Sarif;
    expect(log.runs[0]?.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        {
          level: "error",
          message: { text: "rule grace-not-zero crashed on Pod/app: oops" },
          associatedRule: { id: "grace-not-zero" },
        },
      ],
    });
  });
});
