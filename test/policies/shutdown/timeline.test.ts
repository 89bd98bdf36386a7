import { describe, expect, it } from "vitest";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { readObjects } from "../../../policies/pods/read-object.ts";
import type { Pod } from "../../../policies/pods/pod.ts";
import { drawTimeline } from "../../../policies/shutdown/draw.ts";
import { formatSeconds } from "../../../policies/shutdown/interval.ts";
import { computeTimeline, type Cause } from "../../../policies/shutdown/timeline.ts";

function podOf(spec: object, annotations: Record<string, string> = {}): Pod {
  const value = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", annotations }, spec };
  const [read] = readObjects(value, undefined).objects;
  const [pod] = objectSet(read === undefined ? [] : [read.object]).podsIn(read!.object);
  if (pod === undefined) throw new Error("no pod");
  return pod;
}

/** `name: SIGTERM / gone outcome` for each container. */
function summary(pod: Pod, cause: Cause): string[] {
  return computeTimeline(pod, cause).rows.map(
    ({ container, signal, exit, outcome }) =>
      `${container.name}: ${formatSeconds(signal)} / ${formatSeconds(exit)} ${outcome}`,
  );
}

const ignoring = "9999";
const container = (name: string, preStop?: object, more: object = {}): object => ({
  name,
  image: "app",
  ...(preStop === undefined ? {} : { lifecycle: { preStop } }),
  ...more,
});
const sleep = (seconds: number): object => ({ sleep: { seconds } });
const drains = (seconds: string): Record<string, string> => ({ "gracewarden.io/drain-seconds": seconds });
const deletion: Cause = { kind: "delete" };

interface Case {
  readonly fact: string;
  readonly spec: object;
  readonly annotations?: Record<string, string>;
  readonly cause?: Cause;
  readonly rows: string[];
}

// The set-ups and observations of the fact list, chapter I2.
const cases: Case[] = [
  {
    fact: "A4: the hook counts against the grace",
    spec: { terminationGracePeriodSeconds: 8, containers: [container("a", sleep(5))] },
    annotations: drains(ignoring),
    rows: ["a: 5 s / 8 s killed"],
  },
  {
    fact: "A5: hook as long as the grace leaves 2 s",
    spec: { terminationGracePeriodSeconds: 5, containers: [container("a", sleep(5))] },
    annotations: drains(ignoring),
    rows: ["a: 5 s / 7 s killed"],
  },
  {
    fact: "A5: one second less leaves 2 s as well",
    spec: { terminationGracePeriodSeconds: 5, containers: [container("a", sleep(4))] },
    annotations: drains(ignoring),
    rows: ["a: 4 s / 6 s killed"],
  },
  {
    fact: "A5: grace 1",
    spec: { terminationGracePeriodSeconds: 1, containers: [container("a")] },
    annotations: drains(ignoring),
    rows: ["a: 0 s / 2 s killed"],
  },
  {
    fact: "A8: a hook that outlives the grace is cut",
    spec: { terminationGracePeriodSeconds: 4, containers: [container("a", { exec: { command: ["sleep", "60"] } })] },
    annotations: drains(ignoring),
    rows: ["a: 4 s / 6 s killed"],
  },
  {
    fact: "A11: grace 0 gives the hook one second",
    spec: { terminationGracePeriodSeconds: 0, containers: [container("a", { exec: { command: ["sleep", "10"] } })] },
    annotations: drains(ignoring),
    rows: ["a: 1 s / 3 s killed"],
  },
  {
    fact: "A25: a negative grace is 1",
    spec: { terminationGracePeriodSeconds: -3, containers: [container("a")] },
    annotations: drains(ignoring),
    rows: ["a: 0 s / 2 s killed"],
  },
  {
    fact: "A13: containers do not wait for each other",
    spec: { containers: [container("a", sleep(5)), container("b")] },
    annotations: drains("1"),
    rows: ["a: 5 s / 6 s exits", "b: 0 s / 1 s exits"],
  },
  {
    fact: "A14: sidecars leave last, in reverse order",
    spec: {
      containers: [container("app")],
      initContainers: [
        container("s1", undefined, { restartPolicy: "Always" }),
        container("s2", undefined, { restartPolicy: "Always" }),
      ],
    },
    annotations: {
      "gracewarden.io/drain-seconds": "3",
      "gracewarden.io/drain-seconds.s1": "1",
      "gracewarden.io/drain-seconds.s2": "1",
    },
    rows: ["app: 0 s / 3 s exits", "s1: 4 s / 5 s exits", "s2: 3 s / 4 s exits"],
  },
  {
    fact: "A16: sidecars get what is left",
    spec: {
      terminationGracePeriodSeconds: 5,
      containers: [container("app")],
      initContainers: [container("s1", undefined, { restartPolicy: "Always" })],
    },
    annotations: { "gracewarden.io/drain-seconds": ignoring, "gracewarden.io/drain-seconds.s1": ignoring },
    rows: ["app: 0 s / 5 s killed", "s1: 5 s / 7 s killed"],
  },
  {
    fact: "A15: a sidecar's hook does not wait",
    spec: { containers: [container("app")], initContainers: [container("s1", sleep(4), { restartPolicy: "Always" })] },
    annotations: { "gracewarden.io/drain-seconds": "2", "gracewarden.io/drain-seconds.s1": "1" },
    rows: ["app: 0 s / 2 s exits", "s1: 4 s / 5 s exits"],
  },
  {
    fact: "A37: a probe's own grace",
    spec: {
      containers: [
        container("a", sleep(2), { livenessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 4 } }),
      ],
    },
    annotations: drains(ignoring),
    cause: { kind: "liveness" },
    rows: ["a: 2 s / 4 s killed"],
  },
  {
    fact: "A37: a probe's grace shorter than the hook",
    spec: {
      containers: [
        container("a", sleep(10), { livenessProbe: { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 3 } }),
      ],
    },
    annotations: drains(ignoring),
    cause: { kind: "liveness" },
    rows: ["a: 3 s / 5 s killed"],
  },
  {
    fact: "A9: no hook at a restart with grace 0",
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [container("a", sleep(0), { livenessProbe: { tcpSocket: { port: 80 } } })],
    },
    annotations: drains(ignoring),
    cause: { kind: "liveness" },
    rows: ["a: 0 s / 2 s killed"],
  },
  {
    fact: "A30: hard eviction leaves a hook one second",
    spec: { containers: [container("a", sleep(20))] },
    annotations: drains(ignoring),
    cause: { kind: "hard-eviction" },
    rows: ["a: 1 s / 3 s killed"],
  },
  {
    fact: "A33: node shutdown cuts a long grace",
    spec: { terminationGracePeriodSeconds: 300, containers: [container("a", sleep(5))] },
    annotations: drains(ignoring),
    cause: { kind: "node-shutdown", seconds: 15 },
    rows: ["a: 5 s / 15 s killed"],
  },
  {
    fact: "A36: a short grace fits a spot notice",
    spec: { terminationGracePeriodSeconds: 10, containers: [container("a")] },
    annotations: drains("3"),
    cause: { kind: "spot", seconds: 25 },
    rows: ["a: 0 s / 3 s exits"],
  },
  {
    fact: "B2: a tcpSocket hook takes no time",
    spec: { containers: [container("a", { tcpSocket: { port: 80 } })] },
    annotations: drains("1"),
    rows: ["a: 0 s / 1 s exits"],
  },
  {
    fact: "B4: an image without a shell cannot sleep",
    spec: {
      containers: [
        {
          name: "a",
          image: "gcr.io/distroless/nodejs24",
          lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
        },
      ],
    },
    annotations: drains("1"),
    rows: ["a: 0 s / 1 s exits"],
  },
  {
    fact: "D12: a shell keeps the signal",
    spec: {
      terminationGracePeriodSeconds: 4,
      containers: [container("a", undefined, { command: ["sh", "-c", "node app.js; echo done"] })],
    },
    rows: ["a: 0 s / 4 s killed"],
  },
  {
    fact: "D12: which shell keeps the signal, the image knows",
    spec: {
      terminationGracePeriodSeconds: 4,
      containers: [
        { ...container("a", undefined, { command: ["sh", "-c", "node app.js"] }), image: "registry.example/app" },
        { ...container("b", undefined, { command: ["sh", "-c", "node app.js"] }), image: "node:24" },
        { ...container("c", undefined, { command: ["sh", "-c", "node app.js"] }), image: "node:24-alpine" },
      ],
    },
    annotations: drains("1"),
    rows: ["a: 0 s / 1 to 4 s undetermined", "b: 0 s / 4 s killed", "c: 0 s / 1 s exits"],
  },
  {
    fact: "unknown stays unknown",
    spec: { containers: [container("a", sleep(5))] },
    rows: ["a: 5 s / 5 to 30 s undetermined"],
  },
];

describe("the timeline", () => {
  it.each(cases)("$fact", ({ spec, annotations, cause, rows }) => {
    expect(summary(podOf(spec, annotations), cause ?? deletion)).toEqual(rows);
  });

  it("counts a Knative pod by its request timeout, which no manifest may set as a grace period", () => {
    const value = {
      apiVersion: "serving.knative.dev/v1",
      kind: "Service",
      metadata: { name: "k" },
      spec: { template: { spec: { timeoutSeconds: 120, containers: [container("a")] } } },
    };
    const objects = readObjects(value, undefined).objects.map(({ object }) => object);
    const [pod] = objectSet(objects).podsIn(objects[0]!);
    expect(pod).toMatchObject({ graceSeconds: 120, graceAt: undefined });
  });

  it("ends with the last container", () => {
    const pod = podOf({ containers: [container("a", sleep(5)), container("b")] }, drains("1"));
    expect(computeTimeline(pod, deletion).end).toEqual({ min: 6, max: 6 });
  });

  it("is drawn against the clock", () => {
    const pod = podOf(
      { terminationGracePeriodSeconds: 20, containers: [container("app", sleep(5)), container("log")] },
      drains("10"),
    );
    expect(`\n${drawTimeline(computeTimeline(pod, deletion), { width: 72, color: false })}\n`).toMatchInlineSnapshot(`
      "
      deletion: 20 s of grace (terminationGracePeriodSeconds)

                 0 s  2     4    6    8    10    12   14   16   18    20   22
      app        ▒▒▒▒▒▒▒▒▒▒▒▒▒T██████████████████████████
                 preStop 5 s (preStop.sleep.seconds)
                 SIGTERM at 5 s; needs 10 s (annotation gracewarden.io/drain-seconds)
                 exits at 15 s
      log        T█████████████████████████
                 SIGTERM at 0 s; needs 10 s (annotation gracewarden.io/drain-seconds)
                 exits at 10 s

      ▒ preStop  · waits its turn  T SIGTERM  █ stopping  ░ not certain  K killed, k killed if still there
      "
    `);
  });
});
