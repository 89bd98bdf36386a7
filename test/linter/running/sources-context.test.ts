import { describe, expect, it } from "vitest";
import { lint, type Findings } from "../findings.ts";
import { folder, pod } from "../folder.ts";
import { helmPath, kubectlPath, skippedWithout } from "../program-folders.ts";
import { readInput } from "../../../linter/reading/read-input.ts";
import type { Terminal } from "../../../linter/terminal.ts";
import { gracewarden, type Outcome } from "../program.ts";

const chartFile = (name: string): string => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`;
const web = pod("web").replace("  name: web\n", "  name: web\n  labels: { app: web }\n");
const service = (app: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${app} }\nspec: { selector: { app: ${app} }, ports: [{ port: 80 }] }\n`;
const files = {
  "web.yaml": web,
  "shop/Chart.yaml": chartFile("shop"),
  "shop/values.yaml": "app: web\n",
  "shop/templates/service.yaml": service("{{ .Values.app }}"),
  "overlay/kustomization.yaml": "namePrefix: prod-\nresources: [../base]\n",
  "base/kustomization.yaml": "resources: [service.yaml]\n",
  "base/service.yaml": service("web"),
};

const env = { PATH: [helmPath, kubectlPath].filter((path) => path !== undefined).join(":") };

/** What is said of a pod by the Services and budgets that reach it. */
const related = ({ findings }: Findings): string[] =>
  findings
    .filter(({ rule }) => rule === "prestop-delay" || rule === "pdb-allows-one")
    .map(({ file, rule, severity }) => `${file} ${rule} ${severity}`);

const render = {
  values: [],
  set: [],
  "release-name": undefined,
  namespace: undefined,
  "kube-version": undefined,
  render: false,
  "no-render": false,
};

const reached = ["web.yaml prestop-delay warn"];

describe.skipIf(helmPath === undefined || kubectlPath === undefined)(
  `what --context names${skippedWithout("helm", helmPath)}${skippedWithout("kubectl", kubectlPath)}`,
  () => {
    it.each([
      { name: "a chart, as helm renders it", args: ["shop"], finds: reached },
      { name: "charts below a folder with --render", args: [".", "--render"], finds: reached },
      { name: "a kustomization with all that it is built from", args: ["overlay"], finds: reached },
      { name: "neither with --no-render", args: ["shop", "--context", "overlay", "--no-render"], finds: [] },
      { name: "with values, if no chart is linted", args: ["shop", "--set", "app=api"], finds: [] },
      {
        name: "by itself, if another chart gets the values",
        args: ["shop", "--set", "app=api", "other"],
        finds: reached,
      },
    ])("is read: $name", async ({ args, finds }) => {
      const other = { "other/Chart.yaml": chartFile("other"), "other/templates/a.yaml": "# nothing\n" };
      const cwd = folder({ ...files, ...other });
      const outcome = await lint(["web.yaml", "--context", ...args], { cwd, env });
      expect(related(outcome)).toEqual(finds);
      expect(outcome).toMatchObject({ code: 0, stderr: "", files: { linted: 1 }, objects: { checked: 1 } });
    });

    const shared = {
      "base/kustomization.yaml": "resources: [service.yaml, web.yaml]\n",
      "base/web.yaml": web,
      "other/kustomization.yaml": "nameSuffix: -other\nresources: [../base]\n",
      "shop/templates/web.yaml": web,
      "shop/charts/db/Chart.yaml": chartFile("db"),
      "shop/charts/db/templates/db.yaml": pod("db"),
    };
    it.each([
      {
        name: "a template of the chart that is linted as it is written",
        args: ["shop/templates/web.yaml"],
        context: ["shop"],
        reads: ["Pod/db", "Service/web"],
      },
      { name: "a chart that is linted", args: ["shop"], context: ["shop"], reads: [] },
      { name: "a chart in the one that is linted", args: ["shop"], context: ["shop/charts/db"], reads: [] },
      {
        name: "a chart that is linted, in the one around it",
        args: ["shop/charts/db"],
        context: ["shop"],
        reads: ["Pod/web", "Service/web"],
      },
      { name: "a base of what is linted", args: ["overlay"], context: ["base"], reads: [] },
      { name: "a file of a base of what is linted", args: ["overlay"], context: ["base/web.yaml"], reads: [] },
      { name: "a base that is linted", args: ["base"], context: ["overlay"], reads: [] },
      {
        name: "a file that is linted as it is written",
        args: ["base/web.yaml", "base/kustomization.yaml"],
        context: ["overlay"],
        reads: ["Service/prod-web"],
      },
      {
        name: "but a base of both is",
        args: ["overlay"],
        context: ["other"],
        reads: ["Pod/web-other", "Service/web-other"],
      },
    ])("is not read a second time: $name", async ({ args, context, reads }) => {
      const cwd = folder({ ...files, ...shared });
      let said = "";
      const terminal = { cwd, env, stderr: { write: (text: string) => void (said += text) }, hasRead() {} };
      const input = await readInput(
        args,
        { context, strict: false, stdinName: "stdin", configFolder: cwd, render },
        terminal as unknown as Terminal,
      );
      const objects = input.context.flatMap((file) =>
        file.objects.map(({ object }) => `${object.kind}/${object.name}`),
      );
      expect(objects.toSorted()).toEqual(reads);
      expect(said).toBe("");
    });

    it.each([
      {
        name: "a chart that helm refuses",
        more: { "shop/templates/bad.yaml": '{{ fail "name a database" }}' },
        args: ["shop"],
        says: /^gracewarden: shop is not rendered \(--no-render does without\): helm failed .*name a database/,
      },
      {
        name: "a remote base",
        more: { "base/kustomization.yaml": 'resources: ["https://127.0.0.1/a.yaml"]\n' },
        args: ["overlay"],
        says: /^gracewarden: overlay is not rendered .*names https:\/\/127\.0\.0\.1\/a\.yaml, which is not on this machine/,
      },
    ])("does not pass for whole: $name", async ({ more, args, says }) => {
      const cwd = folder({ ...files, ...more });
      const { code, stderr, files: read } = await lint(["web.yaml", "--context", ...args], { cwd, env });
      expect(stderr).toMatch(says);
      expect(code).toBe(2);
      expect(read.linted).toBe(1);
    });

    it("is nothing that --cache holds for", async () => {
      const args = ["lint", "web.yaml", "--context", "overlay", "--cache", "--cache-location", folder()];
      const { stderr } = await gracewarden(args, { cwd: folder(files), env });
      expect(stderr).toContain("--cache does not hold for what helm or kustomize renders");
    });
  },
);

const withoutPrograms = (context: readonly string[]): Promise<Outcome> =>
  gracewarden(["lint", "web.yaml", "--context", ...context], { cwd: folder(files), env: {} });

describe("what --context names, without helm and kubectl", () => {
  it("is read as it is written, and that is said", async () => {
    const { code, stdout, stderr } = await withoutPrograms(["shop", "--context", "base"]);
    expect(stderr)
      .toBe(`gracewarden: helm is not on the PATH, so shop is not rendered: its files are read as they are written
gracewarden: neither kubectl nor kustomize is on the PATH, so base is not rendered: its files are read as they are written
`);
    expect(code).toBe(0);
    expect(stdout).toContain("prestop-delay");
  });

  it.each([
    { args: ["base", "--render"], says: "base is not rendered" },
    { args: ["shop", "--set", "a=b"], says: "--set needs helm" },
  ])("ends with 2 where rendering was asked for: $args", async ({ args, says }) => {
    const { code, stderr } = await withoutPrograms(args);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });
});
