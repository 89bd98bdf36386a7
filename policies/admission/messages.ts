import type { EnforcementSettings } from "../config.ts";
import { formatPath } from "../path.ts";
import { nameOf, type KubernetesObject } from "../pods/object.ts";
import { workloadsOf } from "../pods/workload-of.ts";
import type { Crash, Finding } from "../run.ts";
import { shorten } from "../shorten.ts";
import { formatSeconds } from "../shutdown/interval.ts";
import type { Term } from "../shutdown/term.ts";

/** Every text that the webhook hands to a person: denials and warnings (F15). */

/** Above this the API server cuts each warning at 256 characters and drops the rest (F15). */
const maxTotal = 4096;
/** What no API server cuts, however many warnings there are. 120 is its advice, which would leave out what the harm is (F15). */
const maxLength = 256;
/** A clause shorter than this is a name before a colon, not a sentence. */
const leastClause = 40;
/** Of a finding's message in a denial: what it quotes of the object may be of any length. */
const maxMessage = 1000;

/** Why an object is refused: each finding with its place, its numbers, its fix and how to waive it. */
export function denialText(
  object: KubernetesObject,
  findings: readonly Finding[],
  crashes: readonly Crash[],
  enforcement: Pick<EnforcementSettings, "locked" | "inlineWaivers">,
): string {
  const count = findings.length + crashes.length;
  const head = `gracewarden refuses ${describe(object)} for ${count === 1 ? "one reason" : `${count} reasons`}.`;
  return [
    head,
    ...findings.map((finding) => ` [${finding.rule}] ${findingText(finding)} ${waiverText(finding, enforcement)}`),
    ...crashes.map(({ rule }) => ` [${rule}] ${crashText(rule)}`),
  ].join("\n");
}

/** With the workload that made it, which is what its reader has to change. */
function describe(object: KubernetesObject): string {
  const [maker] = workloadsOf(object);
  const of = maker === undefined || maker.kind === object.kind ? "" : ` of ${maker.kind} ${maker.name}`;
  const where = object.namespace === undefined ? "" : ` in namespace ${object.namespace}`;
  return `${nameOf(object)}${of}${where}`;
}

function findingText({ at, container, message, evidence, fix }: Finding): string {
  // One without a name is called by its place already.
  const named = container?.includes(" ") === false ? `container ${container}` : container;
  const where = `At ${formatPath(at)}${named === undefined ? "" : ` (${named})`}: `;
  const sum = evidence.length === 0 ? "" : ` The numbers: ${evidence.map(describeTerm).join(", ")}.`;
  const mend = fix === undefined ? "" : ` To mend it: ${fix.title}.`;
  return `${where}${shorten(message, maxMessage)}.${sum}${mend}`;
}

function describeTerm({ term, seconds, known, origin }: Term): string {
  return `${term} ${known ? formatSeconds(seconds) : "unknown"} (${origin.text})`;
}

/** The exact annotation, for the pod's own metadata: a workload's template passes it on. */
function waiverText(
  { rule, object }: Finding,
  { locked, inlineWaivers }: Pick<EnforcementSettings, "locked" | "inlineWaivers">,
): string {
  if (locked.includes(rule)) return "This rule takes no waivers here.";
  const annotation = `waive.gracewarden.io/${rule}`;
  if (inlineWaivers === true || (inlineWaivers !== false && inlineWaivers.includes(rule)))
    return `To accept it until a day, annotate the pod: ${annotation}: "REASON; owner=TEAM; expires=YYYY-MM-DD"`;
  const inVain = Object.hasOwn(object.annotations, annotation)
    ? `, so its annotation ${annotation} does not count`
    : "";
  return `A pod cannot waive this itself${inVain}: ask whoever runs the webhook for a waiver in its configuration.`;
}

const crashText = (rule: string): string =>
  `The rule failed on this object, which is a defect of gracewarden. It is enforced as deny, so nothing it could not judge is admitted; "warn" in the webhook's configuration (enforcement.rules.${rule}) would admit it.`;

/** One warning a finding, the heaviest first, as many as the API server passes on. */
export function findingWarnings(findings: readonly Finding[], alsoSaid: readonly string[] = []): readonly string[] {
  const weight = { error: 0, warn: 1, advice: 2 } as const;
  const texts = findings.toSorted((a, b) => weight[a.severity] - weight[b.severity]).map(findingWarning);
  return fitting([...alsoSaid, ...new Set(texts)]);
}

/** `[rule] spec.containers[0].lifecycle: …`, with as many clauses of the message as make a short but complete sentence. */
function findingWarning({ rule, at, message }: Finding): string {
  const head = `[${rule}] ${formatPath(at)}: `;
  return `${head}${shortened(message, maxLength - head.length - 1)}.`;
}

function shortened(message: string, room: number): string {
  if (message.length <= room) return message;
  const end = [...message.slice(0, room + 1).matchAll(/[;:] /g)]
    .map(({ index }) => index)
    .findLast((each) => each >= leastClause && !isInside(message, each));
  return end === undefined ? shorten(message, room) : message.slice(0, end);
}

/** Whether a place of a text is within brackets or quotes: a sentence cannot end there. */
function isInside(text: string, end: number): boolean {
  const before = text.slice(0, end);
  const count = (pattern: RegExp): number => before.match(pattern)?.length ?? 0;
  return count(/\(/g) > count(/\)/g) || count(/`/g) % 2 === 1 || count(/"/g) % 2 === 1;
}

/** Texts as warnings: as many as the API server passes on, each as long as it leaves them. */
function fitting(texts: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let total = 0;
  for (const [index, whole] of texts.entries()) {
    const text = shorten(whole, maxLength);
    const more = `gracewarden found ${texts.length - index} more; the linter lists them all.`;
    total += text.length;
    if (total + more.length > maxTotal) return [...kept, more];
    kept.push(text);
  }
  return kept;
}

/** For whoever applies a workload: its pods will not come to be. */
export const refusedPodsWarning = (object: KubernetesObject, ids: readonly string[]): string =>
  `gracewarden would refuse the pods of ${nameOf(object)}, by ${ids.join(", ")}.`;

/** A rule failed, and its enforcement lets the object pass. */
export const crashWarning = ({ rule }: Crash): string =>
  `[${rule}] The rule failed on this object, a defect of gracewarden; the object was not judged by it.`;

/** A pod is admitted without what it should have got. */
export const failureWarning = (rule: string | undefined): string =>
  rule === undefined
    ? "gracewarden failed to prepare this pod for its shutdown and admits it unchanged; its log says why."
    : `gracewarden's rule ${rule} failed, so this pod is admitted unchanged, without a preStop delay.`;

/** The delay that a pod in scope should have got and did not, with the reason. */
export const undelayedWarnings = (left: readonly Finding[], alsoSaid: readonly string[]): readonly string[] =>
  findingWarnings(
    left.filter(
      ({ rule, verdict, waived, fix }) =>
        rule === "prestop-delay" && verdict === "fail" && waived === undefined && fix === undefined,
    ),
    alsoSaid,
  );
