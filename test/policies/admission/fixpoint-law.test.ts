import { describe, expect, it } from "vitest";
import { defaultedPod } from "../../../policies/admission/defaulted-pod.ts";
import { isFixable } from "../../../policies/admission/fixpoint.ts";
import { judge } from "../../../policies/admission/judge.ts";
import { mutate } from "../../../policies/admission/mutate.ts";
import { defaultConfig } from "../../../policies/config.ts";
import { formatPath } from "../../../policies/path.ts";
import { objectSet } from "../../../policies/pods/object-set.ts";
import { rules } from "../../../policies/rules/index.ts";
import { examplesOf } from "./example-objects.ts";
import { mutated, requestOf, settings, type Json } from "./review-of.ts";

/** Everything that the webhook may be asked for: the examples' pods, as the API server would show them. */
const pods = (await examplesOf(rules)).flatMap(({ name, objects, oldestMinor }) => {
  const set = objectSet(objects);
  return objects.flatMap((object) =>
    set.podsIn(object).flatMap((pod, index) => {
      const value = defaultedPod(pod);
      return value === undefined ? [] : [{ name: `${name}, ${object.kind} ${index}`, pod: value, oldestMinor }];
    }),
  );
});

const preStopOf = (container: Json | undefined): { readonly sleep?: { readonly seconds: number } } | undefined =>
  (container?.["lifecycle"] as Json | undefined)?.["preStop"] as never;

describe("a pod in scope, once mutated,", () => {
  it("is one of many", () => {
    expect(pods.length).toBeGreaterThan(100);
  });

  it.each(pods.map(({ name, ...rest }) => [name, rest] as const))("%s", (_name, { pod, oldestMinor }) => {
    const injecting = {
      ...settings,
      config: { ...defaultConfig, kubernetes: { oldestMinor } },
      namespaceOptedIn: true,
      preStopToken: () => "s3cret",
    };
    const { decision, pod: after } = mutated(pod, injecting);
    if (decision.outcome === "skipped") return;

    expect(decision).not.toMatchObject({ outcome: "failed" });
    // Nothing is left that a safe fix would mend, and a second call has nothing to do.
    const left = judge(requestOf(after).object, injecting, { injecting: true }).findings.filter(isFixable);
    expect(left.map(({ rule, at }) => `${rule} ${formatPath(at)}`)).toEqual([]);
    expect(mutate(requestOf(after), injecting).outcome).toBe("unchanged");

    // What was there stays: hooks, and a grace period that is long enough.
    const [before, now] = [pod["spec"] as Json, after["spec"] as Json];
    const grace = now["terminationGracePeriodSeconds"] as number;
    expect(grace).toBeGreaterThanOrEqual(before["terminationGracePeriodSeconds"] as number);
    for (const key of ["containers", "initContainers"]) {
      for (const [index, container] of ((before[key] ?? []) as Json[]).entries()) {
        const mutatedContainer = (now[key] as Json[])[index];
        const [hook, hookNow] = [container, mutatedContainer].map(preStopOf);
        expect(hook === undefined ? {} : hookNow).toEqual(hook ?? {});
        expect(hook === undefined ? (hookNow?.sleep?.seconds ?? 0) : 0).toBeLessThanOrEqual(grace);
      }
    }
  });
});
