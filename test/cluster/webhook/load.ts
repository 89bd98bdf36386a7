import { setTimeout as wait } from "node:timers/promises";
import type { IPod } from "kubernetes-models/v1/Pod";
import { injectedAnnotation } from "../../../policies/admission/injected.ts";
import type { Answer, ApiServer } from "./api-server.ts";

/** Pods that are asked for over and over, in a dry run: every other one must be patched, the rest must be refused. */
interface Load {
  /** Ends when what is under way is answered. */
  stop(): Promise<Tally>;
}

export interface Tally {
  readonly seconds: number;
  readonly patched: number;
  readonly refused: number;
  /** Admitted as if there were no webhook. */
  readonly slipped: readonly string[];
  /** Not answered, or with anything but the webhook's own refusal. */
  readonly failed: readonly string[];
  readonly milliseconds: readonly number[];
}

interface LoadOptions {
  readonly api: ApiServer;
  readonly namespace: string;
  readonly perSecond: number;
  readonly ways: number;
}

const metadata = { generateName: "asked-" };

/** Opted in: gets a sleep. */
export const toBePatched: IPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...metadata, labels: { "gracewarden.io/inject": "true" } },
  spec: { containers: [{ name: "app", image: "registry.example/app:1" }] },
};

/** Runs the proxy beside a container that can signal it: is refused. */
export const toBeRefused: IPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec: {
    shareProcessNamespace: true,
    containers: [
      { name: "proxy", image: "registry.example/gracewarden-proxy:1" },
      { name: "app", image: "registry.example/app:1" },
    ],
  },
};

export const podsOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods?dryRun=All`;

function startLoad({ api, namespace, perSecond, ways }: LoadOptions): Load {
  const startedAt = performance.now();
  const tally = {
    seconds: 0,
    patched: 0,
    refused: 0,
    slipped: [] as string[],
    failed: [] as string[],
    milliseconds: [] as number[],
  };
  let stopping = false;

  const ask = async (pod: IPod): Promise<void> => {
    const askedAt = performance.now();
    const seconds = ((askedAt - startedAt) / 1000).toFixed(1);
    try {
      const answer = await api.post(podsOf(namespace), pod);
      tally.milliseconds.push(performance.now() - askedAt);
      const verdict = verdictOn(answer);
      if (verdict === (pod === toBePatched ? "patched" : "refused")) tally[verdict] += 1;
      else if (answer.status === 201) tally.slipped.push(`${seconds} s: ${verdict} ${answer.warnings.join("; ")}`);
      else tally.failed.push(`${seconds} s: HTTP ${answer.status} ${JSON.stringify(answer.body)}`);
    } catch (error) {
      tally.failed.push(`${seconds} s: ${String(error)}`);
    }
  };
  /** Keeps its own pace; late calls are not left out. */
  const way = async (index: number): Promise<void> => {
    const between = (ways / perSecond) * 1000;
    let due = startedAt + (index / ways) * between;
    for (let turn = index; !stopping; turn++, due += between) {
      await wait(Math.max(0, due - performance.now()));
      await ask(turn % 2 === 0 ? toBePatched : toBeRefused);
    }
  };
  const running = Promise.all(Array.from({ length: ways }, (_, index) => way(index)));
  return {
    async stop() {
      stopping = true;
      await running;
      return { ...tally, seconds: (performance.now() - startedAt) / 1000 };
    },
  };
}

function verdictOn({ status, body }: Answer): "patched" | "refused" | "neither" {
  const { metadata: { annotations = {} } = {}, message = "" } = body as {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly message?: string;
  };
  if (status === 201 && annotations[injectedAnnotation] !== undefined) return "patched";
  return status === 403 && message.includes("gracewarden refuses Pod") ? "refused" : "neither";
}

/** Sees to it that somebody is always asking, from before a change until 2 s after it. */
export async function underLoad(
  options: LoadOptions & { readonly atLeastSeconds?: number },
  change: () => Promise<void>,
): Promise<Tally> {
  const { atLeastSeconds = 0 } = options;
  const load = startLoad(options);
  const startedAt = performance.now();
  try {
    await wait(1000);
    await change();
    await wait(Math.max(2000, atLeastSeconds * 1000 - (performance.now() - startedAt)));
  } catch (error) {
    await load.stop();
    throw error;
  }
  return load.stop();
}

export const perSecondOf = ({ patched, refused, seconds }: Tally): number => (patched + refused) / seconds;

export function describeTally(tally: Tally): string {
  const { seconds, patched, refused, slipped, failed } = tally;
  const sorted = tally.milliseconds.toSorted((a, b) => a - b);
  const quantile = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  return [
    `${patched} patched, ${refused} refused, ${slipped.length} slipped, ${failed.length} failed`,
    `${perSecondOf(tally).toFixed(0)}/s for ${seconds.toFixed(0)} s, p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`,
  ].join("; ");
}
