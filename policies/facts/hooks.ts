import type { Fact } from "./fact.ts";
import { code, crio, docs, issue, kep, kubernetes, podSecurity, pull } from "./sources.ts";

/** Chapter B: what postStart and preStop hooks can do, and how they fail. */
export const hooks = {
  "one-handler-per-hook": {
    ref: "B1",
    statement:
      "postStart and preStop each take exactly one of exec, httpGet, tcpSocket and sleep. None or two is rejected with 422, and grpc does not exist for hooks.",
    consequence:
      "A second action cannot be added to an existing hook. A tool that wants a delay must leave the hook alone or replace it as a whole.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.podValidation],
  },
  "tcpSocket-always-fails": {
    ref: "B2",
    statement:
      "The API accepts tcpSocket hooks, but the kubelet cannot run them. In preStop it raises FailedPreStopHook and sends SIGTERM at once; in postStart it kills the container on every start (3 starts and CrashLoopBackOff within 22 s when measured).",
    consequence:
      "Never use tcpSocket in a hook. For a delay use sleep, for a call httpGet or exec, for waiting until a port is open a startup probe.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.hooks, code.podTypes, docs.hooks],
    documentationGap:
      "The page on lifecycle hooks lists tcpSocket among the handlers that the kubelet runs; the kubelet answers 'invalid handler'.",
  },
  "exec-runs-in-container": {
    ref: "B3",
    statement:
      "An exec hook runs inside the container, with its file system, user, environment and resource limits, and without a shell.",
    consequence:
      "['sleep', '10'] needs a sleep binary in the image, ['sh', '-c', ...] needs a shell. Variables, pipes and && work only through a shell.",
    since: [],
    evidence: ["documentation", "source"],
    sources: [`${docs.hooks}#hook-handler-implementations`, `${docs.hooks}#hook-handler-execution`, code.killContainer],
  },
  "distroless-exec-fails": {
    ref: "B4",
    statement:
      "Distroless, scratch and other static images have neither a shell nor sleep, so an exec hook that needs them fails at once and SIGTERM follows without any delay (at 0.1 s when measured).",
    consequence:
      "Use preStop.sleep where every node and the API server are 1.30 or newer; elsewhere put the delay into the application.",
    since: [],
    evidence: ["issue", "measured"],
    sources: [
      "https://github.com/coredns/helm/issues/43",
      "https://github.com/llm-d/llm-d-router/issues/2960",
      "https://github.com/fission/fission/pull/3468",
    ],
  },
  "sleep-handler": {
    ref: "B5",
    statement:
      "A hook with sleep.seconds is a timer in the kubelet. Nothing runs in the container, so any image will do; it works for preStop and postStart.",
    consequence: "This is the most reliable way to delay SIGTERM, on 1.30 and newer.",
    since: [
      { version: "1.29", stage: "alpha", note: "off: the API server drops the field" },
      { version: "1.30", stage: "beta", note: "on by default" },
      { version: "1.34", stage: "stable" },
    ],
    evidence: ["source", "proposal", "measured"],
    sources: [code.hooks, code.gates, `${kep}/3960`],
  },
  "sleep-bounds": {
    ref: "B6",
    statement:
      "sleep.seconds must lie between 0 and terminationGracePeriodSeconds (between 1 and it before 1.33). Anything else is a 422, on the Pod and on every workload template, for postStart as well. Equal to the grace period is accepted and leaves the process 2 s.",
    consequence:
      "Whoever adds a sleep must keep it below the grace period or raise that in the same change, or pods can no longer be created.",
    since: [
      { version: "1.32", stage: "alpha", note: "zero seconds allowed" },
      { version: "1.33", stage: "beta", note: "zero seconds allowed by default" },
      { version: "1.34", stage: "stable", note: "zero seconds" },
    ],
    evidence: ["source", "measured"],
    sources: [code.podValidation, `${kep}/4818`],
  },
  "sleep-gate-off-drops-field": {
    ref: "B7",
    statement:
      "An API server of 1.29 removes a sleep hook silently, and with it a hook that has nothing else. On 1.28 and older the field is unknown: a non-strict client or a webhook patch ends up with an empty preStop, which is rejected; strict validation rejects the field itself.",
    consequence:
      "Write preStop.sleep only where the API server is 1.30 or newer; use an exec sleep below, in images that have one.",
    since: [
      { version: "1.29", stage: "alpha", note: "off: the field is dropped" },
      { version: "1.30", stage: "beta", note: "on: the field is kept" },
    ],
    evidence: ["source", "proposal", "inferred", "measured"],
    sources: ["https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/api/pod/util.go", `${kep}/3960`],
  },
  "sleep-version-skew": {
    ref: "B8",
    statement:
      "A sleep hook that the API server accepts may still do nothing on an older node. A kubelet with the gate off reports success at once; one that does not know the field fails the hook. Kubelets may be up to 3 minor releases older than the API server.",
    consequence:
      "The version floor for preStop.sleep is the oldest node in the cluster (1.30), not only the API server.",
    since: [{ version: "1.30", stage: "beta", note: "kubelets from here on sleep by default" }],
    evidence: ["source", "proposal", "inferred"],
    sources: [code.hooks, `${kep}/3960`, "https://kubernetes.io/releases/version-skew-policy/"],
  },
  "sleep-outlives-container": {
    ref: "B9",
    statement:
      "A sleep hook does not end when its container exits; the kubelet waits for all of it. A process that ended at 2.0 s left its pod for 11.3 s with sleep 10, and for 2.5 s with an exec sleep. Still so in 1.37.",
    consequence:
      "Long sleeps delay the removal of pods whose process ends early. Keep the sleep short on Jobs and other short-lived containers.",
    since: [],
    evidence: ["issue", "proposal", "source", "measured"],
    sources: [`${issue}/134338`, `${pull}/141484`, `${pull}/136598`, `${kep}/3960`, code.hooks],
    documentationGap: "KEP-3960 intends the sleep to end with the container; the kubelet lets it run on.",
  },
  "zero-sleep-noop": {
    ref: "B10",
    statement:
      "preStop.sleep with 0 seconds is a hook that does nothing. It exists so that a pod can say 'no delay, on purpose' to webhooks that add a default preStop.",
    consequence: "Take any existing preStop, a zero sleep too, as the author's decision and do not overwrite it.",
    since: [
      { version: "1.32", stage: "alpha" },
      { version: "1.33", stage: "beta", note: "on by default" },
      { version: "1.34", stage: "stable" },
    ],
    evidence: ["proposal", "measured"],
    sources: [`${kep}/4818`],
  },
  "httpGet-hook-semantics": {
    ref: "B11",
    statement:
      "For an httpGet hook the kubelet sends one GET from the node to the pod IP (host overrides that), without checking TLS certificates and with no timeout of its own: preStop is bound only by the grace period, postStart by nothing. Any HTTP answer is a success, even 500; only a transport error fails the hook.",
    consequence:
      "Listen on the pod IP, not only on localhost, and answer when the drain is done. A 4xx or 5xx raises no event; an undefined port name passes the API and fails the hook; a NetworkPolicy or strict mTLS can cut the call off.",
    since: [
      { version: "1.37", stage: "alpha", note: "httpGet.protocol (HTTP/2 without TLS), gate H2CContainerProbe, off" },
    ],
    evidence: ["source", "measured"],
    sources: [code.hooks, code.kubelet, code.containerHelpers, `${kubernetes}/pkg/probe/http/request.go`],
    documentationGap:
      "An HTTPS hook answered with plain HTTP is retried as HTTP; the event LifecycleHTTPFallback that should tell so never reaches the API.",
  },
  "hook-host-field-psa": {
    ref: "B12",
    statement:
      "Pod Security level baseline, from policy version 1.34 on, forbids a non-empty host in the httpGet and tcpSocket of probes and hooks. Measured: allowed at 1.33, 403 at 1.34.",
    consequence: "Leave host unset; the kubelet then uses the pod IP.",
    since: [{ version: "1.34", stage: "changed", note: "Pod Security policy version 1.34" }],
    evidence: ["source", "measured"],
    sources: [`${podSecurity}/check_hostProbesAndhostLifecycle.go`],
  },
  "hook-at-least-once": {
    ref: "B13",
    statement:
      "Hooks are delivered at least once, usually exactly once. A failed hook is not retried, and a kubelet restart can run one twice.",
    consequence: "Make hooks safe to repeat.",
    since: [],
    evidence: ["documentation"],
    sources: [`${docs.hooks}#hook-delivery-guarantees`],
  },
  "hook-output-invisible": {
    ref: "B14",
    statement:
      "A hook's output is not in 'kubectl logs', and the event says no more than that the hook failed. Details are in the kubelet's log alone, so that secrets do not leak.",
    consequence:
      "Match on the event reasons FailedPreStopHook and FailedPostStartHook, never on the message. To see the output write it to /proc/1/fd/1, which needs a private PID namespace.",
    since: [],
    evidence: ["source", "documentation", "measured"],
    sources: [code.killContainer, `${docs.hooks}#debugging-hook-handlers`],
  },
  "postStart-semantics": {
    ref: "B15",
    statement:
      "postStart begins right after the container is started and races its entrypoint. Until it returns, the container is not Running and the pod's next container is not started (4.2 s later with a postStart of 4 s). If it fails, the container is stopped, preStop included, and restarted by its restartPolicy.",
    consequence:
      "postStart says nothing about readiness and delays the start of its siblings. Use a startup probe to wait for the application.",
    since: [],
    evidence: ["documentation", "source", "measured"],
    sources: [`${docs.hooks}#container-hooks`, code.killContainer],
  },
  "init-containers-no-hooks": {
    ref: "B16",
    statement:
      "Regular init containers may have neither lifecycle hooks nor probes; native sidecars may have both. Ephemeral containers may have no ports, probes, hooks or resources.",
    consequence:
      "Only main containers and native sidecars can be given a preStop hook; on a regular init container it is a 422.",
    since: [{ version: "1.29", stage: "beta", note: "native sidecars on by default" }],
    evidence: ["source", "measured"],
    sources: [code.podValidation],
  },
  "hook-has-no-params": {
    ref: "B17",
    statement:
      "A hook is not told why it runs: no argument and no variable distinguishes a deletion from a liveness restart.",
    consequence:
      "Do not put work for scale-down (leaving a cluster, handing over data) into preStop; it would run on every restart as well.",
    since: [],
    evidence: ["documentation"],
    sources: [`${docs.hooks}#container-hooks`],
  },
  "signalling-in-prestop-then-term": {
    ref: "B18",
    statement:
      "A preStop hook that starts a graceful shutdown and returns at once ('nginx -s quit') is followed at once by SIGTERM, which nginx takes as a fast shutdown.",
    consequence:
      "Let the hook wait until the shutdown is done, or make the image's stop signal the graceful one (SIGQUIT for nginx) and drop the hook.",
    since: [],
    evidence: ["issue", "proposal", "reference"],
    sources: [`${issue}/39170`, `${kep}/4960`, "https://nginx.org/en/docs/control.html"],
  },
  "prestop-kills-pid1": {
    ref: "B19",
    statement:
      "If an exec hook makes the container's first process exit, the hook dies with the container and is reported as failed (exit 137, or the container is not running). CRI-O kills such leftovers on purpose.",
    consequence:
      "FailedPreStopHook is noise in this case: the application's own handler ran. Signal the process from the hook only if you can live with the event.",
    since: [],
    evidence: ["issue", "source", "measured"],
    sources: [
      `${issue}/39170`,
      "https://github.com/kubernetes/website/issues/16288",
      `${crio}/internal/oci/container.go`,
    ],
  },
} as const satisfies Record<string, Fact>;
