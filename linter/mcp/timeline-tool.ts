import { objectSet } from "../../policies/pods/object-set.ts";
import { drawTimeline } from "../../policies/shutdown/draw.ts";
import { computeTimeline, type Timeline } from "../../policies/shutdown/timeline.ts";
import { causes, readCause } from "../cause.ts";
import { programError } from "../errors.ts";
import { podsOf, type PlacedPod } from "../judging/placed-pods.ts";
import { readingProblems } from "../reading/reading-problems.ts";
import { jsonInterval, jsonTerm } from "../reporters/json.ts";
import { count, list, termDefinitions, text, whole } from "./schemas.ts";
import { readSubject, subjectProperties, type Subject } from "./subject.ts";
import { defineTool } from "./tool.ts";

/** More drawings than these are no answer but a document. */
const mostPods = 50;

const term = { $ref: "#/definitions/term" };
const moment = {
  ...whole({ min: { type: ["number", "null"] }, max: { type: ["number", "null"] } }),
  description: "Seconds after the kubelet begins, at the earliest and at the latest; null: never, or not known.",
};

export const timelineTool = defineTool<Subject & { readonly cause: string }>({
  name: "timeline",
  title: "Compute how pods would stop",
  description:
    "Computes for each pod or pod template how its containers would stop: when the preStop hook ends, when SIGTERM is sent, when the container is gone, when SIGKILL would come, and who says so. The text draws it.",
  inputSchema: {
    type: "object",
    additionalProperties: false,
    properties: {
      ...subjectProperties,
      cause: { type: "string", maxLength: 100, default: "delete", description: `Why they stop: ${causes}` },
    },
  },
  outputSchema: {
    ...whole({
      pods: list(
        whole({
          name: { ...text, description: "Kind/name of the object that the pod stands in." },
          namespace: { type: ["string", "null"] },
          file: text,
          line: { type: "integer", minimum: 1 },
          grace: term,
          end: { ...moment, description: "When the last container is gone." },
          containers: list(
            whole({
              name: text,
              role: { enum: ["main", "init", "sidecar", "ephemeral"] },
              preStop: { anyOf: [term, { type: "null" }] },
              drain: term,
              preStopEnd: moment,
              signal: moment,
              exit: moment,
              kill: moment,
              outcome: { enum: ["exits", "killed", "undetermined"] },
            }),
          ),
        }),
      ),
      omitted: { ...count, description: `Pods beyond the first ${mostPods}.` },
      unreadable: list(text),
    }),
    definitions: termDefinitions,
  },
  async run({ cause: written, ...subject }, session) {
    const cause = readCause(written);
    if (cause === undefined) throw programError("bad-call", [`"cause" cannot be "${written}": use ${causes}`]);
    const input = await readSubject(subject, session, await session.config());
    const unreadable = input.files.flatMap(readingProblems);
    const set = objectSet(
      [...input.files, ...input.context].flatMap(({ objects }) => objects.map(({ object }) => object)),
    );
    const all = podsOf(input.files, set);
    const drawn = all.slice(0, mostPods).map((placed) => ({ placed, timeline: computeTimeline(placed.pod, cause) }));
    const omitted = all.length - drawn.length;
    const parts = [
      ...(all.length === 0 && unreadable.length === 0 ? ["there is no pod in what was read"] : []),
      ...drawn.map(
        ({ placed: { name, file, line }, timeline }) =>
          `${name} ${file}:${line}\n${drawTimeline(timeline, { width: 100, color: false })}`,
      ),
      ...(omitted === 0 ? [] : [`${omitted} more pods: name fewer files`]),
      ...unreadable.map((sentence) => `not read: ${sentence}`),
    ];
    return {
      structured: { pods: drawn.map(({ placed, timeline }) => jsonPod(placed, timeline)), omitted, unreadable },
      text: parts.join("\n\n"),
    };
  },
});

const jsonPod = ({ name, object, file, line }: PlacedPod, { grace, end, rows }: Timeline) => ({
  name,
  namespace: object.namespace ?? null,
  file,
  line,
  grace: jsonTerm(grace),
  end: jsonInterval(end),
  containers: rows.map(({ container, hook, drain, preStopEnd, signal, exit, kill, outcome }) => ({
    name: container.name,
    role: container.role,
    preStop: hook === undefined ? null : jsonTerm(hook),
    drain: jsonTerm(drain),
    preStopEnd: jsonInterval(preStopEnd),
    signal: jsonInterval(signal),
    exit: jsonInterval(exit),
    kill: jsonInterval(kill),
    outcome,
  })),
});
