import type { Fact } from "./fact.ts";
import {
  apiserver,
  code,
  containerd,
  crio,
  docs,
  issue,
  kep,
  kubectl,
  kubelet,
  kubernetes,
  pull,
  runc,
} from "./sources.ts";

/** Chapter A: what happens between a DELETE and the last container's end. */
export const termination = {
  "delete-sets-deadline-not-signal": {
    ref: "A1",
    statement:
      "A graceful DELETE only writes a deadline into the Pod: metadata.deletionTimestamp (now plus the grace period) and metadata.deletionGracePeriodSeconds. The object stays until the kubelet reports every container stopped and deletes it with grace 0.",
    consequence:
      "deletionTimestamp lies in the future: the moment of deletion is deletionTimestamp minus deletionGracePeriodSeconds. A tool that takes it for the start is off by the whole grace period.",
    since: [],
    evidence: ["source", "documentation", "measured"],
    sources: [code.podDelete, `${docs.podLifecycle}#pod-termination-flow`],
  },
  "kubelet-and-endpoints-race": {
    ref: "A2",
    statement:
      "Once a pod's deadline is written, two sides react on their own: the kubelet (hooks, signals) and the EndpointSlice controller with every proxy and load balancer behind it. Nothing orders them and neither waits for the other; on an idle node both were at work within 0.13 s.",
    consequence:
      "A pod that stops accepting right at SIGTERM can still be sent connections, which it refuses. Keep serving for some seconds after SIGTERM in the application, or delay SIGTERM with a preStop hook.",
    since: [],
    evidence: ["documentation", "proposal", "measured"],
    sources: [`${docs.podLifecycle}#pod-termination-flow`, `${kep}/3960`],
  },
  "prestop-before-sigterm": {
    ref: "A3",
    statement:
      "Each container's preStop hook is started first. The stop signal goes out only when the hook has returned, has failed, or the grace period has run out.",
    consequence:
      "A preStop sleep delays SIGTERM by exactly its length; meanwhile the application runs normally and should go on serving.",
    since: [],
    evidence: ["documentation", "source"],
    sources: [`${docs.hooks}#container-hooks`, `${docs.hooks}#hook-handler-execution`, code.killContainer],
  },
  "prestop-counts-against-grace": {
    ref: "A4",
    statement:
      "The grace period starts before preStop, so every second of the hook is taken from what the process gets after SIGTERM. Measured with grace 8 and a sleep of 5: SIGTERM at 5.00 s, SIGKILL at 8.00 s.",
    consequence:
      "terminationGracePeriodSeconds must cover the preStop seconds plus the application's drain seconds, with a margin.",
    since: [
      {
        version: "1.28",
        stage: "fixed",
        note: "kubelets 1.22 to 1.27 gave the full grace period again after the hook",
      },
    ],
    evidence: ["documentation", "source", "measured"],
    sources: [`${docs.hooks}#hook-handler-execution`, code.killContainer, code.podTypes],
  },
  "two-second-floor": {
    ref: "A5",
    statement:
      "The kubelet never gives the runtime less than 2 s between SIGTERM and SIGKILL. That floor holds whenever less is left: after a preStop that used up the grace period, with grace 1, on hard eviction, and for a sidecar whose turn never came.",
    consequence:
      "The 2 s cannot be configured and are no budget to plan with. The worst case is the grace period plus 2 s; compare that sum with outside limits.",
    since: [],
    evidence: ["source", "documentation", "measured"],
    sources: [code.syncPod, code.killContainer, `${docs.podLifecycle}#pod-termination-flow`],
    documentationGap:
      "The documentation tells of a one-off 2 s extension only for a preStop hook that overran; the code applies the floor on every stop.",
  },
  "kubelet-1.22-to-1.27-grace-bug": {
    ref: "A6",
    statement:
      "Kubelets 1.22 to 1.27 applied the grace period only after the preStop hook, so a container could take up to twice its grace period. Since 1.28 the hook counts against it.",
    consequence:
      "A workload tuned on 1.27 or older may be killed earlier after an upgrade: check preStop plus drain against the grace period again.",
    since: [
      { version: "1.22", stage: "changed", note: "the process got the full grace period again after preStop" },
      {
        version: "1.28",
        stage: "fixed",
        note: "preStop counts against the grace period; backports to older releases were not checked",
      },
    ],
    evidence: ["issue"],
    sources: [`${issue}/117798`, `${issue}/117373`, `${issue}/115817`, `${pull}/115835`],
  },
  "prestop-failure-is-not-fatal-beyond-term": {
    ref: "A7",
    statement:
      "A preStop hook that fails (non-zero exit, missing binary, refused connection) raises the event FailedPreStopHook and is not retried. The container is then stopped in the normal way at once: SIGTERM with all the grace that is left.",
    consequence: "A broken hook silently takes away the delay it was there for. Make sure that a hook can run at all.",
    since: [],
    evidence: ["source", "documentation", "measured"],
    sources: [code.killContainer, `${docs.hooks}#hook-handler-execution`],
    documentationGap:
      "The documentation says that a failed hook kills the container, which reads like SIGKILL; the code goes on with the normal stop.",
  },
  "prestop-hang": {
    ref: "A8",
    statement:
      "A preStop hook that hangs holds SIGTERM back until the grace period ends; then SIGTERM comes with 2 s left before SIGKILL. The kubelet does not kill the hook, and no event tells that it merely overran.",
    consequence:
      "Give every hook an end of its own, well inside the grace period. The absence of FailedPreStopHook does not prove that the hook finished, and an overrunning hook that dies with its container may raise the event late (up to 150 s in one run).",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.killContainer, code.hooks, `${kubernetes}/staging/src/k8s.io/cri-client/pkg/remote_runtime.go`],
  },
  "prestop-skipped-cases": {
    ref: "A9",
    statement:
      "preStop does not run for a container that has exited, crashed, been OOM-killed or completed, that is waiting in CrashLoopBackOff, or that never started. It is also skipped when a container is restarted with grace 0.",
    consequence:
      "Never leave cleanup that must happen to preStop alone; do it in the process, or make the next start able to recover.",
    since: [],
    evidence: ["source", "documentation", "measured"],
    sources: [code.killContainer, code.containerHelpers, code.syncPod, `${docs.hooks}#container-hooks`],
  },
  "prestop-runs-on-these-kills": {
    ref: "A10",
    statement:
      "preStop runs on pod deletion, API and taint eviction, preemption, graceful node shutdown and kubelet eviction (cut short there). It also runs before restarts: a failed liveness or startup probe, a changed image, a resize that needs a restart, a failed postStart.",
    consequence:
      "A preStop sleep delays every liveness restart by the same number of seconds; weigh that against what it brings on rollouts.",
    since: [],
    evidence: ["source", "documentation", "issue", "measured"],
    sources: [
      code.syncPod,
      code.killContainer,
      `${docs.hooks}#container-hooks`,
      "https://github.com/kubernetes/website/issues/35594",
    ],
  },
  "grace-zero-and-prestop": {
    ref: "A11",
    statement:
      "When a pod is terminated with grace 0 the kubelet still works with at least 1 s: the preStop hook starts and is cut after 1 s, then SIGTERM comes, then SIGKILL 2 s later.",
    consequence:
      "Grace 0 means about 3 s of shutdown, not none, and any hook longer than 1 s is cut. Never rely on a hook there.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.podWorkers, code.killContainer],
    documentationGap:
      "The pod lifecycle page says that hooks do not run when the grace period is 0; the kubelet starts them and gives them one second.",
  },
  "sigterm-to-container-init-only": {
    ref: "A12",
    statement:
      "The stop signal goes to the first process of each container and to no other. Container runtimes do not signal its children.",
    consequence:
      "Shells, npm and process managers in front of the application must forward the signal, or must not be there (exec the application).",
    since: [],
    evidence: ["documentation", "source", "measured"],
    sources: [
      `${docs.podLifecycle}#pod-termination-flow`,
      `${containerd}/internal/cri/server/container_stop.go`,
      `${crio}/internal/oci/runtime_oci.go`,
      `${runc}/libcontainer/container_linux.go`,
      `${runc}/man/runc-kill.8.md`,
      "https://github.com/opencontainers/runtime-spec/blob/main/runtime.md#kill",
    ],
  },
  "containers-parallel-unordered": {
    ref: "A13",
    statement:
      "The kubelet stops all plain containers of a pod at the same time, without any order. A container with a preStop hook gets SIGTERM later than one without: measured 5.00 s and 0.00 s side by side.",
    consequence:
      "A proxy in a plain container without a delay dies while the application still drains through it. Give every sibling in the request path an equal or longer preStop, or make it a native sidecar.",
    since: [],
    evidence: ["source", "documentation", "measured"],
    sources: [code.killContainer, `${docs.podLifecycle}#pod-termination-flow`],
  },
  "sidecar-order": {
    ref: "A14",
    statement:
      "Native sidecars (init containers with restartPolicy Always) get SIGTERM only after all main containers have stopped, then one at a time in reverse of their order in the list. In 1.28 they still stopped like normal containers.",
    consequence:
      "Run proxies and log shippers as native sidecars where every node is 1.29 or newer; they then outlive the application's drain.",
    since: [
      { version: "1.28", stage: "alpha", note: "off by default, no ordered stop" },
      { version: "1.29", stage: "beta", note: "on by default, ordered stop" },
      { version: "1.33", stage: "stable" },
    ],
    evidence: ["documentation", "source", "proposal", "measured"],
    sources: [
      `${docs.podLifecycle}#termination-with-sidecars`,
      `${docs.sidecars}#sidecar-containers-and-pod-lifecycle`,
      code.sidecarOrder,
      `${kep}/753`,
    ],
  },
  "sidecar-prestop-runs-immediately": {
    ref: "A15",
    statement:
      "Only a native sidecar's SIGTERM waits for its turn. Its preStop hook starts at the very beginning of the pod's termination, together with the hooks of the main containers.",
    consequence:
      "A sidecar hook that drains or quits the proxy takes it away from the application that still needs it. Use no such hook there; at most a plain sleep.",
    since: [{ version: "1.29", stage: "beta", note: "when the ordered stop came" }],
    evidence: ["proposal", "source", "measured"],
    sources: [`${kep}/753`, code.killContainer],
  },
  "sidecar-gets-leftovers": {
    ref: "A16",
    statement:
      "Native sidecars share the pod's one countdown. If the main containers use it up, all sidecars get SIGTERM at once and SIGKILL 2 s later; a non-zero exit code of theirs is normal then.",
    consequence:
      "The grace period must cover the slowest main container's preStop and drain plus the sum of the sidecars' shutdown times.",
    since: [{ version: "1.29", stage: "beta", note: "when the ordered stop came" }],
    evidence: ["source", "documentation", "measured"],
    sources: [
      code.sidecarOrder,
      code.killContainer,
      `${docs.sidecars}#differences-from-application-containers`,
      `${docs.podLifecycle}#termination-with-sidecars`,
    ],
  },
  "sidecar-not-restarted-while-terminating": {
    ref: "A17",
    statement:
      "Up to and including 1.37 the kubelet does not restart a native sidecar that exits while its pod terminates. A change to that (KEP-4438) is planned for 1.38.",
    consequence:
      "A hook that makes the sidecar exit leaves the application without it for the whole drain; measured, the application drained alone from 0.06 s to 5.98 s.",
    since: [],
    evidence: ["proposal", "source", "measured"],
    sources: [`${kep}/4438`, `${kep}/753`, code.gates],
    documentationGap: "KEP-753 promises the restart; no release up to 1.37 does it.",
  },
  "sigkill-scope": {
    ref: "A18",
    statement:
      "When the time given to the runtime ends, it sends SIGKILL to the container's first process. Everything else in the container dies with it, by the kernel's PID namespace rule or by a kill of the cgroup.",
    consequence:
      "Nothing can catch or delay that moment. What must be saved has to be saved between SIGTERM and the end of the grace period.",
    since: [],
    evidence: ["source"],
    sources: [`${containerd}/internal/cri/server/container_stop.go`, `${crio}/internal/oci/runtime_oci.go`, code.cri],
  },
  "term-sent-once": {
    ref: "A19",
    statement:
      "The stop signal reaches a container once. containerd remembers that it was sent, CRI-O keeps a single stop loop that only takes earlier deadlines; three DELETEs in a row gave one SIGTERM.",
    consequence: "An application must begin its shutdown on the first SIGTERM; no second one comes to wait for.",
    since: [],
    evidence: ["source", "measured"],
    sources: [
      `${containerd}/internal/cri/server/container_stop.go`,
      `${containerd}/internal/cri/store/container/container.go`,
      `${crio}/internal/oci/container.go`,
    ],
  },
  "kubelet-restart-restarts-grace": {
    ref: "A20",
    statement:
      "If the kubelet or the container runtime restarts while a pod terminates, the stop begins again with the full grace period.",
    consequence: "preStop hooks and shutdown handlers may run twice; make them safe to repeat.",
    since: [],
    evidence: ["documentation"],
    sources: [`${docs.podLifecycle}#pod-termination`],
  },
  "later-delete-can-only-shorten": {
    ref: "A21",
    statement:
      "A second DELETE can shorten the grace period in the API, never extend it. A hook or stop that is already under way is not interrupted: with grace 20, a sleep of 8 and a forced delete after 2 s, the object was gone at once and the process lived until 20.0 s.",
    consequence:
      "'kubectl delete --force' frees the name, not the process: the old container may run for up to the original grace period beside its replacement.",
    since: [],
    evidence: ["source", "issue", "measured"],
    sources: [code.podDelete, code.kubelet, `${issue}/127339`, `${pull}/127580`],
  },
  "kubectl-grace-flags": {
    ref: "A22",
    statement:
      "'kubectl delete --grace-period=N' replaces the pod's value, --now means 1 and --force alone means 0. --grace-period=0 without --force is sent as 1, and --force with a positive grace period is an error. 'kubectl drain' keeps the pod's value unless told otherwise.",
    consequence:
      "Whoever deletes can cut a carefully chosen grace period short. Look for such flags in scripts and pipelines too.",
    since: [],
    evidence: ["source", "measured"],
    sources: [`${kubectl}/cmd/delete/delete.go`, `${kubectl}/cmd/drain/drain.go`],
  },
  "grace-normalisation-in-api": {
    ref: "A23",
    statement:
      "On DELETE the API server takes the grace period of the request, else that of the Pod. It becomes 0 if the Pod is not scheduled or has already ended, and 1 if it is negative.",
    consequence: "A negative grace period never means unlimited: the pod gets 1 s.",
    since: [],
    evidence: ["source", "measured"],
    sources: [`${kubernetes}/pkg/registry/core/pod/strategy.go`, code.podDelete],
  },
  "force-delete-still-signals": {
    ref: "A24",
    statement:
      "A DELETE with grace 0 removes the object at once, without asking the node. The kubelet stops the containers when it hears of it, if it does: at most 1 s of hook, SIGTERM, SIGKILL after 2 s. Measured, the object was gone after 0.02 s and the process 3.0 s later.",
    consequence:
      "Two copies of the pod can run at the same time, for as long as the node is out of reach. That is unsafe for a StatefulSet.",
    since: [],
    evidence: ["documentation", "source", "measured"],
    sources: [
      `${docs.podLifecycle}#pod-termination-forced`,
      `${apiserver}/registry/generic/registry/store.go`,
      code.podWorkers,
    ],
  },
  "default-30": {
    ref: "A25",
    statement:
      "terminationGracePeriodSeconds defaults to 30, filled in when the object is decoded, and has no upper bound. A negative value becomes 1 on a Pod without any warning; a workload template keeps it with a warning, and the Pods made from it get 1.",
    consequence:
      "Unset means 30 s, in every comparison. An admission webhook always sees a number and cannot tell a default from a choice.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.podDefaults, code.podValidation, `${kubernetes}/pkg/api/pod/warnings.go`],
  },
  "pod-update-rules": {
    ref: "A26",
    statement:
      "On a live Pod, lifecycle, probes, shareProcessNamespace, readinessGates and the grace period are immutable (but for a negative grace period set to 1). Only images, activeDeadlineSeconds, added tolerations and removed scheduling gates can be changed.",
    consequence:
      "Fix the workload's template, or the Pod while it is being created; a patch of a running Pod is rejected with 422.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.podValidation],
  },
  "eviction-api-grace": {
    ref: "A27",
    statement:
      "The eviction API makes a normal graceful delete with the pod's own grace period, unless the request names another ('kubectl drain --grace-period' does). It checks PodDisruptionBudgets: 429 when one blocks, 500 when several match the pod.",
    consequence:
      "A drain honours hooks and grace period, and each pod may hold it up for all of that time. Let at most one PodDisruptionBudget match a pod.",
    since: [{ version: "1.22", stage: "stable", note: "policy/v1 Eviction" }],
    evidence: ["documentation", "source"],
    sources: [
      `${docs.apiEviction}#how-api-initiated-eviction-works`,
      `${kubernetes}/pkg/registry/core/pod/storage/eviction.go`,
      `${kubectl}/drain/drain.go`,
    ],
  },
  "preemption-grace": {
    ref: "A28",
    statement:
      "When the scheduler preempts a pod, the victim gets its own full grace period. PodDisruptionBudgets are honoured only as far as possible.",
    consequence: "A very long grace period on low-priority pods delays the urgent pods that need their place.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [
      `${kubernetes}/pkg/scheduler/util/utils.go`,
      `${docs.preemption}#graceful-termination-of-preemption-victims`,
      `${docs.preemption}#poddisruptionbudget-is-supported-but-not-guaranteed`,
    ],
  },
  "taint-eviction-grace": {
    ref: "A29",
    statement:
      "A NoExecute taint deletes pods with their own grace period and past any PodDisruptionBudget. Pods tolerate a not-ready or unreachable node for 300 s by default; on an unreachable node the deletion ends only when the kubelet returns or the node is removed or marked out-of-service.",
    consequence:
      "A PodDisruptionBudget is no protection here, and a StatefulSet pod on a lost node stays Terminating until somebody deals with the node.",
    since: [],
    evidence: ["source", "documentation"],
    sources: [
      `${kubernetes}/pkg/controller/tainteviction/taint_eviction.go`,
      `${kubernetes}/plugin/pkg/admission/defaulttolerationseconds/admission.go`,
      `${docs.nodeShutdown}#non-graceful-node-shutdown`,
    ],
  },
  "node-pressure-hard": {
    ref: "A30",
    statement:
      "A hard eviction threshold, or an emptyDir or ephemeral-storage limit, ends a pod without regard to its grace period or any PodDisruptionBudget. The hook gets at most 1 s, the process about 2 s after SIGTERM: measured SIGTERM at 0.99 s, SIGKILL at 2.99 s, with a grace period of 30 s.",
    consequence:
      "No hook and no grace period buys time here. Only resource requests, limits that fit and priority keep the pod from being chosen; critical and static pods are spared.",
    since: [
      { version: "1.37", stage: "changed", note: "ephemeral-storage limits of native sidecars are enforced too" },
    ],
    evidence: ["source", "documentation", "measured"],
    sources: [code.eviction, `${docs.nodePressure}#hard-eviction-thresholds`],
    documentationGap: "The documentation says 0 s of grace; the code passes 1 s and the 2 s floor is added.",
  },
  "node-pressure-soft": {
    ref: "A31",
    statement:
      "A soft eviction threshold uses the smaller of the kubelet's evictionMaxPodGracePeriod and the pod's grace period. The kubelet's default is 0, so without node configuration the pod ends nearly at once.",
    consequence:
      "A grace period helps on soft eviction only where the nodes set evictionMaxPodGracePeriod. Set memory requests so that the pod is not chosen.",
    since: [
      {
        version: "1.32",
        stage: "changed",
        note: "before, the kubelet's value replaced the pod's even when it was larger",
      },
      { version: "1.35", stage: "changed", note: "the old rule can no longer be turned on" },
    ],
    evidence: ["source", "documentation"],
    sources: [code.eviction, code.kubeletConfig, code.gates, `${docs.nodePressure}#soft-eviction-thresholds`],
  },
  "graceful-node-shutdown-off-by-default": {
    ref: "A32",
    statement:
      "Graceful node shutdown is enabled, but its times default to 0 s, so it does nothing until the kubelet sets shutdownGracePeriod and shutdownGracePeriodCriticalPods, or shutdownGracePeriodByPodPriority. On Linux it needs systemd-logind.",
    consequence:
      "On a self-managed node a reboot normally gives pods no orderly shutdown, and no manifest can turn it on. Drain the node first.",
    since: [
      { version: "1.20", stage: "alpha" },
      { version: "1.21", stage: "beta", note: "gate on, times still 0 s; still beta in 1.37" },
    ],
    evidence: ["documentation", "proposal", "source"],
    sources: [`${docs.nodeShutdown}#graceful-node-shutdown`, `${kep}/2000`, code.kubeletConfig],
  },
  "graceful-node-shutdown-budget": {
    ref: "A33",
    statement:
      "On graceful node shutdown a pod gets the smaller of its own grace period and its share of the node's budget. Regular pods get the total minus the critical part, then critical pods theirs; with priorities the kubelet goes from low to high and moves on when a share is used up, even if pods still run.",
    consequence:
      "A grace period of 300 s is cut to the node's budget (15 s for normal pods on GKE). Fit preStop plus drain into the smallest budget the pod may meet.",
    since: [
      { version: "1.21", stage: "beta", note: "regular and critical pods" },
      { version: "1.23", stage: "alpha", note: "by priority" },
      { version: "1.24", stage: "beta", note: "by priority" },
      { version: "1.32", stage: "alpha", note: "on Windows" },
      { version: "1.34", stage: "beta", note: "on Windows" },
    ],
    evidence: ["source", "documentation"],
    sources: [
      `${kubelet}/nodeshutdown/nodeshutdown_manager.go`,
      `${docs.nodeShutdown}#pod-priority-graceful-node-shutdown`,
      `${kep}/2712`,
    ],
  },
  "kubelet-initiated-kill-has-no-deletionTimestamp": {
    ref: "A34",
    statement:
      "Node-pressure eviction and graceful node shutdown mark a pod Failed but set no deletionTimestamp, and the phase shows only when its containers have stopped. Until then its endpoint stays ready and serving and is not marked terminating.",
    consequence:
      "A preStop sleep drains no traffic on these paths. Fail the readiness probe on SIGTERM, and drain nodes before they go down.",
    since: [],
    evidence: ["source", "issue", "measured"],
    sources: [code.podStatus, code.endpoints, `${issue}/116965`],
  },
  "fargate-autopilot-autoscaler-caps": {
    ref: "A35",
    statement:
      "Node automation caps long grace periods. Cluster Autoscaler waits at most 600 s by default (--max-graceful-termination-sec); GKE documents 10 minutes on scale-down and 1 hour on node upgrades; EKS Fargate and Karpenter delete what has not left when their own limits end.",
    consequence:
      "Do not count on more than 600 s, 2 s floor included. Work that needs longer must be saved and resumed.",
    since: [],
    evidence: ["reference", "issue"],
    sources: [
      "https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md",
      "https://cloud.google.com/kubernetes-engine/docs/how-to/extended-duration-pods",
      "https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-patching.html",
      "https://karpenter.sh/docs/concepts/disruption/",
      `${issue}/94435`,
    ],
  },
  "spot-budgets": {
    ref: "A36",
    statement:
      "Spot nodes go with little notice: 30 s on GCP, of which GKE gives normal pods 15 s (up to 25 s of grace counts on Autopilot; node pools from 1.35.0-gke.1171000 can extend the window to 120 s), and 2 minutes on AWS if a handler drains the node. Azure's notice is short too; its length is not confirmed.",
    consequence: "On spot nodes fit preStop plus drain into 15 to 25 s (GCP), or save progress as you go.",
    since: [],
    evidence: ["reference"],
    sources: [
      "https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms",
      "https://cloud.google.com/kubernetes-engine/docs/how-to/autopilot-spot-pods",
      "https://cloud.google.com/kubernetes-engine/docs/how-to/preemptible-vms",
      "https://learn.microsoft.com/azure/aks/node-auto-drain",
    ],
  },
  "liveness-kill-grace-order": {
    ref: "A37",
    statement:
      "A restart after a failed liveness or startup probe uses the probe's own terminationGracePeriodSeconds if it has one, else the pod's; if the pod is already being deleted, its deletion grace period wins. preStop runs inside that time, and the probe's value may be larger than the pod's.",
    consequence:
      "With a long pod grace period give the liveness probe a short one, or a wedged process blocks its restart for all that time. Keep it above the preStop sleep. It is not allowed on a readiness probe.",
    since: [
      { version: "1.21", stage: "alpha", note: "probe-level grace period" },
      { version: "1.22", stage: "beta", note: "on by default from 1.25" },
      { version: "1.28", stage: "stable" },
    ],
    evidence: ["source", "documentation", "measured"],
    sources: [
      code.killContainer,
      code.podValidation,
      `${docs.probes}#probe-level-terminationgraceperiodseconds`,
      `${kep}/2238`,
    ],
  },
  "liveness-and-startup-stop-readiness-continues": {
    ref: "A38",
    statement:
      "When a pod starts to terminate, liveness and startup probes of its main containers stop, while readiness probes go on until the containers have ended. Exception: kubelets 1.35 and 1.36 stop exec readiness probes too, and the Ready condition freezes.",
    consequence:
      "Failing readiness on SIGTERM works: with a period of 1 s the endpoint's serving turned false 0.8 s later. Where nodes of 1.35 or 1.36 must be served, use an httpGet, tcpSocket or grpc readiness probe for it.",
    since: [
      { version: "1.35", stage: "changed", note: "exec readiness probes stop at deletion" },
      {
        version: "1.37",
        stage: "fixed",
        note: "exec readiness probes go on; still broken in 1.36.3, later patch releases not checked",
      },
    ],
    evidence: ["source", "issue", "measured"],
    sources: [
      code.kubelet,
      code.probeManager,
      code.probeWorker,
      `${issue}/124791`,
      `${pull}/140882`,
      "https://github.com/kubernetes/kubernetes/blob/master/CHANGELOG/CHANGELOG-1.37.md",
    ],
  },
  "postStart-blocks-termination": {
    ref: "A39",
    statement:
      "While a postStart hook runs, or an image is pulled, the kubelet is busy with the pod and a deletion waits, even past the grace period. With a postStart of 12 s and grace 2, a pod deleted 3 s after its start got SIGTERM at 12.2 s, and its second container was still started then.",
    consequence:
      "Never use a postStart hook without a bound. For waiting until the application is up, use a startup probe.",
    since: [],
    evidence: ["source", "issue", "measured"],
    sources: [code.kubelet, `${issue}/116032`],
  },
  "restart-kill-blocks-pod": {
    ref: "A40",
    statement:
      "Stopping one container for a restart, through its preStop hook and grace period, blocks the kubelet's work on the whole pod. During a kill of 8 s, a sibling that had exited at 1.0 s was restarted only at 8.4 s.",
    consequence:
      "A long hook or grace period on one container delays the recovery of its siblings. A probe-level grace period limits that.",
    since: [],
    evidence: ["source", "issue", "measured"],
    sources: [code.syncPod, `${issue}/121398`, `${pull}/102411`, `${kep}/4438`],
  },
  "job-deletion": {
    ref: "A41",
    statement:
      "Deleting or suspending a Job, its activeDeadlineSeconds and its failure limits all end running pods with SIGTERM and their normal grace period. By default the replacement is created as soon as the old pod is terminating; podReplacementPolicy Failed waits until it is gone.",
    consequence:
      "A long grace period on a Job means copies that overlap unless podReplacementPolicy is Failed. When the main container finishes, native sidecars are still stopped in order, hooks included.",
    since: [
      { version: "1.28", stage: "alpha", note: "podReplacementPolicy" },
      { version: "1.29", stage: "beta", note: "podReplacementPolicy" },
      { version: "1.34", stage: "stable", note: "podReplacementPolicy" },
    ],
    evidence: ["source", "documentation", "measured"],
    sources: [
      code.batchTypes,
      `${kubernetes}/pkg/controller/controller_utils.go`,
      `${docs.sidecars}#jobs-with-sidecar-containers`,
      `${kep}/3939`,
    ],
  },
  "statefulset-grace-zero": {
    ref: "A42",
    statement:
      "Kubernetes calls grace 0 on StatefulSet pods unsafe, yet the API accepts it: the pod's name can be given to a new pod while the old process still runs. Rolling updates go from the highest ordinal down and wait until the old Pod object is gone.",
    consequence:
      "Never set terminationGracePeriodSeconds to 0 on a StatefulSet: two processes may hold the same identity and write to the same data.",
    since: [
      { version: "1.37", stage: "alpha", note: "update strategy Recreate, gate StatefulSetRecreateStrategy, off" },
    ],
    evidence: ["documentation"],
    sources: [`${docs.statefulSet}#deployment-and-scaling-guarantees`, docs.forceDelete, docs.disruptions],
  },
  "daemonset-rollout": {
    ref: "A43",
    statement:
      "By default (maxUnavailable 1, maxSurge 0) a DaemonSet update waits until the old pod is entirely gone before it creates the new one on that node. 'kubectl drain --ignore-daemonsets' leaves DaemonSet pods alone.",
    consequence:
      "Each second of grace that a DaemonSet pod uses is a second of downtime on its node. maxSurge starts the new pod first, if two can run side by side.",
    since: [
      { version: "1.21", stage: "alpha", note: "maxSurge" },
      { version: "1.22", stage: "beta", note: "maxSurge" },
      { version: "1.25", stage: "stable", note: "maxSurge" },
    ],
    evidence: ["source"],
    sources: [code.appsDefaults, code.appsTypes, `${kep}/1591`],
  },
  "deployment-terminating-not-counted": {
    ref: "A44",
    statement:
      "A Deployment counts terminating pods neither in status.replicas nor against maxSurge and maxUnavailable. A rollout can have replicas plus maxSurge plus all pods still terminating at the same time; status.terminatingReplicas shows the latter.",
    consequence:
      "The longer the grace period, the more pods run at once: with a tight quota or full nodes, a rollout stalls. No released version can be told to wait for them.",
    since: [
      { version: "1.33", stage: "alpha", note: "status.terminatingReplicas" },
      { version: "1.35", stage: "beta", note: "status.terminatingReplicas" },
    ],
    evidence: ["proposal", "source", "measured"],
    sources: [`${kep}/3973`, `${kep}/5882`, code.appsTypes],
  },
  "maxUnavailable-and-single-replica": {
    ref: "A45",
    statement:
      "With one replica the default 25 % rounds maxUnavailable down to 0 and maxSurge up to 1, so a plain Deployment starts the new pod before it stops the old one. maxUnavailable 1 or strategy Recreate takes that away, and a PodDisruptionBudget does not apply to updates.",
    consequence: "Leave the defaults for a single replica, or run two.",
    since: [],
    evidence: ["documentation"],
    sources: [`${docs.deployment}#rolling-update-deployment`],
  },
  "pdb-scope": {
    ref: "A46",
    statement:
      "A PodDisruptionBudget limits the eviction API and nothing else. Rolling updates, scale-down, direct deletes, NoExecute taints, node-pressure eviction, node shutdown and crashes pass it by (preemption mostly), though the pods they take count against it.",
    consequence:
      "Use a PodDisruptionBudget for drains and the strategy fields for updates. unhealthyPodEvictionPolicy AlwaysAllow keeps pods that are not ready from blocking a drain.",
    since: [
      { version: "1.26", stage: "alpha", note: "unhealthyPodEvictionPolicy" },
      { version: "1.27", stage: "beta", note: "unhealthyPodEvictionPolicy" },
      { version: "1.31", stage: "stable", note: "unhealthyPodEvictionPolicy" },
    ],
    evidence: ["documentation", "source"],
    sources: [`${docs.disruptions}#how-disruption-budgets-work`, docs.nodePressure, code.policyTypes, `${kep}/3017`],
  },
  "minReadySeconds-role": {
    ref: "A47",
    statement:
      "minReadySeconds delays the moment at which a new pod counts as available, which slows a rollout. It delays no traffic to the pod and has no part in its shutdown.",
    consequence: "Use it to catch early crashes during a rollout, not as a drain delay.",
    since: [
      { version: "1.22", stage: "alpha", note: "StatefulSet" },
      { version: "1.23", stage: "beta", note: "StatefulSet" },
      { version: "1.25", stage: "stable", note: "StatefulSet" },
    ],
    evidence: ["source", "documentation"],
    sources: [code.appsTypes, `${docs.deployment}#min-ready-seconds`, `${kep}/2599`],
  },
  "terminal-phase-on-delete": {
    ref: "A48",
    statement:
      "The kubelet moves a deleted pod to Succeeded or Failed before its object is removed, except for static pods and pods deleted by force. The condition DisruptionTarget marks pods that were preempted, evicted or garbage-collected; for kubelet evictions it is written only once the containers have stopped.",
    consequence:
      "Tools can read how a deleted pod ended from its phase, but must not wait for DisruptionTarget to learn that an eviction has begun.",
    since: [
      { version: "1.27", stage: "changed", note: "deleted pods reach a terminal phase" },
      { version: "1.31", stage: "stable", note: "condition DisruptionTarget" },
    ],
    evidence: ["documentation", "source", "measured"],
    sources: [`${docs.podLifecycle}#pod-phase`, code.podStatus],
  },
  "kubelet-fails-pod-activeDeadline": {
    ref: "A49",
    statement:
      "When a pod's activeDeadlineSeconds passes, the kubelet ends it with its own grace period, hook included, and without a deletionTimestamp. Ready turns false at once, so the endpoint leaves rotation: measured 0.3 s and 0.9 s before the kubelet began to stop the containers.",
    consequence:
      "Traffic drains here, unlike on the kubelet's other kills. Tools that look only for a deletionTimestamp miss this shutdown.",
    since: [],
    evidence: ["source", "measured"],
    sources: [code.podWorkers, `${kubelet}/status/generate.go`],
  },
  "in-1.37-eviction-request": {
    ref: "A50",
    statement:
      "1.37 adds the alpha field spec.evictionResponders and an EvictionRequest API, through which other parties can help with an eviction. It is off by default.",
    consequence: "Tools that rewrite Pods must keep fields they do not know, this one among them.",
    since: [{ version: "1.37", stage: "alpha", note: "gate EvictionRequestAPI, off" }],
    evidence: ["source"],
    sources: [code.podTypes, code.gates, `${kep}/4563`],
  },
} as const satisfies Record<string, Fact>;
