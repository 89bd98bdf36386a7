import type { Fact } from "./fact.ts";
import { code, containerd, crio, docs, kep, kubelet, podSecurity, runc } from "./sources.ts";

const pidNamespaces = "https://man7.org/linux/man-pages/man7/pid_namespaces.7.html";
const tini = "https://github.com/krallin/tini";

/** Chapter D: which process gets which signal. */
export const processes = {
  "share-pid-layout": {
    ref: "D1",
    statement:
      "shareProcessNamespace (default false) puts all containers of a pod into one PID namespace. PID 1 is then the pause process, and no container's own process is. It cannot be combined with hostPID and is not allowed on Windows.",
    consequence: "Code that expects to be PID 1, or that signals PID 1, behaves differently in such a pod.",
    since: [
      { version: "1.10", stage: "alpha" },
      { version: "1.12", stage: "beta" },
      { version: "1.17", stage: "stable" },
    ],
    evidence: ["documentation", "source", "measured"],
    sources: [
      `${docs.sharedPids}#understanding-process-namespace-sharing`,
      `${kubelet}/kuberuntime/util/util.go`,
      code.podValidation,
      code.cri,
      `${kep}/495`,
    ],
  },
  "share-pid-visibility": {
    ref: "D2",
    statement:
      "With shareProcessNamespace every container sees all processes and their command lines. Environment and file system of another container (/proc/PID/environ and /proc/PID/root, mounted secrets included) are open to the same uid and to CAP_SYS_PTRACE.",
    consequence:
      "Do not share the namespace with a third-party container, or between containers of the same uid (root by default), where one of them holds secrets. Distinct uids are the only barrier.",
    since: [],
    evidence: ["documentation", "measured"],
    sources: [docs.sharedPids],
  },
  "pid1-death-kills-namespace": {
    ref: "D3",
    statement:
      "When PID 1 of a PID namespace ends, the kernel sends SIGKILL to every process in it. In a container with its own namespace (the default) all children go that way at once: measured, they never saw SIGTERM and ended within 0.01 s of it.",
    consequence:
      "A main process that exits early cuts its workers off in the middle of their work, however much grace is left. Supervisors must wait for their children.",
    since: [],
    evidence: ["reference", "measured"],
    sources: [pidNamespaces],
  },
  "share-pid-loses-kernel-cleanup": {
    ref: "D4",
    statement:
      "In a shared PID namespace a container's main process is an ordinary process: when it exits, the kernel kills nothing. Its children live on below the pause process, which reaps them when they end.",
    consequence:
      "Whether and when leftover children are killed depends on the container runtime there; let the main process end its own children.",
    since: [],
    evidence: ["measured", "reference", "issue"],
    sources: [pidNamespaces, "https://github.com/kubernetes/community/pull/207"],
  },
  "runtime-compensation": {
    ref: "D5",
    statement:
      "In a shared PID namespace the runtime cleans up instead of the kernel, always with SIGKILL and never with SIGTERM. containerd kills what is left when the main process exits (within 0.15 s when measured), runc since 1.2 kills the whole cgroup on SIGKILL, CRI-O waits for the container's removal; the kubelet clears the pod's cgroup at the end.",
    consequence:
      "Children do not leak for good. They get no SIGTERM, are killed when the main process exits, or on some runtimes linger until the pod ends.",
    since: [],
    evidence: ["source", "issue", "measured"],
    sources: [
      `${containerd}/cmd/containerd-shim-runc-v2/runc/util.go`,
      `${containerd}/cmd/containerd-shim-runc-v2/task/service.go`,
      "https://github.com/containerd/containerd/issues/3149",
      "https://github.com/containerd/cri/issues/983",
      `${runc}/libcontainer/container_linux.go`,
      `${runc}/CHANGELOG.md`,
      `${crio}/internal/oci/runtime_oci.go`,
      "https://github.com/cri-o/cri-o/pull/5895",
      "https://github.com/kata-containers/kata-containers/issues/4663",
      "https://github.com/kata-containers/kata-containers/issues/3913",
      `${kubelet}/cm/pod_container_manager_linux.go`,
    ],
  },
  "kill-all-is-per-container-cgroup": {
    ref: "D6",
    statement:
      "When a runtime kills all processes of a container it goes by the container's cgroup. Sibling containers in a shared PID namespace are not touched.",
    consequence: "Restarting one container of such a pod does not take its siblings down.",
    since: [],
    evidence: ["source"],
    sources: [`${runc}/libcontainer/init_linux.go`, "https://github.com/moby/moby/issues/50523"],
  },
  "who-signals-everybody": {
    ref: "D7",
    statement:
      "The kubelet, docker stop and crictl stop signal only a container's first process. What reaches all processes is SIGKILL: the death of PID 1, the runtime's clean-up, a cgroup v2 OOM kill, the pod cgroup's clean-up. SIGTERM for all comes only from tini -g or dumb-init (process group or session), 'kill -TERM -1', or systemd when a machine goes down.",
    consequence:
      "A worker next to the main process gets no SIGTERM unless its parent or its init forwards it. Restarting containerd or the kubelet signals no container.",
    since: [
      { version: "1.28", stage: "changed", note: "on cgroup v2 an OOM kill takes the whole container" },
      { version: "1.32", stage: "changed", note: "kubelet option singleProcessOOMKill turns that off" },
    ],
    evidence: ["source", "measured", "reference"],
    sources: [
      `${containerd}/containerd.service`,
      `${containerd}/cmd/containerd-shim-runc-v2/task/service.go`,
      `${runc}/vendor/github.com/opencontainers/cgroups/systemd/v2.go`,
      code.kubeletConfig,
      `${tini}#process-group-killing`,
      pidNamespaces,
    ],
  },
  "signal-permission": {
    ref: "D8",
    statement:
      "To signal another process a sender needs the same uid or CAP_KILL. CAP_SYS_PTRACE is not needed: root without it could signal a process of uid 1000, root without CAP_KILL could not.",
    consequence:
      "For containers that signal each other, run them under the same uid or add KILL; do not add SYS_PTRACE for it.",
    since: [],
    evidence: ["reference", "measured", "issue"],
    sources: [
      "https://man7.org/linux/man-pages/man2/kill.2.html",
      "https://github.com/kubernetes/website/pull/54890",
      "https://github.com/kubernetes/website/pull/50672",
    ],
    documentationGap:
      "The page on shared process namespaces asks for SYS_PTRACE to send signals; the kernel asks for the uid or CAP_KILL.",
  },
  "pid1-ignores-default-signals": {
    ref: "D9",
    statement:
      "PID 1 of a namespace ignores every signal it has no handler for, save SIGKILL and SIGSTOP from outside. sleep, sh, bash, python and node without a handler all survived SIGTERM as PID 1; from inside, even 'kill -9 1' does nothing.",
    consequence:
      "An image that ignores SIGTERM and always takes its full grace period usually has this. Add a handler, run under tini or dumb-init, or share the process namespace so that the application is not PID 1.",
    since: [],
    evidence: ["reference", "measured"],
    sources: [pidNamespaces],
  },
  "node-as-pid1": {
    ref: "D10",
    statement:
      "Node without a SIGTERM listener cleans up and raises the signal again for its default action, which PID 1 ignores. So it runs on until SIGKILL: with grace 3 it was killed at 3.01 s.",
    consequence:
      "Add process.on('SIGTERM', ...), and end the process there: with a listener Node no longer exits by itself. Or run node under tini.",
    since: [],
    evidence: ["reference", "measured"],
    sources: [
      "https://nodejs.org/api/process.html#signal-events",
      "https://nodejs.org/api/child_process.html#event-exit",
      "https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#handling-kernel-signals",
    ],
  },
  "npm-wrapper": {
    ref: "D11",
    statement:
      "'npm start' as PID 1 passes SIGTERM to the shell it started, not to the node process below that. Measured with npm 11.19: the application's handler never ran, npm ended with code 1 after 0.7 s and the application died with it, despite a grace of 6 s.",
    consequence: "Start node directly, not through npm, yarn or pnpm, wherever a clean shutdown matters.",
    since: [],
    evidence: ["measured", "reference"],
    sources: ["https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd"],
  },
  "sh-c-without-exec": {
    ref: "D12",
    statement:
      "In 'sh -c app' the shell may stay PID 1, and it neither forwards SIGTERM nor dies of it; a trap waits until the foreground command ends. With dash 'cd ..; node app.js; ..' and 'X && node app.js' were killed when the grace period ended, 'exec node app.js' got SIGTERM at 0.01 s.",
    consequence:
      "Write 'exec' before the last command, or use the exec form without a shell. A shell-form ENTRYPOINT or CMD in the Dockerfile has the same effect.",
    since: [],
    evidence: ["reference", "measured"],
    sources: ["https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example"],
  },
  zombies: {
    ref: "D13",
    statement:
      "PID 1 must reap orphaned processes and most applications do not, so zombies pile up against the PID limit. tini reaps them, and so does the pause process in a shared namespace; tini that is not PID 1 needs -s or TINI_SUBREAPER.",
    consequence:
      "Where a container starts helper processes, run it under tini, or share the process namespace (and then set -s for tini).",
    since: [],
    evidence: ["reference", "documentation"],
    sources: [`${tini}#subreaping`, docs.sharedPids],
  },
  "tini-forwards-to-one-child": {
    ref: "D14",
    statement:
      "tini passes a signal to its direct child only, unless it is given -g. With 'tini -- sh -c app' the shell dies of SIGTERM and the application is killed with the namespace, without ever seeing the signal.",
    consequence: "Put the application right behind tini, use exec in the shell command, or give tini -g.",
    since: [],
    evidence: ["reference"],
    sources: [`${tini}#process-group-killing`],
  },
  "stopsignal-precedence": {
    ref: "D15",
    statement:
      "The stop signal is lifecycle.stopSignal of the container, else the image's STOPSIGNAL, else SIGTERM. containerd and CRI-O honour the image's without any feature gate.",
    consequence:
      "An application that handles only SIGTERM never sees it in an image that names another signal, as the official nginx image does (SIGQUIT). Check the base image: a manifest does not show it.",
    since: [{ version: "1.33", stage: "alpha", note: "lifecycle.stopSignal, off" }],
    evidence: ["documentation", "proposal", "source"],
    sources: [
      `${docs.podLifecycle}#pod-termination-stop-signals`,
      `${kep}/4960`,
      `${containerd}/internal/cri/server/container_stop.go`,
      `${crio}/internal/oci/container.go`,
    ],
  },
  "stopSignal-field": {
    ref: "D16",
    statement:
      "lifecycle.stopSignal is alpha and off by default up to 1.37. The API server then drops it without a word, unchecked, and SIGTERM comes all the same. Where the gate ContainerStopSignals is on, it also needs spec.os.name and a runtime that knows the field.",
    consequence:
      "The field has no effect on a default cluster. Handle SIGTERM in the application or set STOPSIGNAL in the image.",
    since: [
      {
        version: "1.33",
        stage: "alpha",
        note: "gate ContainerStopSignals, off; still so in 1.37, beta planned for 1.38",
      },
    ],
    evidence: ["source", "proposal", "issue", "measured"],
    sources: [
      code.podValidation,
      code.podDroppedFields,
      code.gates,
      `${kep}/4960`,
      "https://github.com/kubernetes/enhancements/issues/4960",
    ],
  },
  hostPID: {
    ref: "D17",
    statement:
      "hostPID shows a container all processes of its node and lets it signal them under the usual uid and capability rules. Pod Security level baseline forbids it; shareProcessNamespace is allowed even at restricted.",
    consequence: "Do not reach for hostPID to signal a sibling container; shareProcessNamespace is enough.",
    since: [],
    evidence: ["source", "measured"],
    sources: [`${podSecurity}/check_hostNamespaces.go`],
  },
  "kill-1-in-shared": {
    ref: "D18",
    statement:
      "In a shared PID namespace 'kill 1' hits the pause process. A reload by 'kill -HUP 1' reloads nothing, and if pause ends, every container of the pod dies by SIGKILL: measured within 0.2 s, without any SIGTERM.",
    consequence:
      "Commands, hooks and probes with kill 1 or /proc/1 do not work with shareProcessNamespace; find the process by name or by a PID file.",
    since: [],
    evidence: ["documentation", "measured"],
    sources: [`${docs.sharedPids}#understanding-process-namespace-sharing`],
  },
  "debug-target": {
    ref: "D19",
    statement:
      "'kubectl debug --target=NAME' puts the ephemeral container into the PID namespace of that one container, without shareProcessNamespace.",
    consequence: "Troubleshooting is no reason to set shareProcessNamespace for good.",
    since: [{ version: "1.25", stage: "stable", note: "ephemeral containers (alpha 1.16, beta 1.23)" }],
    evidence: ["source"],
    sources: [code.killContainer, code.cri],
  },
} as const satisfies Record<string, Fact>;
