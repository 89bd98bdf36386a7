import { objectSet } from "../../policies/pods/object-set.ts";
import { readObjects } from "../../policies/pods/read-object.ts";
import { drawTimeline } from "../../policies/shutdown/draw.ts";
import { computeTimeline } from "../../policies/shutdown/timeline.ts";
import type { AdmissionReviewResponse } from "../../policies/admission/response.ts";
import type { TriedPod } from "./pods-of-files.ts";
import { yamlDiff } from "./yaml-diff.ts";

type Response = AdmissionReviewResponse["response"];

/** What became of one pod. */
export interface Trial {
  readonly pod: TriedPod;
  readonly mutation: Response;
  /** The pod with the patch in it. */
  readonly admitted: unknown;
  readonly validation: Response;
}

/** The trial as text. */
export function describeTrial({ pod, mutation, admitted, validation }: Trial, width: number): string {
  const outcome = mutation.auditAnnotations?.["outcome"] ?? "no outcome";
  const changes = yamlDiff(pod.value, admitted);
  const before = timelineOf(pod.value, width);
  const after = timelineOf(admitted, width);
  return [
    `${pod.from}  ${pod.place}`,
    "",
    `  mutate: ${outcome}`,
    ...indent(changes, 4),
    ...warningsOf(mutation),
    `  validate: ${validation.allowed ? "allowed" : "denied"}`,
    ...indent(
      (validation.status?.message ?? "").split("\n").filter((line) => line !== ""),
      4,
    ),
    ...warningsOf(validation),
    "",
    ...(before === after
      ? ["  it stops as before", ...indent(before.split("\n"), 4)]
      : ["  before", ...indent(before.split("\n"), 4), "", "  after", ...indent(after.split("\n"), 4)]),
    "",
  ].join("\n");
}

const warningsOf = ({ warnings = [] }: Response): string[] => warnings.map((warning) => `    Warning: ${warning}`);

function timelineOf(value: unknown, width: number): string {
  const objects = readObjects(value, undefined).objects.map(({ object }) => object);
  const set = objectSet(objects);
  return objects
    .flatMap((object) => set.podsIn(object))
    .map((pod) => drawTimeline(computeTimeline(pod, { kind: "delete" }), { width: width - 4, color: false }))
    .join("\n");
}

const indent = (lines: readonly string[], by: number): string[] =>
  lines.map((line) => (line === "" ? "" : `${" ".repeat(by)}${line}`));
