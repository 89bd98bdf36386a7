import { readFileSync } from "node:fs";
import { loadAll } from "js-yaml";
import { describe, expect, it } from "vitest";
import { readConfig } from "../policies/config-file.ts";
import { readObjects } from "../policies/pods/read-object.ts";
import { rules } from "../policies/rules/index.ts";
import { annotationWaivers } from "../policies/waiver.ts";
import { filledReadme, readmeFile } from "./readme.ts";

const text = readFileSync(readmeFile, "utf8");
const yamlBlocks = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = ""]) => block);

describe("the README", () => {
  it("shows what the program prints: `npm run docs` writes it", () => {
    expect(text).toBe(filledReadme(text));
  });

  it("has a configuration that is accepted", () => {
    const block = yamlBlocks.find((yaml) => yaml.startsWith("# gracewarden.yaml")) ?? "";
    const read = readConfig(loadAll(block)[0], rules);
    expect("problems" in read ? read.problems : []).toEqual([]);
    expect("config" in read && read.config.customRules).toHaveLength(1);
  });

  it("has a waiver that is complete", () => {
    const block = yamlBlocks.find((yaml) => yaml.includes("waive.gracewarden.io")) ?? "";
    const pod = { apiVersion: "v1", kind: "Pod", ...(loadAll(block)[0] as object) };
    const [read] = readObjects(pod, undefined).objects;
    const { waivers, problems } = annotationWaivers(read!.object, undefined);
    expect(problems).toEqual([]);
    expect(waivers.map(({ waiver }) => rules.some(({ id }) => id === waiver.rule))).toEqual([true]);
  });

  it("names a hook that pre-commit finds", () => {
    const hooks = loadAll(readFileSync(new URL("../.pre-commit-hooks.yaml", import.meta.url), "utf8"))[0] as {
      id: string;
    }[];
    const block = yamlBlocks.find((yaml) => yaml.includes("pre-commit")) ?? "";
    const wanted = loadAll(block)[0] as { repos: { hooks: { id: string }[] }[] };
    const ids = hooks.map(({ id }) => id);
    for (const { id } of wanted.repos.flatMap((repo) => repo.hooks)) expect(ids).toContain(id);
  });
});
