import type { IPod } from "kubernetes-models/v1/Pod";
import { kubectl } from "../kubectl.ts";
import type { Installation } from "./installation.ts";
import { until } from "./until.ts";

/** The pods of an installation that answer reviews. */
export interface ServingPods {
  /** Their names, those that leave among them. */
  names(): Promise<readonly string[]>;
  /** Waits for the Deployment's rollout, and fails after the seconds. */
  rolledOut(seconds?: number): Promise<void>;
  /** Waits until every pod says of a check of its /readyz what is asked for. */
  allSay(check: "config" | "certificate", isRight: (said: string) => boolean): Promise<void>;
  /** Waits until the log of every pod has a text. */
  allLogged(text: string): Promise<void>;
}

export function servingPodsOf({ name, system }: Installation, replicas: number): ServingPods {
  const inSystem = `--namespace=${system}`;
  const selector = `--selector=app.kubernetes.io/name=${name},app.kubernetes.io/component=webhook`;

  const names = async (): Promise<readonly string[]> => {
    const { items } = JSON.parse(await kubectl(["get", "pods", inSystem, selector, "--output=json"])) as {
      readonly items: readonly IPod[];
    };
    return items.map(({ metadata }) => metadata?.name ?? "");
  };
  /** The kubelet takes a minute to renew a mount; a pod that changes is looked at at once. */
  const hurried = async (ask: (pod: string) => Promise<string>): Promise<readonly string[]> => {
    await kubectl(["annotate", "pods", inSystem, selector, "--overwrite", `gracewarden.test/look=${Date.now()}`]);
    return Promise.all((await names()).map(ask));
  };
  const all = async (
    what: string,
    ask: (pod: string) => Promise<string>,
    isRight: (text: string) => boolean,
  ): Promise<void> => {
    const areRight = (texts: readonly string[]): boolean => texts.length === replicas && texts.every(isRight);
    await until(what, () => hurried(ask), areRight, { seconds: 150, everySeconds: 1 });
  };
  return {
    names,
    async rolledOut(seconds = 90) {
      await kubectl(["rollout", "status", inSystem, `deployment/${name}`, `--timeout=${seconds}s`]);
    },
    allSay: (check, isRight) =>
      all(
        `${check} in /readyz`,
        async (pod) => {
          const path = `/api/v1/namespaces/${system}/pods/https:${pod}:8443/proxy/readyz`;
          // One that is not ready just now answers 503, and kubectl fails.
          const text = await kubectl(["get", "--raw", path]).catch(() => "{}");
          const { checks = {} } = JSON.parse(text) as { readonly checks?: Readonly<Record<string, string>> };
          return checks[check] ?? "";
        },
        isRight,
      ),
    allLogged: (text) =>
      all(
        `"${text}" in the log`,
        (pod) => kubectl(["logs", inSystem, pod]),
        (log) => log.includes(text),
      ),
  };
}

/** How often the API server let an object through since an entry of ours did not answer. */
export async function countFailOpens(): Promise<number> {
  const counts = (await kubectl(["get", "--raw", "/metrics"])).matchAll(
    /^apiserver_admission_webhook_fail_open_count\{.*name="\w+\.\w+\.gracewarden\.io".*\} (\d+)$/gm,
  );
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}
