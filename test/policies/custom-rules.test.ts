import { describe, expect, it } from "vitest";
import { readConfig } from "../../policies/config-file.ts";
import { formatPath } from "../../policies/path.ts";
import { objectSet } from "../../policies/pods/object-set.ts";
import { readObjects } from "../../policies/pods/read-object.ts";
import { run } from "../../policies/run.ts";

/** What a rule with this assertion reports on a pod, as `path verdict message`. */
function reports(assert: object, spec: object, metadata: object = {}): string[] {
  const read = readConfig({ customRules: [{ id: "mine", message: "not as agreed", severity: "error", assert }] }, []);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "app", ...metadata }, spec };
  const objects = readObjects(pod, undefined).objects.map(({ object }) => object);
  const { findings, crashes } = run(objectSet(objects), objects, [], read.config, new Date("2026-11-22"));
  expect(crashes).toEqual([]);
  return findings.map(({ at, verdict, severity, message }) => `${formatPath(at)} ${verdict} ${severity} ${message}`);
}

const app = { name: "app", image: "app" };
const sleeping = { ...app, lifecycle: { preStop: { sleep: { seconds: 3 } } } };

describe("a rule of the configuration's own", () => {
  it("asserts a JSON schema on the pod", () => {
    const assert = { properties: { labels: { required: ["team"] } } };
    expect(reports(assert, { containers: [app] })).toEqual([
      "metadata.labels fail error not as agreed (must have required property 'team')",
    ]);
    expect(reports(assert, { containers: [app] }, { labels: { team: "a" } })).toEqual([]);
  });

  it("may compare a pod's numbers", () => {
    const assert = {
      properties: { containers: { items: { properties: { preStop: { type: "object", secondsAtLeast: 5 } } } } },
    };
    expect(reports(assert, { containers: [sleeping] })).toEqual([
      "spec.containers[0].lifecycle.preStop fail error not as agreed (must be at least 5 s)",
    ]);
  });

  it("does not take the unknown for a pass", () => {
    const assert = {
      properties: { containers: { items: { properties: { drain: { type: "object", secondsAtMost: 20 } } } } },
    };
    expect(reports(assert, { containers: [app] })).toEqual([
      "spec.containers[0] undetermined advice not as agreed (must be at most 20 s)",
    ]);
    const annotated = { annotations: { "gracewarden.io/drain-seconds": "12" } };
    expect(reports(assert, { containers: [app] }, annotated)).toEqual([]);
  });

  it("sees the manifest as written", () => {
    const assert = { properties: { spec: { required: ["priorityClassName"] } } };
    expect(reports(assert, { containers: [app] })).toEqual([
      "spec fail error not as agreed (must have required property 'priorityClassName')",
    ]);
  });
});
