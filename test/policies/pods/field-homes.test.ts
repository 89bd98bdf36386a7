import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fieldHomes, fieldMeantBy, isHome, type Level } from "../../../policies/pods/field-homes.ts";

/** The fields that kubernetes-models declares for a type of the API. */
function declared(type: string, group = "v1"): string[] {
  const text = readFileSync(`node_modules/kubernetes-models/${group}/${type}.d.ts`, "utf8");
  const [, body = ""] = new RegExp(`export interface I${type} .*?\\{\n(.*?)\n\\}`, "s").exec(text) ?? [];
  return [...body.matchAll(/^ {4}"(\w+)"\??:/gm)].map(([, field = ""]) => field);
}

describe("fieldMeantBy", () => {
  const types: { type: string; group?: string; level: Level; kind?: string }[] = [
    { type: "PodSpec", level: "pod spec" },
    { type: "PodSecurityContext", level: "security context" },
    { type: "SecurityContext", level: "security context" },
    { type: "PodTemplateSpec", level: "template" },
    { type: "Container", level: "container" },
    { type: "EphemeralContainer", level: "container" },
    { type: "Lifecycle", level: "lifecycle" },
    { type: "LifecycleHandler", level: "handler" },
    { type: "Probe", level: "probe" },
    ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => ({
      type: `${kind}Spec`,
      group: "apps/v1",
      level: "workload" as const,
      kind,
    })),
    { type: "ReplicationControllerSpec", level: "workload", kind: "ReplicationController" },
    { type: "JobSpec", group: "batch/v1", level: "workload", kind: "Job" },
    { type: "CronJobSpec", group: "batch/v1", level: "workload", kind: "CronJob" },
    { type: "JobTemplateSpec", group: "batch/v1", level: "template", kind: "CronJob" },
    { type: "Pod", level: "object" },
    { type: "Deployment", group: "apps/v1", level: "object", kind: "Deployment" },
  ];

  it.each(types)("takes no field of $type for another one", ({ type, group, level, kind = "Pod" }) => {
    const fields = declared(type, group);
    expect(fields).not.toEqual([]);
    const misread = fields.filter((field) => {
      const meant = fieldMeantBy(field);
      return meant !== undefined && (meant !== field || !isHome(field, level, kind));
    });
    expect(misread).toEqual([]);
    // And no field that we look for is at home here unless the type has it.
    expect(Object.keys(fieldHomes).filter((field) => isHome(field, level, kind) && !fields.includes(field))).toEqual(
      [],
    );
  });

  it.each([
    ["terminationGracePeriod", "terminationGracePeriodSeconds"],
    ["terminationGracePeriodSecond", "terminationGracePeriodSeconds"],
    ["terminationgraceperiodseconds", "terminationGracePeriodSeconds"],
    ["gracePeriodSeconds", "terminationGracePeriodSeconds"],
    ["sharedProcessNamespace", "shareProcessNamespace"],
    ["ShareProcessNameSpace", "shareProcessNamespace"],
    ["hostPid", "hostPID"],
    ["PreStop", "preStop"],
    ["preStopHook", "preStop"],
    ["lifeCycle", "lifecycle"],
    ["lifecyle", "lifecycle"],
    ["redinessProbe", "readinessProbe"],
    ["hostIPC", undefined],
    ["hostPort", undefined],
    ["deletionGracePeriodSeconds", undefined],
    ["name", undefined],
    ["constructor", undefined],
    ["", undefined],
  ])("%s: %s", (key, field) => {
    expect(fieldMeantBy(key)).toBe(field);
  });
});
