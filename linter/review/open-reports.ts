import { yamlDocuments } from "../../policies/manifests/yaml-documents.ts";
import { formatPath } from "../../policies/path.ts";
import type { KubernetesObject } from "../../policies/pods/object.ts";
import { formatSeconds } from "../../policies/shutdown/interval.ts";
import type { PlacedFinding, Report } from "../judging/report.ts";
import { sentenceOf } from "../reporters/sentence.ts";
import { version } from "../command-line/version.ts";

/** One object stays well under what etcd takes (1.5 MiB) and a reader can look through. */
const mostResults = 250;
const longestText = 2000;

/** `pass` is not among them: what is fine is not listed, and the reports say so. */
const listed = ["fail", "warn", "error", "skip"] as const;
type Outcome = (typeof listed)[number];

interface Result {
  readonly result: Outcome;
  readonly [field: string]: unknown;
}

/**
 * The report as objects of openreports.io/v1alpha1: a Report for each namespace, one without a namespace for objects whose
 * manifest leaves it open, and a ClusterReport for what belongs to none: cluster-wide kinds, files, kinds that were not read, rules that crashed.
 */
export function openReports(report: Report, now: Date): string {
  const results: { place: string | undefined | null; result: Result }[] = [
    ...report.findings.map((finding) => ({ place: placeOf(finding.object), result: resultOf(finding, report, now) })),
    ...report.objects.skipped.map(({ file, line, name, reason }) => ({
      place: null,
      result: notJudged(`${name}: ${reason}`, { file, line: String(line) }, now),
    })),
    ...(report.cluster?.notEvaluated ?? []).map(({ what, refused, grant }) => ({
      place: null,
      result: notJudged(`${what}: ${refused ?? "left out"}`, { grant }, now),
    })),
    ...report.files.skipped.map(({ file, reason }) => ({ place: null, result: notJudged(reason, { file }, now) })),
    ...report.crashes.map(({ rule, object, cause }) => ({
      place: null,
      result: {
        ...common(rule, now),
        ...about(object),
        result: "error" as const,
        severity: "critical",
        message: cut(`the rule crashed: ${cause instanceof Error ? cause.message : String(cause)}`),
      },
    })),
  ];
  const places = Map.groupBy(results, ({ place }) => place);
  if (places.size === 0) places.set(null, []);
  return yamlDocuments(
    [...places].flatMap(([place, group]) => {
      const all = group.map(({ result }) => result);
      const parts = Math.max(1, Math.ceil(all.length / mostResults));
      return Array.from({ length: parts }, (_, index) =>
        reportObject(place, index, all.slice(index * mostResults, (index + 1) * mostResults)),
      );
    }),
  );
}

function reportObject(place: string | undefined | null, index: number, results: readonly Result[]): object {
  return {
    apiVersion: "openreports.io/v1alpha1",
    kind: place === null ? "ClusterReport" : "Report",
    metadata: {
      name: index === 0 ? "gracewarden" : `gracewarden-${index + 1}`,
      ...(typeof place === "string" ? { namespace: place } : {}),
      labels: { "app.kubernetes.io/managed-by": "gracewarden" },
      annotations: { "gracewarden.io/version": version },
    },
    source: "gracewarden",
    configuration: { limits: { statusFilter: [...listed] } },
    summary: Object.fromEntries(
      listed.map((outcome) => [outcome, results.filter(({ result }) => result === outcome).length]),
    ),
    results,
  };
}

const outcomes = {
  error: { result: "fail", severity: "high", scored: true },
  warn: { result: "warn", severity: "medium", scored: false },
  advice: { result: "warn", severity: "low", scored: false },
} as const;

function resultOf(finding: PlacedFinding, report: Report, now: Date): Result {
  const { rule, severity, verdict, waived, object, file, region, evidence, at } = finding;
  const category = report.rules.find(({ id }) => id === rule)?.category;
  const skipped =
    waived !== undefined
      ? `waived by ${waived.owner} until ${waived.expires}: ${waived.reason}. `
      : verdict === "undetermined"
        ? "undetermined: "
        : undefined;
  return {
    ...common(rule, now),
    ...(category === undefined ? {} : { category }),
    ...(skipped === undefined ? outcomes[severity] : { result: "skip", severity: "info", scored: false }),
    message: cut(`${skipped ?? ""}${sentenceOf(finding)}`),
    ...(object === undefined ? {} : about(object)),
    properties: {
      ...(report.cluster === undefined ? { file: cut(file) } : {}),
      ...(region === undefined ? {} : { line: String(region.line) }),
      ...(at.length === 0 ? {} : { path: cut(formatPath(at)) }),
      ...(evidence.length === 0
        ? {}
        : { evidence: cut(evidence.map(({ term, seconds }) => `${term} ${formatSeconds(seconds)}`).join(", ")) }),
    },
  };
}

const notJudged = (message: string, properties: Readonly<Record<string, string>>, now: Date): Result => ({
  ...common("not-evaluated", now),
  result: "skip",
  severity: "info",
  scored: false,
  message: cut(message),
  properties,
});

const common = (policy: string, now: Date): object => ({
  source: "gracewarden",
  policy,
  timestamp: { seconds: Math.floor(now.getTime() / 1000), nanos: 0 },
});

const about = ({ apiVersion, kind, name, namespace }: KubernetesObject): object => ({
  resources: [{ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }],
});

/** Undefined: the manifest leaves the namespace open; null: there is none. */
function placeOf(object: KubernetesObject | undefined): string | undefined | null {
  if (object === undefined || clusterKinds.test(object.kind)) return null;
  const { namespace } = object;
  // A placeholder is no name that the API server takes.
  return namespace !== undefined && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace) ? namespace : undefined;
}

const clusterKinds =
  /^(?:Cluster\w*|Namespace|Node|PersistentVolume|StorageClass|PriorityClass|IngressClass|APIService|(?:Mutating|Validating)(?:WebhookConfiguration|AdmissionPolicy\w*))$/;

const cut = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text);
