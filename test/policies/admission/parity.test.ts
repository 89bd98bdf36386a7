import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultedPod } from "../../../policies/admission/defaulted-pod.ts";
import { validate } from "../../../policies/admission/validate.ts";
import { defaultConfig, type Config } from "../../../policies/config.ts";
import { formatPath } from "../../../policies/path.ts";
import { knownPodPlace } from "../../../policies/pods/find.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import { objectSet, type ObjectSet } from "../../../policies/pods/object-set.ts";
import type { Pod } from "../../../policies/pods/pod.ts";
import { strayFields } from "../../../policies/pods/stray-fields.ts";
import { applyEdits } from "../../../policies/edit.ts";
import { rules } from "../../../policies/rules/index.ts";
import { run, type Finding } from "../../../policies/run.ts";
import { examplesOf, objectsIn } from "./example-objects.ts";
import { requestOf, settings } from "./review-of.ts";

/** One verdict, by which linter and webhook are compared; the place counts from the pod's template. */
interface Said {
  readonly finding: Finding;
  readonly key: string;
}

/** What linter and webhook see of one pod. */
interface Case {
  readonly pod: Pod;
  readonly config: Config;
}

/** Why one side says what the other does not. Each reason is checked on the case itself. */
interface Difference {
  readonly rule: string;
  readonly by: "linter" | "webhook";
  readonly reason: string;
  readonly explains: (said: Said, of: Case) => boolean;
}

const differences: readonly Difference[] = [
  {
    rule: "grace-not-zero",
    by: "linter",
    reason: "a negative grace period arrives as 1 (A25)",
    explains: (_said, { pod }) => (pod.writtenGraceSeconds ?? 0) < 0,
  },
  {
    rule: "misplaced-field",
    by: "linter",
    reason: "the API server drops fields that it does not know, so a review does not have them",
    explains: ({ finding }, { pod }) =>
      strayFields(pod.object).some(({ at }) => formatPath(at) === formatPath(finding.at)),
  },
  {
    rule: "valid-waivers",
    by: "linter",
    reason: "annotations of a workload are not passed on to its pods",
    explains: ({ finding }, { pod }) => pod.object.kind !== "Pod" && finding.at[0] === "metadata",
  },
  ...["prestop-delay", "prestop-tells-the-app"].flatMap((rule) =>
    (["linter", "webhook"] as const).map((by): Difference => ({
      rule,
      by,
      reason: "a review has no Services: whether they lead to the pod, and to which containers, is not known there",
      // The linter itself says what the webhook does, where it sees the object alone.
      explains: ({ key }, { pod, config }) => {
        const { findings } = run(objectSet([pod.object]), [pod.object], rules, config, settings.now);
        return verdicts(findings, pod).some((said) => said.key === key) === (by === "webhook");
      },
    })),
  ),
];

const waivedWorkload = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, annotations: { waive.gracewarden.io/grace-not-zero: "no owner and no day" } }
spec: { template: { spec: { containers: [{ name: web, image: web }] } } }
`;

const alone = new Set(rules.flatMap(({ id, needs }) => (needs === "pod" ? [id] : [])));

function keyOf({ rule, container, verdict, at }: Finding, pod: Pod): string {
  const root = pod.at.slice(0, -1);
  const inTemplate = root.every((step, index) => at[index] === step);
  const place = inTemplate ? at.slice(root.length) : ["(workload)", ...at];
  return [rule, container ?? "-", verdict, formatPath(place)].join(" | ");
}

const verdicts = (findings: readonly Finding[], pod: Pod): Said[] =>
  findings
    .filter(({ rule, at }) => alone.has(rule) && isAbout(at, pod))
    .map((finding) => ({ finding, key: keyOf(finding, pod) }));

/** A finding of the object as a whole is about each of its pods. */
const isAbout = (at: Finding["at"], pod: Pod): boolean =>
  pod.at.slice(0, -1).every((step, index) => at.length <= index || at[index] === step || at[0] === "metadata");

/** The pod as the API server would show it; why it would show none, otherwise. */
function shown(pod: Pod, set: ObjectSet): object | string {
  const { object } = pod;
  if (knownPodPlace(object) === undefined) return "a custom resource: what pods its operator makes is not known";
  if (set.problemsIn(object).length > 0) return "the API server cannot decode it";
  // What it drops is dropped here, so that its defaults are those of what is left.
  const strays = strayFields(object).filter(({ level }) => level !== "readiness probe");
  const value = applyEdits(
    object.value,
    strays.map(({ at }) => ({ op: "remove" as const, at })),
  );
  const [decoded] = objectSet([{ ...object, value }]).podsIn({ ...object, value });
  return (decoded && defaultedPod(decoded)) ?? "no pod spec";
}

interface Tally {
  compared: number;
  verdicts: number;
  readonly skipped: Map<string, number>;
  readonly explained: Map<string, number>;
  readonly unexplained: string[];
}

const emptyTally = (): Tally => ({
  compared: 0,
  verdicts: 0,
  skipped: new Map(),
  explained: new Map(),
  unexplained: [],
});

const count = (map: Map<string, number>, key: string): unknown => map.set(key, (map.get(key) ?? 0) + 1);

function compare(name: string, objects: readonly KubernetesObject[], config: Config, tally: Tally): void {
  const set = objectSet(objects);
  const { findings } = run(set, objects, rules, config, settings.now);
  for (const pod of objects.flatMap((object) => set.podsIn(object))) {
    const arrived = shown(pod, set);
    if (typeof arrived === "string") {
      count(tally.skipped, arrived);
      continue;
    }
    const request = requestOf(arrived, { namespace: pod.object.namespace ?? "default" });
    const audited = { ...config, enforcement: { ...config.enforcement, default: "deny" as const } };
    const decision = validate(request, { ...settings, config: audited });
    const [arrivedPod] = objectSet([request.object]).podsIn(request.object);
    if (arrivedPod === undefined) throw new Error(`${name}: the pod was lost`);
    const linter = verdicts(
      findings.filter(({ object }) => object === pod.object),
      pod,
    );
    const webhook = verdicts(
      decision.findings.map(({ finding }) => finding),
      arrivedPod,
    );
    tally.compared++;
    tally.verdicts += linter.length;
    explain(linter, webhook, "linter");
    explain(webhook, linter, "webhook");

    function explain(mine: readonly Said[], others: readonly Said[], by: Difference["by"]): void {
      for (const said of mine) {
        const { finding, key } = said;
        if (others.some((other) => other.key === key)) continue;
        const found = differences.find(
          (difference) =>
            difference.rule === finding.rule && difference.by === by && difference.explains(said, { pod, config }),
        );
        if (found === undefined) tally.unexplained.push(`${name}: only the ${by} says ${key}: ${finding.message}`);
        else count(tally.explained, `${found.rule} (${by} only): ${found.reason}`);
      }
    }
  }
}

const lines = (map: Map<string, number>): string => [...map].map(([text, n]) => `  ${n} ${text}\n`).join("");

function print(what: string, { compared, verdicts: all, skipped, explained, unexplained }: Tally): void {
  console.log(
    `${what}: ${compared} pods, ${all} verdicts alike or explained; ${unexplained.length} unexplained\nexplained:\n${lines(explained)}not compared:\n${lines(skipped)}`,
  );
}

describe("linter and webhook", () => {
  it("say the same of every rule's examples", async () => {
    const tally = emptyTally();
    for (const { name, objects, oldestMinor } of await examplesOf(rules))
      compare(name, objects, { ...defaultConfig, kubernetes: { oldestMinor } }, tally);
    compare(
      "a waiver of a workload",
      await objectsIn("waiver.yaml", new TextEncoder().encode(waivedWorkload)),
      defaultConfig,
      tally,
    );
    print("rule examples", tally);
    expect(tally.unexplained).toEqual([]);
    expect(tally.compared).toBeGreaterThan(150);
    // A reason that explains nothing any more is to be taken out of the table.
    for (const { rule, by, reason } of differences.filter((one) => one.by === "linter"))
      expect([...tally.explained.keys()]).toContain(`${rule} (${by} only): ${reason}`);
  });

  const corpus = process.env["GRACEWARDEN_CORPUS"];
  it.skipIf(corpus === undefined)(
    "say the same of the corpus (skipped where GRACEWARDEN_CORPUS names no folder)",
    async () => {
      const tally = emptyTally();
      const root = corpus ?? "";
      for (const file of globSync("**/*.{yaml,yml,json}", { cwd: root })) {
        const objects = await objectsIn(file, readFileSync(join(root, file)));
        compare(file, objects, defaultConfig, tally);
      }
      print("corpus", tally);
      expect(tally.unexplained).toEqual([]);
      expect(tally.compared).toBeGreaterThan(300);
    },
    120_000,
  );
});
