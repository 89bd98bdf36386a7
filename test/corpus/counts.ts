/**
 * Lints the folders of GRACEWARDEN_CORPUS, each as a set of its own, and prints what was found a rule, and that no file
 * is unaccounted for. `npm run corpus -- RULE [N]` prints N findings of one rule, spread over the corpus, to be looked at by hand.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

interface Report {
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly verdict: string;
    readonly message: string;
    readonly file: string;
    readonly line: number;
  }[];
  readonly files: {
    readonly linted: number;
    readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  };
  readonly objects: { readonly checked: number; readonly notRelevant: number; readonly skipped: number };
}

const corpus = process.env["GRACEWARDEN_CORPUS"];
if (corpus === undefined) {
  console.log("SKIPPED: GRACEWARDEN_CORPUS names no folder of manifests");
  process.exit(0);
}
const bin = resolve(import.meta.dirname, "../../dist/gracewarden.cjs");
const folders = readdirSync(corpus).filter((name) => statSync(join(corpus, name)).isDirectory());
const reports = folders.map((folder) => {
  const lint = [bin, "lint", "--no-config", "--format", "json", "--fail-on", "off", folder];
  return JSON.parse(
    execFileSync(process.execPath, lint, { cwd: corpus, maxBuffer: 2 ** 30, encoding: "utf8" }),
  ) as Report;
});
const findings = reports.flatMap((report) => report.findings);

const [rule, sample = "12"] = process.argv.slice(2);
if (rule === undefined) printCounts();
else printSample(rule, Number(sample));

function printCounts(): void {
  const rows = [...Map.groupBy(findings, (finding) => finding.rule)].map(([id, all]) => {
    const count = (test: (finding: Report["findings"][number]) => boolean): number => all.filter(test).length;
    return {
      rule: id,
      error: count(({ severity }) => severity === "error"),
      warn: count(({ severity }) => severity === "warn"),
      advice: count(({ severity, verdict }) => severity === "advice" && verdict === "fail"),
      undetermined: count(({ verdict }) => verdict === "undetermined"),
    };
  });
  console.table(rows.toSorted((a, b) => a.rule.localeCompare(b.rule)));
  const linted = reports.reduce((sum, { files }) => sum + files.linted, 0);
  const skipped = reports.flatMap(({ files }) => files.skipped);
  const reasons = [...Map.groupBy(skipped, ({ reason }) => reason.split(":")[0])].map(
    ([reason, all]) => `${all.length} ${reason}`,
  );
  const objects = (key: keyof Report["objects"]): number =>
    reports.reduce((sum, report) => sum + report.objects[key], 0);
  console.log(
    `${folders.length} repositories, ${linted + skipped.length} files: ${linted} linted, ${skipped.length} skipped (${reasons.join("; ")})`,
  );
  console.log(
    `${objects("checked")} objects checked, ${objects("notRelevant")} not relevant, ${objects("skipped")} skipped`,
  );
}

function printSample(id: string, size: number): void {
  const all = findings.filter((finding) => finding.rule === id);
  const step = Math.max(1, Math.floor(all.length / size));
  for (const { file, line, severity, verdict, message } of all
    .filter((_, index) => index % step === 0)
    .slice(0, size)) {
    console.log(`${file}:${line} ${severity}${verdict === "fail" ? "" : ` ${verdict}`}\n  ${message}`);
  }
  console.log(`${all.length} findings of ${id}`);
}
