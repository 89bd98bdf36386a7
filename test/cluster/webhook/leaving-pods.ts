import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { IPod } from "kubernetes-models/v1/Pod";
import { followApps } from "../app-log.ts";
import { kubectl } from "../kubectl.ts";
import { appConfigMap } from "../manifest.ts";
import { watchNamespace } from "../namespace-watch.ts";
import { predict } from "../predict.ts";

const batch = "honoured";

/** Pods that ignore SIGTERM, so that hook and grace show, and whose own grace is too short for both. */
export const leavingPods = (image: string): { readonly proxy: IPod; readonly plain: IPod } => ({
  proxy: podOf(image, "proxy", {
    labels: { "gracewarden.io/proxy": "app" },
    env: {
      // Answers /prestop, as anything else, when its window is over.
      PORT: "8081",
      ANSWER_MS: "5000",
      GRACEWARDEN_ADMIN_LISTEN: "0.0.0.0:8081",
      GRACEWARDEN_DRAIN_SECONDS: "2",
      GRACEWARDEN_BACKEND_STOP_SECONDS: "1",
    },
  }),
  plain: podOf(image, "plain", {
    labels: { "gracewarden.io/inject": "true" },
    annotations: { "gracewarden.io/drain-seconds": "3" },
  }),
});

interface Wish {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

function podOf(image: string, name: string, { labels, annotations = {}, env = {} }: Wish): IPod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { batch, ...labels }, annotations },
    spec: {
      terminationGracePeriodSeconds: 5,
      automountServiceAccountToken: false,
      containers: [
        {
          name: "app",
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["node", "/app/app.mjs"],
          env: Object.entries({ ON_SIGTERM: "ignore", ...env }).map(([key, value]) => ({ name: key, value })),
          volumeMounts: [{ name: "app", mountPath: "/app" }],
        },
      ],
      volumes: [{ name: "app", configMap: { name: appConfigMap } }],
    },
  };
}

/** How a pod left, in seconds. */
export interface Left {
  readonly pod: string;
  /** What the API server stored. */
  readonly admitted: IPod;
  readonly hookSeconds: number;
  readonly deleteToSignal: number;
  readonly signalToKill: number;
  /** What the timeline says of it. */
  readonly predictedSignalToKill: number;
}

/** Creates the pods, deletes them when they run, and watches them until they are gone. */
export async function watchLeaving(pods: readonly IPod[], namespace: string): Promise<readonly Left[]> {
  const inNamespace = `--namespace=${namespace}`;
  const names = pods.map(({ metadata }) => metadata?.name ?? "");
  const script = await readFile(new URL("../app.mjs", import.meta.url), "utf8");
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: appConfigMap },
    data: { "app.mjs": script },
  };
  const items = [configMap, ...pods];
  await kubectl(["create", inNamespace, "--filename=-"], { apiVersion: "v1", kind: "List", items });
  const watch = watchNamespace(namespace);
  try {
    await kubectl(["wait", inNamespace, "pods", ...names, "--for=condition=Ready", "--timeout=60s"]);
    const admitted = await Promise.all(
      names.map(async (name) => JSON.parse(await kubectl(["get", "pod", name, inNamespace, "--output=json"])) as IPod),
    );
    const apps = followApps(namespace, batch);
    try {
      await apps.heard(pods.length);
      // A kubelet that has just started a pod is still busy with it.
      await wait(2500);
      await kubectl(["delete", "pods", inNamespace, "--wait=false", ...names]);
      await apps.ended;
    } finally {
      await apps.stop();
    }
    return admitted.map((pod) => {
      const name = pod.metadata?.name ?? "";
      const log = apps.of(name, "app");
      const row = predict(pod, { kind: "delete" }).get("app");
      const deletedAt = watch.deletedAt(name);
      if (log?.sigtermAt === undefined || row === undefined || deletedAt === undefined)
        throw new Error(`${name} was not seen to leave: ${JSON.stringify({ log, deletedAt })}`);
      return {
        pod: name,
        admitted: pod,
        hookSeconds: row.signal.max,
        deleteToSignal: (log.sigtermAt - deletedAt) / 1000,
        signalToKill: (log.lastAt - log.sigtermAt) / 1000,
        predictedSignalToKill: row.kill.max - row.signal.max,
      };
    });
  } finally {
    await watch.stop();
  }
}
