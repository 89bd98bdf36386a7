import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inBatches } from "./batch.ts";
import { compare, endsOf, errorsOf, isWrong, signalsOf, type Comparison } from "./compare.ts";
import { kubectl, withNamespace } from "./kubectl.ts";
import { appConfigMap, manifest, type Images } from "./manifest.ts";
import { watchNamespace, type NamespaceWatch } from "./namespace-watch.ts";
import { observe } from "./observe.ts";
import { predict } from "./predict.ts";
import { shapes } from "./shapes.ts";
import { table } from "./table.ts";

// Settings: KUBECONFIG (any cluster), GRACEWARDEN_CLUSTER_RUNS (3 for the whole proof), GRACEWARDEN_WRITE=1 (keeps the table in timeline.md),
// GRACEWARDEN_TEST_IMAGE (Node with sh and coreutils) and GRACEWARDEN_TEST_IMAGE_DISTROLESS (Node alone).
const { KUBECONFIG, GRACEWARDEN_CLUSTER_RUNS = "1", GRACEWARDEN_WRITE } = process.env;
const {
  GRACEWARDEN_TEST_IMAGE = "gracewarden-node:24",
  GRACEWARDEN_TEST_IMAGE_DISTROLESS = "gracewarden-node:24-distroless",
} = process.env;
const images: Images = { debian: GRACEWARDEN_TEST_IMAGE, distroless: GRACEWARDEN_TEST_IMAGE_DISTROLESS };

describe("the predicted timeline on a real kubelet", () => {
  const runs: Comparison[][] = [];

  beforeAll(async () => {
    if (!KUBECONFIG) {
      console.warn("SKIPPED: the timeline is not proved, since KUBECONFIG names no cluster.");
      return;
    }
    await withNamespace("gracewarden-timeline", async (namespace) => {
      const script = await readFile(new URL("app.mjs", import.meta.url), "utf8");
      const configMap = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: appConfigMap },
        data: { "app.mjs": script },
      };
      await kubectl(["create", `--namespace=${namespace}`, "--filename=-"], configMap);
      const watch = watchNamespace(namespace);
      try {
        for (let run = 1; run <= Number(GRACEWARDEN_CLUSTER_RUNS); run++)
          runs.push(await runOnce(run, namespace, watch));
      } finally {
        await watch.stop();
      }
    });
    const text = table(runs, await describeCluster());
    console.log(text);
    if (GRACEWARDEN_WRITE === "1") await writeFile(new URL("timeline.md", import.meta.url), text);
  });

  beforeEach((context) => context.skip(!KUBECONFIG, "KUBECONFIG names no cluster"));

  test("holds for at least 24 shapes of pod", () => {
    expect(new Set(runs.flat().map(({ shape }) => shape)).size).toBeGreaterThanOrEqual(24);
  });

  test("says when SIGTERM comes, within 0.5 s at the 95th percentile", () => {
    expect(errorsOf(signalsOf(runs.flat())).p95).toBeLessThanOrEqual(0.5);
  });

  test("says when the container is gone, within 1 s at the 95th percentile", () => {
    expect(errorsOf(endsOf(runs.flat())).p95).toBeLessThanOrEqual(1);
  });

  test("predicts no outcome wrongly", () => {
    expect(runs.flat().filter(isWrong)).toEqual([]);
  });
});

async function runOnce(run: number, namespace: string, watch: NamespaceWatch): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const [index, batch] of inBatches(shapes).entries()) {
    for (const observed of await observe(batch, `${run}-${index}`, namespace, images, watch)) {
      const shape = batch.find(({ name }) => name === observed.shape)!;
      const row = predict(manifest(shape, shape.name, "", images), { kind: shape.cause }).get(observed.container);
      if (row === undefined) throw new Error(`${observed.shape}/${observed.container} is in no timeline`);
      comparisons.push(compare(row, observed));
    }
  }
  return comparisons;
}

async function describeCluster(): Promise<string> {
  const path = "{.items[0].status.nodeInfo}";
  const { kubeletVersion, containerRuntimeVersion, kernelVersion } = JSON.parse(
    await kubectl(["get", "nodes", `--output=jsonpath=${path}`]),
  ) as Record<string, string>;
  return `Kubernetes ${kubeletVersion}, ${containerRuntimeVersion}, Linux ${kernelVersion}`;
}
