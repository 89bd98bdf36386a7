import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { auditedKinds } from "../../linter/audit/kinds.ts";
import { rules } from "../../policies/rules/index.ts";
import { gracewarden } from "../linter/program.ts";
import { objectsIn } from "./objects.ts";
import { validate } from "./validate.ts";

const deploy = resolve(import.meta.dirname, "../../deploy");
const objects = ["audit.yaml", "audit-cronjob.yaml"].flatMap((file) =>
  objectsIn(readFileSync(resolve(deploy, file), "utf8")),
);

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

describe("deploy/audit.yaml", () => {
  it("grants what an audit reads, and nothing else", () => {
    const role = objects.find(({ kind }) => kind === "ClusterRole") as unknown as {
      readonly rules: readonly PolicyRule[];
    };
    const granted = role.rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    );
    const read = auditedKinds.map(({ group, resource }) => `list ${group}/${resource}`);
    expect(granted.toSorted()).toEqual([...read, "get /namespaces"].toSorted());
  });

  it("is valid, and its CronJob leaves nothing to report", async () => {
    for (const object of objects) expect(() => validate(object)).not.toThrow();
    expect(
      await gracewarden(["lint", "--no-config", "--fail-on", "advice", "deploy/audit-cronjob.yaml"], {
        cwd: resolve(deploy, ".."),
      }),
    ).toMatchObject({ code: 0 });
  });
});

describe("the kinds that an audit reads", () => {
  it("are named for every rule that needs other objects", () => {
    const named = new Set(auditedKinds.flatMap((kind) => kind.rules));
    expect(rules.filter(({ id, needs }) => needs === "set" && !named.has(id)).map(({ id }) => id)).toEqual([]);
  });
});
