/** A difference between a rule and its policy, and what the policy says of itself that explains it. */
interface Difference {
  readonly rule: string;
  /** How the miss begins, as the export has it. */
  readonly miss: string;
  /** The examples, `RULE: NAME`, in which it shows. */
  readonly examples: readonly string[];
}

export const differences: readonly Difference[] = [
  {
    rule: "grace-within-limits",
    miss: "a pod that is known to be gone before the limit",
    examples: [
      "liveness-restart-fits: a process that hangs stays for the pod's long grace period",
      "grace-within-limits: long, but known to be gone in time",
    ],
  },
  {
    rule: "no-unsafe-shared-pid-namespace",
    miss: "commands that signal PID 1, everybody or a program by its name are not read",
    examples: [
      "no-unsafe-shared-pid-namespace: a sidecar that ends the server by its name, and a hook that kills the pause process",
    ],
  },
  {
    rule: "no-host-pid",
    miss: "a command that signals the node's init",
    examples: ["no-host-pid: a node agent, whose hook signals the node's init"],
  },
  {
    rule: "signal-reaches-app",
    miss: "of what keeps a signal from the program only npm and pnpm",
    examples: [
      "no-unsafe-shared-pid-namespace: a sidecar that ends the server by its name, and a hook that kills the pause process",
      "signal-reaches-app: a shell in front of the program",
      "signal-reaches-app: a shell that stays in front or not, as the image has it",
      "signal-reaches-app: a way out or a message behind the program is not the program",
      "signal-reaches-app: an init helps nothing where a shell stays behind it",
      "signal-reaches-app: functions count where they are called",
      "signal-reaches-app: several programs that a shell waits for",
    ],
  },
  {
    rule: "prestop-delay",
    miss: "a program that is documented to go on accepting after SIGTERM",
    examples: ["prestop-delay: an Istio gateway, which goes on accepting while it drains"],
  },
  {
    rule: "grace-covers-shutdown",
    miss: "how long a program needs is known from annotations only",
    examples: [
      "grace-covers-shutdown: a program that is told to drain longer than it gets",
      "sidecar-outlives-app: a hook that waits, and a setting that does",
    ],
  },
  {
    rule: "sidecar-hook-is-not-a-drain",
    miss: "a hook that waits before it makes the sidecar quit",
    examples: ["sidecar-hook-is-not-a-drain: a signal to itself after a few seconds"],
  },
  {
    rule: "sidecar-outlives-app",
    miss: "where app and proxy both say how long they need",
    examples: ["sidecar-outlives-app: a mesh proxy that is gone before the app has drained"],
  },
];

/** The same of what is put into pods. */
export const mutationDifferences: readonly Omit<Difference, "rule">[] = [
  {
    miss: "how long a program needs is known from annotations only",
    examples: [
      "grace-covers-shutdown: a program that is told to drain longer than it gets",
      "grace-covers-shutdown: documented defaults on both sides that meet but for the margin",
      "sidecar-outlives-app: a hook that waits, and a setting that does",
    ],
  },
  {
    miss: "a program that is documented to go on accepting after SIGTERM",
    examples: ["prestop-delay: an Istio gateway, which goes on accepting while it drains"],
  },
];
