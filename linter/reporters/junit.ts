import { formatPath } from "../../policies/path.ts";
import { placeOf, type PlacedFinding, type Report } from "../judging/report.ts";
import { messageOf } from "./sentence.ts";
import { subjectOf } from "./subject.ts";
import { element, textElement, xmlHeader } from "./xml.ts";

export interface JunitOptions {
  /** What makes the exit code 1 is a failure; what does not is a skipped test that says why. */
  readonly counts: (finding: PlacedFinding) => boolean;
  readonly now: Date;
}

/**
 * The report as JUnit XML (the schema of Ant's task, which CI servers read): a suite for each file with findings, a test
 * for each finding. Nothing was timed, so times are 0.
 */
export function reportJunit(report: Report, options: JunitOptions): string {
  const byFile = Map.groupBy(report.findings, ({ file }) => file);
  const suites: Suite[] = [...byFile].map(([file, findings]) => ({
    name: file,
    tests: findings.map((finding) => testOf(finding, options)),
  }));
  const { linted, skipped } = report.files;
  if (skipped.length > 0)
    suites.push({
      name: "files that were not linted",
      tests: skipped.map(({ file, reason }) => ({
        kind: "skipped",
        name: "skipped",
        classname: file,
        message: reason,
      })),
    });
  const unread = report.cluster?.notEvaluated ?? [];
  if (unread.length > 0)
    suites.push({
      name: "what was not evaluated",
      tests: unread.map(({ what, refused, rules }) => ({
        kind: "skipped",
        name: "not evaluated",
        classname: what,
        message: [refused ?? "left out", ...rules].join("; "),
      })),
    });
  if (suites.length === 0)
    suites.push({
      name: "gracewarden",
      tests: [{ kind: "passed", name: `no findings in ${linted} files`, classname: "gracewarden" }],
    });
  return `${xmlHeader}\n${element(
    "testsuites",
    {},
    suites.map((suite, id) => suiteElement(suite, id, options.now)),
  )}\n`;
}

interface Suite {
  readonly name: string;
  readonly tests: readonly Test[];
}

type Test = { readonly name: string; readonly classname: string } & (
  | { readonly kind: "passed" }
  | { readonly kind: "skipped"; readonly message: string }
  | { readonly kind: "failure"; readonly message: string; readonly type: string; readonly text: string }
);

function testOf(finding: PlacedFinding, { counts }: JunitOptions): Test {
  const { rule, file, region, severity, verdict, waived } = finding;
  const message = messageOf(finding);
  const name = token([rule, subjectOf(finding)].filter((part) => part !== "").join(": "));
  const base = { name, classname: token(file) };
  const text = `${placeOf(finding)}${region === undefined ? ` ${formatPath(finding.at)}` : `:${region.column}`}: ${message}`;
  if (counts(finding)) return { ...base, kind: "failure", message, type: severity, text };
  const why =
    waived === undefined
      ? verdict === "undetermined"
        ? "undetermined"
        : severity
      : `waived by ${waived.owner} until ${waived.expires} (${waived.reason})`;
  return { ...base, kind: "skipped", message: `${why}: ${text}` };
}

function suiteElement({ name, tests }: Suite, id: number, now: Date): string {
  const of = (kind: Test["kind"]): number => tests.filter((test) => test.kind === kind).length;
  const attributes = {
    name: token(name),
    package: "gracewarden",
    id,
    timestamp: now.toISOString().slice(0, 19),
    hostname: "localhost",
    tests: tests.length,
    failures: of("failure"),
    errors: 0,
    skipped: of("skipped"),
    time: 0,
  };
  return element("testsuite", attributes, [
    element("properties", {}),
    ...tests.map(testElement),
    element("system-out", {}),
    element("system-err", {}),
  ]);
}

function testElement(test: Test): string {
  const attributes = { name: test.name, classname: test.classname, time: 0 };
  switch (test.kind) {
    case "passed":
      return element("testcase", attributes);
    case "skipped":
      return element("testcase", attributes, [element("skipped", { message: test.message })]);
    case "failure":
      return element("testcase", attributes, [
        textElement("failure", { message: test.message, type: test.type }, test.text),
      ]);
  }
}

/** The schema's tokens have single spaces. */
const token = (text: string): string => text.replaceAll(/\s+/g, " ").trim() || "-";
