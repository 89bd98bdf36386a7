import type { ILifecycleHandler } from "kubernetes-models/v1/LifecycleHandler";

/** One container of a test pod. It runs app.mjs. */
export interface ShapeContainer {
  readonly name: string;
  /** Seconds from SIGTERM to its exit; `ignores`: a listener that does nothing; `no-listener`: none at all. */
  readonly drain: number | "ignores" | "no-listener";
  /** Leaves the annotation out that states the drain; what becomes of the signal decides alone. */
  readonly unstated?: true;
  readonly preStop?: ILifecycleHandler;
  /** `node APP` by default; `APP` stands for the script. */
  readonly command?: readonly string[];
  readonly image?: "distroless";
  /** Answers any HTTP request on port 8080 after so many seconds. */
  readonly answersAfter?: number;
  /** Restarts by a liveness probe with this grace period of its own, or with the pod's. */
  readonly liveness?: { readonly graceSeconds?: number };
}

/** A pod whose way out is predicted and then watched. Seconds are chosen so that each part of the formula shows. */
export interface Shape {
  readonly name: string;
  readonly graceSeconds: number;
  readonly sharesProcessNamespace?: boolean;
  /** What makes it leave: a plain DELETE, or its liveness probe failing. */
  readonly cause: "delete" | "liveness";
  readonly containers: readonly ShapeContainer[];
  /** Native sidecars, in order of listing. */
  readonly sidecars?: readonly ShapeContainer[];
}

const app = (rest: Partial<ShapeContainer> = {}): ShapeContainer => ({ name: "app", drain: 1, ...rest });
const exec = (...command: string[]): ILifecycleHandler => ({ exec: { command } });
const sleep = (seconds: number): ILifecycleHandler => ({ sleep: { seconds } });

const deleted = (name: string, graceSeconds: number, ...containers: ShapeContainer[]): Shape => ({
  name,
  graceSeconds,
  cause: "delete",
  containers,
});
const restarted = (name: string, graceSeconds: number, container: ShapeContainer): Shape => ({
  name,
  graceSeconds,
  cause: "liveness",
  containers: [container],
});

export const shapes: readonly Shape[] = [
  deleted("no-hook", 10, app()),
  deleted("slow-drain", 12, app({ drain: 5 })),
  deleted("drain-beyond-grace", 4, app({ drain: 20 })),
  deleted("sigterm-ignored", 5, app({ drain: "ignores" })),
  deleted("native-sleep", 10, app({ preStop: sleep(3) })),
  deleted("zero-sleep", 8, app({ preStop: sleep(0) })),

  deleted("exec-sleep", 10, app({ preStop: exec("sleep", "3") })),
  deleted("exec-shell-chain", 10, app({ preStop: exec("sh", "-c", "sleep 2 && sleep 1") })),
  deleted("exec-timeout", 10, app({ preStop: exec("timeout", "3", "sleep", "10") })),
  deleted("exec-part-of-a-second", 5, app({ preStop: exec("sleep", "1.5"), drain: "ignores" })),
  deleted("http-hook", 8, app({ preStop: { httpGet: { path: "/prestop", port: 8080 } }, answersAfter: 3 })),
  deleted("http-hook-nobody-listens", 8, app({ preStop: { httpGet: { path: "/prestop", port: 8080 } } })),

  deleted("hook-fails", 6, app({ preStop: exec("sh", "-c", "exit 3") })),
  deleted("hook-missing-program", 8, app({ preStop: exec("sleep", "5"), image: "distroless" })),
  deleted("hook-tcp-socket", 6, app({ preStop: { tcpSocket: { port: 8080 } } })),
  deleted("native-sleep-distroless", 8, app({ preStop: sleep(3), image: "distroless" })),
  deleted("hook-hangs", 4, app({ preStop: exec("sleep", "60") })),
  deleted("hook-hangs-sigterm-ignored", 4, app({ preStop: exec("sleep", "60"), drain: "ignores" })),

  deleted("hook-equals-grace", 5, app({ preStop: sleep(5), drain: "ignores" })),
  deleted("hook-one-below-grace", 5, app({ preStop: sleep(4), drain: "ignores" })),
  deleted("drain-beyond-the-rest", 7, app({ preStop: sleep(4), drain: 5 })),
  deleted("drain-within-the-rest", 8, app({ preStop: sleep(3), drain: 3 })),
  deleted("drain-within-the-floor", 3, app({ preStop: sleep(3), drain: 1 })),
  deleted("grace-1", 1, app({ drain: "ignores" })),

  deleted("grace-0", 0, app({ drain: "ignores" })),
  deleted("grace-0-with-hook", 0, app({ preStop: exec("sleep", "10"), drain: "ignores" })),
  deleted("grace-negative", -3, app({ drain: "ignores" })),
  deleted("no-listener", 3, app({ drain: "no-listener" })),
  { ...deleted("no-listener-shared-pids", 5, app({ drain: "no-listener" })), sharesProcessNamespace: true },
  { ...deleted("shared-pids", 8, app({ preStop: sleep(2) })), sharesProcessNamespace: true },

  // A command behind the last one keeps every kind of shell in front; alone, `node APP` would be lost behind dash only (D12).
  deleted("shell", 4, app({ command: ["sh", "-c", "node APP; echo over"], unstated: true })),
  deleted("dash", 4, app({ command: ["dash", "-c", "node APP"], unstated: true })),
  // Whatever the program needs once it is told: it is never told.
  deleted("shell-stated", 4, app({ command: ["sh", "-c", "node APP; echo over"] })),
  deleted("shell-exec", 8, app({ command: ["sh", "-c", "exec node APP"] })),
  deleted("shell-chain", 4, app({ command: ["sh", "-c", "true && node APP; echo over"], unstated: true })),
  deleted(
    "shell-trap-and-wait",
    8,
    app({ command: ["sh", "-c", "trap 'kill -TERM $pid; wait $pid' TERM; node APP & pid=$!; wait $pid"] }),
  ),
  deleted("shell-trap-foreground", 4, app({ command: ["sh", "-c", "trap 'exit 0' TERM; node APP"], unstated: true })),
  {
    ...deleted("shell-shared-pids", 5, app({ command: ["sh", "-c", "node APP; echo over"], unstated: true })),
    sharesProcessNamespace: true,
  },

  deleted("two-containers-one-hook", 10, app({ preStop: sleep(3) }), app({ name: "beside" })),
  deleted(
    "two-containers-two-hooks",
    8,
    app({ preStop: sleep(2), drain: "ignores" }),
    app({ name: "beside", preStop: exec("sleep", "4") }),
  ),
  { ...deleted("sidecars", 15, app({ drain: 2 })), sidecars: [app({ name: "first" }), app({ name: "second" })] },
  {
    ...deleted("sidecars-with-hooks", 15, app({ drain: 3 })),
    sidecars: [app({ name: "first", preStop: sleep(2) }), app({ name: "second", preStop: sleep(5) })],
  },
  {
    ...deleted("sidecars-after-a-killed-app", 4, app({ drain: "ignores" })),
    sidecars: [app({ name: "first", drain: "ignores" }), app({ name: "second", drain: "ignores" })],
  },
  {
    ...deleted("sidecar-part-of-a-second", 5, app({ drain: 1.5 })),
    sidecars: [app({ name: "first", drain: "ignores" })],
  },
  // Hook and turn take 1.5 s each, and each counts as 1 s.
  {
    ...deleted("sidecar-two-parts-of-a-second", 8, app({ drain: 3 })),
    sidecars: [app({ name: "first", preStop: exec("sleep", "1.5"), drain: "ignores" })],
  },

  // The turn never comes; 1.5 s of hook count as 1 s, so it waits for the 3 s left until 4.5.
  {
    ...deleted("sidecar-waits-part-of-a-second", 4, app({ preStop: exec("sleep", "60"), drain: "ignores" })),
    sidecars: [app({ name: "first", preStop: exec("sleep", "1.5"), drain: "ignores" })],
  },
  {
    ...deleted("sidecar-hook-hangs", 4, app()),
    sidecars: [app({ name: "first", preStop: exec("sleep", "60"), drain: "ignores" })],
  },
  // The app ends in the 2 s after its grace period, for which a sidecar does not wait.
  {
    ...deleted("sidecar-of-a-hanging-hook", 4, app({ preStop: exec("sleep", "60") })),
    sidecars: [app({ name: "first", drain: 1.5 })],
  },

  restarted("liveness", 6, app({ liveness: {} })),
  restarted("liveness-own-grace", 30, app({ preStop: sleep(2), drain: "ignores", liveness: { graceSeconds: 4 } })),
  restarted(
    "liveness-hook-beyond-grace",
    30,
    app({ preStop: sleep(10), drain: "ignores", liveness: { graceSeconds: 3 } }),
  ),
];
