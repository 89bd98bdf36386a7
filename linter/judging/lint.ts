import type { Config } from "../../policies/config.ts";
import { matchesObject } from "../../policies/match.ts";
import type { Span } from "../../policies/manifests/source.ts";
import type { Path } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { objectSet, type ObjectSet } from "../../policies/pods/object-set.ts";
import readableManifest from "../../policies/rules/readable-manifest.ts";
import type { Rule, Severity, Verdict } from "../../policies/rule.ts";
import { run } from "../../policies/run.ts";
import { decideWaiver } from "../../policies/waiver.ts";
import { asWritten } from "./as-written.ts";
import type { LoadedFile, PlacedObject } from "../reading/load.ts";
import { place, placeInDocument } from "./placement.ts";
import { fileStart } from "./positions.ts";
import type { PlacedFinding, Report, SkippedFile, SkippedObject } from "./report.ts";

export interface LintInput {
  readonly files: readonly LoadedFile[];
  /** Read for relations between objects, not reported on. */
  readonly context: readonly LoadedFile[];
  readonly rules: readonly Rule[];
  readonly config: Config;
  readonly now: Date;
}

/** Judges files that have been read. Pure: the same input gives the same report. */
export function lint({ files, context, rules, config, now }: LintInput): Report {
  const places = new Map<KubernetesObject, PlacedObject & { readonly file: LoadedFile }>();
  for (const file of files) for (const placed of file.objects) places.set(placed.object, { ...placed, file });
  const subjects = [...places.keys()];
  const others = context.flatMap((file) => file.objects.map(({ object }) => object));
  const set = objectSet([...subjects, ...others]);
  const { findings, crashes } = run(set, subjects, rules, config, now);
  const placed = findings.flatMap((finding): PlacedFinding[] => {
    const subject = places.get(finding.object);
    if (subject === undefined) return [];
    const { document, at: objectAt, file } = subject;
    const { source } = document;
    const at = [...objectAt, ...finding.at];
    const span = document.locate(at, "key");
    const message = finding.rule === readableManifest.id ? asWritten(finding.message, document, at) : finding.message;
    return [
      {
        ...finding,
        message,
        ...place(file, source, span, document, at),
        offset: span.start,
        source,
        document,
        objectAt,
        ...(file.rendering !== undefined && { unwritable: file.rendering.notFixed }),
      },
    ];
  });
  const accounts = files.map((file) => account(file, set, config, now));
  return {
    findings: inOrder([...placed, ...accounts.flatMap((one) => one.findings)]),
    files: {
      linted: new Set(files.filter((_, index) => accounts[index]?.skippedFile === undefined).map(({ file }) => file))
        .size,
      skipped: accounts.flatMap(({ skippedFile }) => (skippedFile === undefined ? [] : [skippedFile])),
    },
    objects: {
      checked: accounts.reduce((sum, { checked }) => sum + checked, 0),
      notRelevant: sumOf(files.flatMap(({ manifest }) => (manifest === undefined ? [] : [manifest.notRelevant]))),
      skipped: accounts.flatMap((one) => one.skipped),
    },
    crashes,
    rules: [...rules, ...config.customRules],
  };
}

interface Account {
  readonly findings: readonly PlacedFinding[];
  readonly checked: number;
  readonly skipped: readonly SkippedObject[];
  readonly skippedFile: SkippedFile | undefined;
}

/** What became of a file and each of its documents, and what cannot be read of them. */
function account(file: LoadedFile, set: ObjectSet, config: Config, now: Date): Account {
  const { manifest } = file;
  if (manifest === undefined) {
    const reason = file.unreadable ?? "cannot be read";
    const findings = unreadable(file, { message: `the file ${reason}` }, config, now);
    return { findings, checked: 0, skipped: [], skippedFile: { file: file.file, reason } };
  }
  const { source } = manifest;
  const findings: PlacedFinding[] = [];
  const skipped: SkippedObject[] = [];
  const skip = (span: Span, name: string, reason: string): void => {
    const { file: shown, region } = place(file, source, span);
    skipped.push({ file: shown, line: region.line, name, reason });
  };
  for (const { code, message, span } of manifest.problems) {
    findings.push(...unreadable(file, { message: withoutStop(message), span }, config, now));
    if (code !== "duplicate-key") skip(span, "document", withoutStop(message));
  }
  for (const { document, at, message, verdict } of file.problems) {
    findings.push(...unreadable(file, { message, span: document.locate(at, "key"), verdict, at }, config, now));
    skip(document.span, "document", message);
  }
  let checked = 0;
  for (const { object, document, at } of file.objects) {
    const reason = set.skipReason(object);
    if (reason === undefined) checked += 1;
    else {
      const { file: shown, region } = placeInDocument(file, document, at);
      skipped.push({ file: shown, line: region.line, name: `${object.kind}/${object.name}`, reason });
    }
  }
  const foreign = [
    ...manifest.skipped.map(({ reason, span }) => ({ reason, span })),
    ...file.skipped.map(({ reason, document }) => ({ reason, span: document.span })),
  ];
  const isJudged =
    file.objects.length > 0 || findings.length > 0 || skipped.length > 0 || manifest.notRelevant.size > 0;
  if (!isJudged) {
    const reasons = new Set(foreign.map(({ reason }) => reason));
    const reason = reasons.size === 0 ? "empty" : [...reasons].join("; ");
    return { findings, checked, skipped: [], skippedFile: { file: file.file, reason } };
  }
  for (const { reason, span } of foreign) if (reason !== "empty document") skip(span, "document", reason);
  return { findings, checked, skipped, skippedFile: undefined };
}

interface Unreadable {
  readonly message: string;
  readonly span?: Span;
  readonly verdict?: Verdict;
  readonly at?: Path;
}

/** A finding of the rule readable-manifest where there is no object that the engine could judge. */
function unreadable(file: LoadedFile, problem: Unreadable, config: Config, now: Date): PlacedFinding[] {
  const { id } = readableManifest;
  // Only overrides and waivers by path can mean a file.
  const stand: KubernetesObject = {
    apiVersion: "",
    kind: "",
    namespace: undefined,
    name: "",
    labels: {},
    annotations: {},
    value: {},
    file: file.configFile,
  };
  const overriding = config.overrides.filter(
    ({ match, rules }) => Object.hasOwn(rules, id) && matchesObject(match, stand),
  );
  const set = [config.rules[id], ...overriding.map(({ rules }) => rules[id])].map((setting) => setting?.severity);
  const severity: Severity | "off" = set.findLast((one) => one !== undefined) ?? readableManifest.severity;
  if (severity === "off") return [];
  const verdict = problem.verdict ?? "fail";
  const source = file.manifest?.source;
  return [
    {
      rule: id,
      severity: verdict === "undetermined" ? "advice" : severity,
      verdict,
      message: problem.message,
      ...(source === undefined || problem.span === undefined
        ? { file: file.file, region: fileStart }
        : place(file, source, problem.span)),
      offset: problem.span?.start ?? 0,
      source,
      object: undefined,
      document: undefined,
      objectAt: [],
      at: problem.at ?? [],
      container: undefined,
      evidence: [],
      facts: [],
      fix: undefined,
      waived: decideWaiver(id, stand, undefined, config.waivers, now),
    },
  ];
}

/** Messages are sentences without a full stop, as the rules write them. */
const withoutStop = (message: string): string => message.replace(/\.$/, "");

function inOrder(findings: readonly PlacedFinding[]): PlacedFinding[] {
  return [...findings].sort(
    (a, b) =>
      (a.file < b.file ? -1 : Number(a.file > b.file)) ||
      (a.region?.line ?? 0) - (b.region?.line ?? 0) ||
      (a.region?.column ?? 0) - (b.region?.column ?? 0),
  );
}

function sumOf(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const count of counts) for (const [kind, number] of count) sum.set(kind, (sum.get(kind) ?? 0) + number);
  return sum;
}
