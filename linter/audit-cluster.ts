import { rules } from "../policies/rules/index.ts";
import { closest } from "../policies/spelling.ts";
import type { AuditOptions } from "./commands/audit.ts";
import { countsAsFailure } from "./judging/counts-as-failure.ts";
import { deliver } from "./reporters/deliver.ts";
import { programError } from "./errors.ts";
import { chosenConfig } from "./configuration/load-config.ts";
import { configText } from "./configuration/print-config.ts";
import { render } from "./reporters/render.ts";
import { formats, reportTargets } from "./reporters/report-targets.ts";
import type { Report } from "./judging/report.ts";
import { reviewFormats, type ReviewFormat } from "./review/review-format.ts";
import { tellCrashes } from "./reporters/tell-crashes.ts";
import type { Terminal } from "./terminal.ts";

/** What `audit --format` takes: lines of files, as GitLab shows them, a cluster has none of. */
export const auditFormats = [...formats.filter((format) => format !== "gitlab"), ...reviewFormats] as const;
type AuditFormat = (typeof auditFormats)[number];

/** The `audit` command once its arguments are read; the result is the exit code. */
export async function auditCluster(options: AuditOptions, terminal: Terminal): Promise<number> {
  const { cwd, now, stdout, stderr } = terminal;
  const note = (text: string): unknown => stderr.write(`gracewarden: ${text}\n`);
  const targets = auditTargets(options.format);
  const loaded = await chosenConfig(options, cwd, rules, now);
  for (const text of loaded.notes) note(text);
  // Here, since no other command needs the Kubernetes client.
  const { auditOf, auditedKindNames } = await import("./audit/cluster-report.ts");
  for (const name of options.without) {
    if (auditedKindNames.includes(name)) continue;
    const near = closest(name, auditedKindNames);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    throw programError("option-value", "--without", name, `use ${auditedKindNames.join(", ")}${hint}`);
  }
  const namespaces = [...new Set(options.namespace)];
  const { selector } = options;
  const { objects, set, remedies, judging, ...audit } = await auditOf({
    cluster: { kubeconfig: options.kubeconfig, context: options.context },
    read: { namespaces, selector, without: options.without, note },
    rules,
    config: loaded.config,
    terminal,
  });

  let report: Report = audit.report;
  const { cluster } = audit.report;
  let isStale = false;
  const { baseline } = options;
  if (baseline !== undefined) {
    const { compareWithBaseline } = await import("./judging/baseline.ts");
    ({ report, fails: isStale } = compareWithBaseline(report, judging, { ...options, baseline }, terminal));
  }

  /** A review holds everything, with --quiet too: what it left out would be taken for not found. */
  async function review(format: ReviewFormat): Promise<string> {
    const { renderReview } = await import("./review/render-review.ts");
    const { context, server } = cluster;
    return renderReview(format, {
      scope: { kind: "cluster", context, server, namespaces, selector },
      objects,
      set,
      report,
      config: loaded.config,
      configFile: loaded.file,
      configBytes: loaded.bytes,
      settings: configText(loaded.config),
      ...(format === "openreports" ? { patches: [], notPatched: [] } : remedies()),
      now,
    });
  }

  await deliver(
    report,
    targets,
    async (shown, format: AuditFormat, rendering) =>
      isReview(format) ? review(format) : render(shown, format, rendering),
    options,
    terminal,
    stdout,
  );
  tellCrashes(report, terminal);
  const refused = cluster.notEvaluated.filter((one) => one.refused !== undefined);
  if (refused.length > 0)
    note(
      `not everything may be read, so this is no clean audit: grant ${refused.map(({ grant }) => grant).join("; ")} (deploy/audit.yaml has all of it), or do without by --without KIND`,
    );
  if (report.crashes.length > 0 || refused.length > 0) return 2;
  if (isStale) return 1;
  return report.findings.some((finding) => countsAsFailure(finding, options)) ? 1 : 0;
}

const isReview = (format: AuditFormat): format is ReviewFormat => reviewFormats.some((one) => one === format);

function auditTargets(given: readonly string[]) {
  if (given.some((text) => /^gitlab(?:=|$)/.test(text)))
    throw programError("option-value", "--format", "gitlab", "it shows lines of files, which a cluster has none of");
  return reportTargets(given, auditFormats);
}
