import type { IPod } from "kubernetes-models/v1/Pod";
import { streamKubectl, type Stream } from "./kubectl.ts";

/** What the API server tells of the pods of one namespace while they leave. Moments are milliseconds since 1970. */
export interface NamespaceWatch {
  /** When the kubelet began to stop the container for the first time, by its own clock. */
  killingAt(pod: string, container: string): number | undefined;
  /** When the pod was seen to be deleted, by our clock. */
  deletedAt(pod: string): number | undefined;
  /** How the container ended for the first time. */
  terminated(pod: string, container: string): Terminated | undefined;
  /** Settles once the condition holds, which is asked at each change; fails after the seconds. */
  until(what: string, condition: () => boolean, seconds: number): Promise<void>;
  stop(): Promise<void>;
}

interface Terminated {
  readonly exitCode: number;
  /** Cut to whole seconds by the API. */
  readonly finishedAt: number;
}

interface Change<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

interface Event {
  readonly metadata: { readonly name: string };
  readonly involvedObject: { readonly name: string; readonly fieldPath?: string };
}

/**
 * The kubelet names its events after the pod and the nanosecond at which it made them (`app.18ea83f94abde25b`), before the hook starts
 * (`killContainer`). So the moment is on the node's clock, as are those of the app, and no delay on the way counts.
 */
function madeAt(eventName: string): number {
  const nanoseconds = BigInt(`0x${eventName.slice(eventName.lastIndexOf(".") + 1)}`);
  return Number(nanoseconds / 1000n) / 1000;
}

export function watchNamespace(namespace: string): NamespaceWatch {
  const killing = new Map<string, number>();
  const deleted = new Map<string, number>();
  const ends = new Map<string, Terminated>();
  const waiting = new Set<() => void>();

  const onEvent = ({ object: { metadata, involvedObject } }: Change<Event>): void => {
    const container = /^spec\.(?:initContainers|containers)\{(.+)\}$/.exec(involvedObject.fieldPath ?? "")?.[1];
    if (container === undefined) return;
    const key = `${involvedObject.name}/${container}`;
    killing.set(key, Math.min(killing.get(key) ?? Infinity, madeAt(metadata.name)));
  };

  const onPod = ({ type, object: { metadata, status } }: Change<IPod>): void => {
    const pod = metadata?.name ?? "";
    if ((type === "DELETED" || metadata?.deletionTimestamp !== undefined) && !deleted.has(pod))
      deleted.set(pod, Date.now());
    for (const { name, state, lastState } of [
      ...(status?.containerStatuses ?? []),
      ...(status?.initContainerStatuses ?? []),
    ]) {
      const end = lastState?.terminated ?? state?.terminated;
      // Filled in by the kubelet where it could not tell.
      if (end === undefined || end.reason === "ContainerStatusUnknown" || ends.has(`${pod}/${name}`)) continue;
      ends.set(`${pod}/${name}`, { exitCode: end.exitCode, finishedAt: Date.parse(String(end.finishedAt)) });
    }
  };

  const watch = <T>(resource: string, onChange: (change: Change<T>) => void): Stream =>
    streamKubectl(["get", "--raw", `/api/v1/namespaces/${namespace}/${resource}`], (line) => {
      onChange(JSON.parse(line) as Change<T>);
      for (const ask of waiting) ask();
    });
  const streams = [
    watch<Event>("events?watch=1&fieldSelector=reason%3DKilling", onEvent),
    watch<IPod>("pods?watch=1", onPod),
  ];

  return {
    killingAt: (pod, container) => killing.get(`${pod}/${container}`),
    deletedAt: (pod) => deleted.get(pod),
    terminated: (pod, container) => ends.get(`${pod}/${container}`),
    until: (what, condition, seconds) => settled(what, condition, seconds, waiting),
    async stop() {
      await Promise.all(streams.map((stream) => stream.stop()));
    },
  };
}

async function settled(
  what: string,
  condition: () => boolean,
  seconds: number,
  waiting: Set<() => void>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ask = (): void => {
    if (condition()) resolve();
  };
  const timer = setTimeout(() => reject(new Error(`${what}: not within ${seconds} s`)), seconds * 1000);
  waiting.add(ask);
  ask();
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    waiting.delete(ask);
  }
}
