import type { ILifecycleHandler } from "kubernetes-models/v1/LifecycleHandler";
import type { Path } from "../path.ts";
import { readHookCommand } from "./hook-script.ts";
import { anyDuration, exactly } from "./interval.ts";
import type { Term } from "./term.ts";

/** What is known of a preStop hook before it runs. */
export interface HookEstimate {
  /** How long it takes if nothing cuts it. A hook that cannot run takes 0 s (A7). */
  readonly duration: Term;
  /** `no`: it fails at once wherever it runs (tcpSocket: B2); `unknown`: depends on the image or on who listens. */
  readonly runs: "yes" | "no" | "unknown";
  /** True where the hook tells the program that it is leaving: an HTTP request or a command other than waiting. */
  readonly tells: boolean;
  /** Programs of the container's image that the hook needs: `sh`, `sleep`, `curl`. */
  readonly programs: readonly string[];
  /** A signal that the hook itself sends, and to whom. */
  readonly signals: readonly { readonly signal: string; readonly target: string }[];
}

/** Reads a preStop handler; `at` is its place. Of several handlers, which the API refuses (B1), the kubelet would run the first of exec, httpGet and sleep. */
export function estimateHook(handler: ILifecycleHandler, at: Path): HookEstimate {
  if (handler.exec !== undefined) return execEstimate(handler.exec.command ?? [], [...at, "exec", "command"]);
  if (handler.httpGet !== undefined) {
    const text = "httpGet has no time limit of its own";
    return {
      ...silent,
      // The kubelet waits for any answer until the grace period is over (B11).
      duration: {
        term: "preStop",
        seconds: anyDuration,
        known: false,
        origin: { kind: "unknown", text, at: [...at, "httpGet"] },
      },
      runs: "unknown",
      tells: true,
    };
  }
  if (handler.sleep !== undefined) {
    const origin = { kind: "field", text: "preStop.sleep.seconds", at: [...at, "sleep", "seconds"] } as const;
    // Absent means 0, which is a hook that does nothing (B10).
    const seconds: unknown = handler.sleep.seconds ?? 0;
    if (typeof seconds === "number" && !Number.isNaN(seconds)) {
      return {
        ...silent,
        duration: { term: "preStop", seconds: exactly(Math.max(seconds, 0)), known: true, origin },
        runs: "yes",
      };
    }
    return {
      ...silent,
      duration: { term: "preStop", seconds: anyDuration, known: false, origin: { ...origin, kind: "unknown" } },
      runs: "unknown",
    };
  }
  if (handler.tcpSocket !== undefined) return failing("the kubelet cannot run a tcpSocket hook", [...at, "tcpSocket"]);
  return failing("the preStop hook is empty", at);
}

const silent = { tells: false, programs: [], signals: [] } as const;

function failing(text: string, at: Path): HookEstimate {
  return {
    ...silent,
    duration: { term: "preStop", seconds: exactly(0), known: true, origin: { kind: "field", text, at } },
    runs: "no",
  };
}

function execEstimate(command: readonly string[], at: Path): HookEstimate {
  if (command.length === 0) return failing("the preStop command is empty", at);
  const { seconds, known, reading } = readHookCommand(command);
  return {
    duration: {
      term: "preStop",
      seconds,
      known,
      origin: { kind: known ? "field" : "unknown", text: reading.text(), at },
    },
    // Whether the image has the programs is not in the manifest (B4).
    runs: "unknown",
    tells: reading.tells,
    programs: [...reading.programs],
    signals: reading.signals,
  };
}
