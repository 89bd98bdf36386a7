import type { Config } from "../../policies/config.ts";
import { objectSet, type ObjectSet } from "../../policies/pods/object-set.ts";
import type { Rule } from "../../policies/rule.ts";
import { run, type Finding } from "../../policies/run.ts";
import type { Judging } from "../judging/baseline.ts";
import { programError } from "../errors.ts";
import type { ClusterAccount, PlacedFinding, Report } from "../judging/report.ts";
import type { ReviewedObject } from "../review/reviewed-object.ts";
import type { Terminal } from "../terminal.ts";
import { openApiServer, type ApiServer } from "./api-server.ts";
import type { ClusterChoice } from "./kube-config.ts";
import { judgingCluster } from "./judging-cluster.ts";
import { auditedKinds, ownRules, resourceName, slippedThrough } from "./kinds.ts";
import type { LiveObject } from "./live-object.ts";
import type { NotRead } from "./not-read.ts";
import { readCluster, type ReadOptions, type Surroundings } from "./read-cluster.ts";
import { placeOfObject } from "./place-of-object.ts";
import { remedies, type Remedies } from "./remedies.ts";
import { sweep, type Swept } from "./sweep.ts";
import { webhookScope } from "./webhook-scope.ts";

export interface AuditInput {
  readonly cluster: ClusterChoice;
  readonly read: ReadOptions;
  readonly rules: readonly Rule[];
  readonly config: Config;
  readonly terminal: Terminal;
}

/** What `--without` may name. */
export const auditedKindNames: readonly string[] = auditedKinds.map(resourceName);

/** What an audit found, and what a review of it needs besides. */
export interface ClusterAudit {
  readonly report: Report & { readonly cluster: ClusterAccount };
  /** What was judged. */
  readonly objects: readonly ReviewedObject[];
  /** These, and what was read for relations. */
  readonly set: ObjectSet;
  readonly remedies: () => Remedies;
  readonly judging: Judging;
}

/** Reads a cluster and judges what was read. Throws a ProgramError where nothing can be said. */
export async function auditOf(input: AuditInput): Promise<ClusterAudit> {
  const api = await openApiServer(input.cluster, input.terminal);
  try {
    return await reportOn(api, input);
  } finally {
    await api.close();
  }
}

async function reportOn(api: ApiServer, { read, rules, config, terminal: { now } }: AuditInput): Promise<ClusterAudit> {
  let isInstalled: boolean | undefined;
  const lookAt = ({ webhookConfigurations, namespaceLabels, notRead }: Surroundings) => {
    if (rulesWithout(notRead).has(slippedThrough)) return () => undefined;
    const scope = webhookScope(webhookConfigurations);
    ({ isInstalled } = scope);
    return ({ object }: LiveObject): Swept =>
      sweep(object, namespaceLabels.get(object.namespace ?? "") ?? {}, scope, { config, rules, now });
  };
  const contents = await readCluster(api, read, lookAt);
  const { subjects, others, pods, notRead } = contents;
  const isIncomplete = notRead.some(({ refused, kind }) => refused !== undefined && kind.role === "workload");
  if (subjects.length === 0 && contents.over === 0 && !isIncomplete)
    throw programError("nothing-to-audit", whyNothing(read));
  const unjudged = rulesWithout(notRead);
  const judgedBy = withoutRules(config, unjudged);
  const set = objectSet([...subjects, ...others]);
  const judged = run(set, subjects, rules, judgedBy, now);
  const slipped = pods.flatMap(({ object, slip }) => (slip === undefined ? [] : [{ object, ...slip }]));
  const report = {
    findings: [
      ...judged.findings.map(placed),
      ...slipped.map(({ object, message, facts }) =>
        placed({
          rule: slippedThrough,
          severity: isInstalled === true ? "error" : "warn",
          verdict: "fail",
          message,
          object,
          container: undefined,
          at: [],
          evidence: [],
          facts,
          fix: undefined,
          waived: undefined,
        }),
      ),
    ].toSorted((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file))),
    files: { linted: 0, skipped: [] },
    objects: { checked: subjects.length, notRelevant: new Map(), skipped: [] },
    crashes: [...judged.crashes, ...pods.flatMap(({ crashes }) => crashes)],
    rules: [...rules, ...config.customRules],
    cluster: {
      context: api.context,
      server: api.server,
      pods: pods.length,
      slipped: slipped.length,
      throughMaker: contents.throughMaker,
      over: contents.over,
      notEvaluated: notRead.map(({ what, refused, grant, kind }) => ({
        what,
        refused,
        grant,
        rules: kind.rules.map((rule) => (rule === ownRules ? "the configuration's own rules" : rule)),
      })),
    },
  };
  return {
    report,
    objects: subjects.map((object) => ({ object, placeAt: () => placeOfObject(object) })),
    set,
    judging: judgingCluster({
      subjects,
      namespaces: read.namespaces,
      selector: read.selector,
      notRead,
      unjudged: new Set([...unjudged, ...report.crashes.map(({ rule }) => rule)]),
      customRules: config.customRules,
    }),
    remedies: () =>
      remedies(api.context, { subjects, others, findings: judged.findings, rules, config: judgedBy, now }),
  };
}

const rulesWithout = (missing: readonly NotRead[]): ReadonlySet<string> =>
  new Set(missing.flatMap(({ kind }) => kind.rules));

/** A rule that would judge without what it needs says nothing instead. */
function withoutRules(config: Config, unjudged: ReadonlySet<string>): Config {
  const off = Object.fromEntries([...unjudged].map((id) => [id, { severity: "off" as const }]));
  return {
    ...config,
    overrides: [...config.overrides, { match: {}, rules: off }],
    customRules: unjudged.has(ownRules) ? [] : config.customRules,
  };
}

/** A live object has a name instead of lines, and is mended where its manifest is. */
const placed = (finding: Finding): PlacedFinding => ({
  ...finding,
  file: placeOfObject(finding.object),
  region: undefined,
  offset: 0,
  source: undefined,
  document: undefined,
  objectAt: [],
  unwritable: "in the manifest that it comes from",
});

function whyNothing({ namespaces, selector }: ReadOptions): string {
  const where = namespaces.length === 0 ? "the cluster" : `namespace ${namespaces.join(", ")}`;
  return `there is no workload in ${where}${selector === undefined ? "" : ` with labels ${selector}`}`;
}
