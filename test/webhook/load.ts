import { Agent } from "node:https";
import { call, type Target } from "./client.ts";
import { plainPod, reviewOf } from "./reviews.ts";

/** What a constant stream of reviews came to. */
export interface Load {
  readonly answered: () => number;
  /** Calls that failed, and how many seconds after the load began. */
  readonly failures: () => readonly { readonly atSeconds: number; readonly why: string }[];
  /** Answers that told the client to close the connection. */
  readonly closings: () => number;
  readonly stop: () => Promise<void>;
}

export interface LoadOptions {
  /** Workers that keep their connection, as the API server's pool does. */
  readonly kept: number;
  /** Workers that open a connection for each call. */
  readonly fresh: number;
  /** A worker's pause between its calls. */
  readonly pauseMilliseconds: number;
}

/** Sends reviews until it is stopped. */
export function startLoad(target: Target, { kept, fresh, pauseMilliseconds }: LoadOptions): Load {
  const began = performance.now();
  const agent = new Agent({ keepAlive: true, maxSockets: kept });
  const body = reviewOf(plainPod);
  const failures: { atSeconds: number; why: string }[] = [];
  let answered = 0;
  let closings = 0;
  let running = true;
  const work = async (via: Agent | false): Promise<void> => {
    while (running) {
      try {
        const { status, headers, text } = await call(target, "/mutate", { body, agent: via });
        if (status === 200) answered += 1;
        else failures.push({ atSeconds: (performance.now() - began) / 1000, why: `${status} ${text}` });
        if (via !== false && headers["connection"] === "close") closings += 1;
      } catch (error) {
        failures.push({ atSeconds: (performance.now() - began) / 1000, why: String(error) });
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
  };
  const workers = [
    ...Array.from({ length: kept }, () => work(agent)),
    ...Array.from({ length: fresh }, () => work(false)),
  ];
  return {
    answered: () => answered,
    failures: () => failures,
    closings: () => closings,
    async stop() {
      running = false;
      await Promise.all(workers);
      agent.destroy();
    },
  };
}
