import { setTimeout as wait } from "node:timers/promises";
import { streamKubectl } from "./kubectl.ts";

/** What one app said from its start to its death. Moments are milliseconds since 1970 on the node's clock. */
interface AppLog {
  readonly sigtermAt?: number;
  readonly exitAt?: number;
  /** The last sign of life, at most one heartbeat (50 ms) before a SIGKILL. */
  readonly lastAt: number;
}

export interface AppLogs {
  of(pod: string, container: string): AppLog | undefined;
  /** Settles when so many containers have been heard, and so will be heard to their end. */
  heard(containers: number): Promise<void>;
  /** Settles when all the containers followed have ended: a restart is not followed. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Follows the output of every container of a batch, with one kubectl. */
export function followApps(namespace: string, batch: string): AppLogs {
  const logs = new Map<string, AppLog>();
  const onLine = (line: string): void => {
    const [, key, said] = /^\[pod\/(\S+)\] (\{.*\})$/.exec(line) ?? [];
    if (key === undefined || said === undefined) return;
    const { at, event } = JSON.parse(said) as { at: number; event: "beat" | "sigterm" | "exit" };
    logs.set(key, {
      ...logs.get(key),
      lastAt: at,
      ...(event === "sigterm" && { sigtermAt: at }),
      ...(event === "exit" && { exitAt: at }),
    });
  };
  const options = ["--follow", "--prefix", "--all-containers", "--ignore-errors", "--max-log-requests=100"];
  const stream = streamKubectl(["logs", `--namespace=${namespace}`, `--selector=batch=${batch}`, ...options], onLine);
  return {
    of: (pod, container) => logs.get(`${pod}/${container}`),
    async heard(containers) {
      for (const deadline = Date.now() + 30_000; logs.size < containers; await wait(50)) {
        if (Date.now() > deadline)
          throw new Error(`${logs.size} of ${containers} containers were heard, only: ${[...logs.keys()].join(", ")}`);
      }
    },
    ended: stream.ended,
    stop: () => stream.stop(),
  };
}
