import { describe, expect, it } from "vitest";
import { applyPatch } from "../../../policies/admission/json-patch.ts";
import { mutate } from "../../../policies/admission/mutate.ts";
import { mutatingPolicies, mutationMisses } from "../../../policies/cel/mutating-policy.ts";
import { defaultConfig } from "../../../policies/config.ts";
import { valueAt } from "../../../policies/path.ts";
import { isRecord } from "../../../policies/record.ts";
import { rules } from "../../../policies/rules/index.ts";
import { objectsIn } from "../../policies/admission/example-objects.ts";
import { requestOf } from "../../policies/admission/review-of.ts";
import { mutationDifferences } from "./misses.ts";
import { withPolicies, type Judge } from "./policies-in-force.ts";
import { shownObjects } from "./shown-object.ts";
import { now } from "./verdicts.ts";

type Json = Readonly<Record<string, unknown>>;

const settings = { config: defaultConfig, rules, now, namespaceOptedIn: false };

const policiesOf = (namespace: string): readonly object[] =>
  mutatingPolicies(defaultConfig, {
    name: namespace,
    version: "0.0.0",
    today: now.toISOString().slice(0, 10),
    namespaces: [namespace],
    workloads: false,
    enforcement: defaultConfig.enforcement,
  }).map((object) => {
    const { kind, spec } = object as { kind: string; spec: object };
    // An expression that fails is seen.
    return kind.endsWith("Binding") ? object : { ...object, spec: { ...spec, failurePolicy: "Fail" } };
  });

function labelled(pod: Json, inject: string): Json {
  const metadata = isRecord(pod["metadata"]) ? pod["metadata"] : {};
  const labels = isRecord(metadata["labels"]) ? metadata["labels"] : {};
  return { ...pod, metadata: { ...metadata, labels: { ...labels, "gracewarden.io/inject": inject } } };
}

const records = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** What of a pod decides how it stops, and what the policies and the webhook put in. */
function stopsBy(pod: unknown): string {
  const containers = records(valueAt(pod, ["spec", "containers"])).map((container) => {
    const hook = valueAt(container, ["lifecycle", "preStop"]);
    const get = valueAt(hook, ["httpGet"]);
    const env = records(container["env"]).filter(({ name }) =>
      ["GRACEWARDEN_GRACE_SECONDS", "GRACEWARDEN_PRESTOP_SECONDS"].includes(String(name)),
    );
    const asked = isRecord(get) ? { path: get["path"], port: get["port"] } : hook;
    return [container["name"], asked ?? null, ...env.map(({ name, value }) => `${String(name)}=${String(value)}`)];
  });
  return JSON.stringify([valueAt(pod, ["spec", "terminationGracePeriodSeconds"]), ...containers]);
}

function byWebhook(pod: Json): unknown {
  const decision = mutate(requestOf(pod), settings);
  return decision.outcome === "patched" ? applyPatch(pod, decision.patch) : pod;
}

async function answer(judge: Judge, path: string, pod: object): Promise<Json | string> {
  const { status, body } = await judge.dryRun(path, pod);
  return status === 201 ? body : `${status} ${String(body["message"])}`;
}

describe("exported mutations on a real API server", () => {
  it("make of every example's pod what the webhook makes of it, or differ as they say", async () => {
    const differ: { readonly example: string; readonly text: string }[] = [];
    const again: string[] = [];
    const failed: string[] = [];
    let changed = 0;
    let unchanged = 0;
    await withPolicies(policiesOf, async (judge) => {
      for (const { example, yaml } of rules.flatMap(({ id, examples }) =>
        examples.map((one) => ({ example: `${id}: ${one.name}`, yaml: one.yaml })),
      )) {
        const objects = await objectsIn("example.yaml", new TextEncoder().encode(yaml));
        const pods = objects
          .flatMap((one) => shownObjects(one, judge.namespace))
          .filter(({ path }) => path.endsWith("/pods"));
        for (const { what, path, object } of pods) {
          const before = await answer(judge, path, labelled(object, "false"));
          // Refused by the API server's own validation.
          if (typeof before === "string") continue;
          const after = await answer(judge, path, labelled(object, "true"));
          if (typeof after === "string") {
            failed.push(`${example}, ${what}: ${after}`);
            continue;
          }
          const received = labelled(before, "true");
          const [policy, webhook] = [stopsBy(after), stopsBy(byWebhook(received))];
          if (policy !== webhook)
            differ.push({ example, text: `${example}, ${what}: the webhook makes ${webhook}, the policy ${policy}` });
          else if (policy === stopsBy(before)) unchanged++;
          else changed++;
          const second = await answer(judge, path, after);
          if (typeof second === "string" || JSON.stringify(second["spec"]) !== JSON.stringify(after["spec"]))
            again.push(`${example}, ${what}`);
        }
      }
    });
    const known = mutationDifferences.flatMap(({ miss, examples }) =>
      mutationMisses.some((one) => one.startsWith(miss)) ? examples : [],
    );
    console.log(
      [
        `${changed} pods changed alike, ${unchanged} left alone by both, ${differ.length} differ`,
        ...differ.map(({ text }) => `  ${text}`),
      ].join("\n"),
    );
    expect(failed).toEqual([]);
    expect(again).toEqual([]);
    expect(differ.filter(({ example }) => !known.includes(example)).map(({ text }) => text)).toEqual([]);
    expect(known.filter((example) => !differ.some((one) => one.example === example))).toEqual([]);
  }, 300_000);
});
