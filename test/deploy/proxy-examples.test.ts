import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../proxy/config/read-config.ts";
import { podTemplate } from "../../proxy/checking/pod-template.ts";
import { gracewarden } from "../linter/program.ts";
import { mutated, type Json } from "../policies/admission/review-of.ts";
import { objectsIn, type Manifest } from "./objects.ts";
import { validate } from "./validate.ts";

const folder = resolve(import.meta.dirname, "../../deploy/examples/polite");

interface PodSpec extends Json {
  readonly containers: readonly (Json & { readonly env: readonly Json[] })[];
}

const specOf = (objects: readonly Manifest[]): PodSpec => {
  const { spec } = objects.find(({ kind }) => kind === "Deployment") ?? {};
  return (spec as { template: { spec: PodSpec } }).template.spec;
};

describe.each(["mcp-proxy.yaml", "mcp-proxy-three-servers.yaml"])("the example %s", (file) => {
  const objects = objectsIn(readFileSync(join(folder, file), "utf8"));
  const spec = specOf(objects);

  it("is valid", () => {
    for (const object of objects) expect(() => validate(object)).not.toThrow();
  });

  it("is found polite by our own linter", async () => {
    const { stdout } = await gracewarden(["lint", "--no-config", "--format", "json", join(folder, file)], {
      cwd: folder,
    });
    expect(JSON.parse(stdout)).toMatchObject({ findings: [] });
  });

  it("is left as it is by our own webhook", () => {
    const { decision } = mutated({ apiVersion: "v1", kind: "Pod", metadata: { name: "tools" }, spec });
    expect(decision.outcome).toBe("unchanged");
    expect(decision.warnings ?? []).toEqual([]);
  });

  it("says what `check` asks for", () => {
    const data = (objects.find(({ kind }) => kind === "ConfigMap") as { data?: Record<string, string> } | undefined)
      ?.data;
    const text = data?.["proxy.json"] ?? `{"mcpServers": {"default": {"command": "node"}}}`;
    const read = readConfig("proxy.json", Buffer.from(text), { TICKETS_TOKEN: "t" });
    if ("problems" in read) throw new Error(read.problems.join("\n"));
    const asked = podTemplate(read.config.backends, {}, "/etc/gracewarden/proxy.json").spec as PodSpec;
    const { containers: askedContainers, ...askedRest } = asked;
    expect(spec).toMatchObject(askedRest);
    const [{ image: _image, args, env, ...askedContainer } = { env: [] }] = askedContainers;
    const [container] = spec.containers;
    expect(container).toMatchObject({ ...askedContainer, ...(data && { args }) });
    expect(container?.env).toEqual(expect.arrayContaining([...env]));
  });
});

describe("the proxy's image", () => {
  it("runs it under an init and listens where a pod is reached", () => {
    const dockerfile = readFileSync(resolve(folder, "../../Dockerfile"), "utf8");
    const [, stage = ""] = /^FROM runtime AS proxy\n([^]*?)\nFROM /m.exec(dockerfile) ?? [];
    expect(stage).toMatch(/ENTRYPOINT \["\/tini", "--", "\/nodejs\/bin\/node", "\/app\/dist\/gracewarden-proxy\.js"\]/);
    expect(stage).toContain("GRACEWARDEN_ADMIN_LISTEN=0.0.0.0:8081");
  });
});
