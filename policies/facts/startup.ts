import type { Fact } from "./fact.ts";
import { code, docs, kep } from "./sources.ts";

/** Chapter E: probes, start order and restarts. */
export const startup = {
  "probe-defaults": {
    ref: "E1",
    statement:
      "A probe left to itself has periodSeconds 10, timeoutSeconds 1, successThreshold 1, failureThreshold 3 and initialDelaySeconds 0; zeros of the others are replaced by these. successThreshold must be 1 for liveness and startup probes.",
    consequence:
      "A liveness probe without numbers allows three failures in a row at 10 s apart, each with only 1 s to answer.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [code.podDefaults, code.podValidation, `${docs.probes}#configure-probes`],
  },
  "startup-budget": {
    ref: "E2",
    statement:
      "A startup probe allows about failureThreshold times periodSeconds before the container is killed, and holds liveness and readiness back until it succeeds. It runs on ticks of its period, so with a period of 6 s the first one came at 5.7 s and a container up after 1 s counted as started only then.",
    consequence:
      "Use a short period (1 to 2 s) with a high threshold: a period of 10 s delays readiness by up to 10 s.",
    since: [
      { version: "1.16", stage: "alpha", note: "startupProbe" },
      { version: "1.18", stage: "beta", note: "startupProbe" },
      { version: "1.20", stage: "stable", note: "startupProbe" },
    ],
    evidence: ["documentation", "source", "measured"],
    sources: [
      `${docs.podLifecycle}#when-should-you-use-a-startup-probe`,
      `${docs.probes}#define-startup-probes`,
      code.probeWorker,
    ],
  },
  "liveness-budget": {
    ref: "E3",
    statement:
      "Without a startup probe, liveness kills a slow starter after about failureThreshold times periodSeconds: at 29.9 s with the defaults. initialDelaySeconds counts only in whole periods beyond the first, so a delay of 5 with a period of 10 added nothing (29.5 s).",
    consequence:
      "Give anything that may start slowly a startup probe instead of a large initialDelaySeconds on liveness.",
    since: [],
    evidence: ["documentation", "source", "measured"],
    sources: [
      `${docs.podLifecycle}#when-should-you-use-a-startup-probe`,
      `${docs.probes}#define-startup-probes`,
      code.probeWorker,
    ],
  },
  "initialDelay-counts-from-container-start": {
    ref: "E4",
    statement:
      "initialDelaySeconds of every probe counts from the container's start, for liveness and readiness behind a startup probe too. With startup done at 2.7 s and a readiness delay of 7, the pod was ready at 6.8 s.",
    consequence: "Next to a startup probe an initialDelaySeconds is nearly useless; remove it.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.probeWorker],
    documentationGap:
      "The page on probes says that liveness and readiness delays begin only when the startup probe has succeeded.",
  },
  "first-probe-jitter": {
    ref: "E5",
    statement:
      "After a kubelet restart the first run of each probe is spread at random over one period. Otherwise the first readiness probe comes right away, and again when the startup probe succeeds, while startup and liveness probes wait for a tick of their period.",
    consequence:
      "Do not rely on the exact moment of a first probe. A long period on the startup probe delays the moment at which the pod can be ready.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.probeWorker, code.probeManager],
  },
  "no-readiness-means-ready": {
    ref: "E6",
    statement:
      "A container without a readiness probe counts as ready as soon as it runs and, if it has a startup probe, has passed it.",
    consequence:
      "Rollouts then send traffic to pods that do not listen yet, and stop old pods too early. Give every container behind a Service a readiness probe.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [code.probeManager, `${docs.podLifecycle}#types-of-probe`],
  },
  "readiness-runs-for-life": {
    ref: "E7",
    statement:
      "A readiness probe runs as long as its container does, termination included. Failing it takes the pod out of its Services and never restarts anything.",
    consequence: "Readiness is the place to say 'no traffic now'; a restart needs a liveness probe.",
    since: [],
    evidence: ["documentation"],
    sources: [`${docs.probes}#define-readiness-probes`],
  },
  "same-endpoint-liveness-readiness": {
    ref: "E8",
    statement:
      "A liveness probe that depends on back-ends turns their outage into restarts of every pod. The documentation advises to check only the process itself in liveness; readiness may include dependencies.",
    consequence: "Do not point liveness and readiness at one endpoint that checks dependencies.",
    since: [],
    evidence: ["documentation"],
    sources: [`${docs.podLifecycle}#when-should-you-use-a-readiness-probe`],
  },
  "exec-probe-timeout": {
    ref: "E9",
    statement: "The kubelet enforces timeoutSeconds on exec probes (1 s unless set); before 1.20 it ignored the value.",
    consequence:
      "An exec probe that takes longer than a second fails. Set timeoutSeconds above what the command needs.",
    since: [
      { version: "1.20", stage: "stable", note: "gate ExecProbeTimeout" },
      { version: "1.35", stage: "changed", note: "can no longer be turned off" },
    ],
    evidence: ["source", "proposal"],
    sources: [code.gates, `${kep}/1972`],
  },
  "grpc-probe": {
    ref: "E10",
    statement: "Probes can use grpc, with a port number (a name is not allowed) and without TLS. Hooks cannot.",
    consequence: "A gRPC server that only speaks TLS needs another kind of probe, or a plain port for health checks.",
    since: [
      { version: "1.23", stage: "alpha" },
      { version: "1.24", stage: "beta", note: "on by default" },
      { version: "1.27", stage: "stable" },
      { version: "1.37", stage: "alpha", note: "grpc.mode (TLS), gate GRPCContainerProbeTLS, off" },
    ],
    evidence: ["documentation", "source"],
    sources: [docs.probes, code.podValidation],
  },
  "readiness-gates": {
    ref: "E11",
    statement:
      "With spec.readinessGates a Pod is Ready only when all its containers are and each named condition is True in its status; a missing condition counts as False. Some controller has to write it, and the list is fixed once the Pod exists.",
    consequence:
      "A gate without a controller keeps pods from ever being Ready and stalls every rollout. A patch must append to the list, not replace it.",
    since: [
      { version: "1.11", stage: "alpha" },
      { version: "1.12", stage: "beta", note: "on by default" },
      { version: "1.14", stage: "stable" },
    ],
    evidence: ["documentation"],
    sources: [`${docs.podLifecycle}#pod-readiness-gate`, `${docs.webhookPractices}#dont-overwrite-arrays`],
  },
  "deployment-progress": {
    ref: "E12",
    statement:
      "After progressDeadlineSeconds (default 600) without progress a Deployment reports Progressing False with reason ProgressDeadlineExceeded, and rolls nothing back. The value must be larger than minReadySeconds.",
    consequence:
      "Keep the time a pod needs to become available (image pull, init containers, startup budget, minReadySeconds) below the deadline, or rollouts are reported as failed although they would end well.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [code.appsDefaults, `${docs.deployment}#progress-deadline-seconds`],
  },
  "init-and-sidecar-order": {
    ref: "E13",
    statement:
      "Init containers run one after the other. A native sidecar lets the next one begin once it has started, which means running or, if it has one, its startup probe passed (the application followed 0.2 s later when measured). Its readiness counts for the Pod's.",
    consequence: "Give a sidecar that others need at their start (a proxy, a secrets agent) a startup probe.",
    since: [
      { version: "1.28", stage: "alpha", note: "native sidecars" },
      { version: "1.29", stage: "beta", note: "native sidecars on by default" },
      { version: "1.33", stage: "stable", note: "native sidecars" },
    ],
    evidence: ["documentation", "source", "measured"],
    sources: [`${docs.sidecars}#sidecar-containers-and-pod-lifecycle`, code.probeManager],
  },
  "main-containers-start-order": {
    ref: "E14",
    statement:
      "Main containers are started in the order of the list, each waiting for the one before it to be created, started and through its postStart, but not to be ready. No documentation promises that order.",
    consequence: "Do not build on it; use a native sidecar with a startup probe where one container needs another.",
    since: [],
    evidence: ["source"],
    sources: [code.syncPod, code.killContainer],
  },
  "restart-backoff": {
    ref: "E15",
    statement:
      "A crashing container is restarted with a delay of 10 s that doubles up to 300 s, and starts over after 10 minutes of running. Feature gates allow a lower limit per node and a faster curve (1 s to 60 s).",
    consequence:
      "A container that dies on each deploy can be minutes away from its next try; a startup that may fail for a moment should retry inside the process.",
    since: [
      { version: "1.32", stage: "alpha", note: "limit per node, gate KubeletCrashLoopBackOffMax" },
      { version: "1.33", stage: "alpha", note: "faster curve, gate ReduceDefaultCrashLoopBackOffDecay, off" },
      { version: "1.35", stage: "beta", note: "limit per node" },
    ],
    evidence: ["documentation"],
    sources: [`${docs.podLifecycle}#restart-policy`, code.gates],
  },
  "container-restart-rules": {
    ref: "E16",
    statement:
      "Containers can have a restartPolicy and restartPolicyRules of their own. The rule action RestartAllContainers stops the siblings with grace 0: no preStop, SIGTERM, SIGKILL after 2 s (measured: no hook, SIGTERM at 0.2 s, restarted at 2.7 s).",
    consequence:
      "Only restartPolicy Always makes an init container a sidecar; since 1.35 other values may appear there. Do not combine RestartAllContainers with containers that need a drain.",
    since: [
      { version: "1.34", stage: "alpha", note: "restartPolicyRules, gate ContainerRestartRules" },
      { version: "1.35", stage: "beta", note: "restartPolicyRules on by default; RestartAllContainers alpha" },
      { version: "1.36", stage: "beta", note: "RestartAllContainers" },
    ],
    evidence: ["source", "measured"],
    sources: [code.gates, code.syncPod, `${kep}/5307`, `${kep}/5532`],
  },
} as const satisfies Record<string, Fact>;
