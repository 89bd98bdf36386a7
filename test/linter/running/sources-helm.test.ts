import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram } from "../../../linter/sources/program.ts";
import { helm } from "../../deploy/helm.ts";
import { brief, lint, type JsonFinding } from "../findings.ts";
import { folder, hasty, pod } from "../folder.ts";
import { helmPath, skippedWithout } from "../program-folders.ts";
import { gracewarden, type Surroundings } from "../program.ts";

const root = resolve(import.meta.dirname, "../../..");

const chart = {
  "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
  "values.yaml": 'grace: 30\ncommand: ["sleep", "40"]\nname: web\nworker: false\n',
  "long.yaml": "grace: 90\n",
  "longer.yaml": "grace: 120\n",
  "templates/_hook.tpl": '{{ define "hook" }}\npreStop:\n  exec:\n    command: ["sleep", "35"]\n{{ end }}\n',
  "templates/web.yaml": `{{- /* two documents, of which helm
     prints the Service first */}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Values.name }}
spec:
  terminationGracePeriodSeconds: {{ .Values.grace }}
  containers:
    - name: {{ .Chart.Name }}
      image: "registry.example/{{ .Chart.Name }}:1"
      lifecycle:
        preStop:
          exec:
            command: {{ toJson .Values.command }}
    - name: side
      image: registry.example/side:1
      lifecycle:
        {{- include "hook" . | nindent 8 }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Values.name }}
spec:
  ports: [{ port: 80 }]
`,
  "templates/worker.yaml": `{{- if .Values.worker }}\n${hasty("worker")}{{- end }}\n`,
  "templates/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n",
  "example/literal.yaml": hasty("literal"),
};

const inFolder = (name: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]));

const around = (files: Readonly<Record<string, string>>): Surroundings => ({
  cwd: folder(files),
  env: { PATH: helmPath ?? "" },
});

const hooks = (findings: readonly JsonFinding[]): string[] =>
  findings
    .filter(({ rule }) => rule === "prestop-fits-grace")
    .map((finding) => `${finding.container}: ${brief(finding)} ${finding.rendered?.precision}`);

describe.skipIf(helmPath === undefined)(`a chart that is named${skippedWithout("helm", helmPath)}`, () => {
  it("is judged as helm renders it, and findings stand in its templates", async () => {
    const { code, findings, files, objects } = await lint(["shop"], around(inFolder("shop", chart)));
    expect(code).toBe(1);
    expect(hooks(findings)).toEqual([
      "shop: shop/templates/web.yaml:15 prestop-fits-grace error exact",
      // The include made the command, and the same text of the other container did not.
      "side: shop/templates/web.yaml:18 prestop-fits-grace error near",
    ]);
    expect(findings.map(brief)).toContain("shop/example/literal.yaml:6 grace-not-zero warn");
    expect(files.skipped.filter(({ file }) => file.includes("templates"))).toEqual([
      {
        file: "shop/templates/worker.yaml",
        reason: "renders to nothing; no manifest is made of it with these values of shop",
      },
    ]);
    expect(objects).toEqual({ checked: 3, notRelevant: 1, skipped: 0 });
  });

  it.each([
    { args: ["--set", "grace=90"], grace: 90 },
    { args: ["--values", "shop/long.yaml"], grace: 90 },
    { args: ["--values", "shop/long.yaml", "--values", "shop/longer.yaml"], grace: 120 },
    { args: ["--values", "shop/longer.yaml", "--set", "grace=60", "--set=name=x"], grace: 60 },
    { args: ["--values", 'odd, values".yaml'], grace: 77 },
  ])("takes $args", async ({ args, grace }) => {
    const files = { ...inFolder("shop", chart), 'odd, values".yaml': "grace: 77\n" };
    const { stdout } = await gracewarden(["timeline", "shop", ...args], around(files));
    expect(stdout).toContain(`${grace} s of grace`);
  });

  it("takes release name, namespace and Kubernetes version", async () => {
    const template =
      '{{- if semverCompare ">=1.31-0" .Capabilities.KubeVersion.Version }}\n' +
      hasty("app").replace("name: app", "name: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}") +
      "{{- end }}\n";
    const files = { "Chart.yaml": chart["Chart.yaml"], "templates/pod.yaml": template };
    const args = [".", "--release-name", "blue", "--namespace", "shop", "--kube-version", "1.33.0"];
    const { findings } = await lint(args, around(files));
    expect(findings.map(({ object, line }) => `${object?.namespace}/${object?.name} ${line}`)).toEqual(["shop/blue 8"]);
  });

  it("may be one that another holds, as a folder", async () => {
    const files = {
      ...inFolder("shop", chart),
      "shop/Chart.yaml": `${chart["Chart.yaml"]}dependencies:\n  - { name: db, version: 1.0.0, condition: db.enabled }\n`,
      "shop/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
      "shop/charts/db/templates/db.yaml": hasty("db").replace(
        "  terminationG",
        "{{/* below a parent */}}\n  terminationG",
      ),
    };
    const { findings } = await lint(["shop"], around(files));
    expect(findings.map(brief)).toContain("shop/charts/db/templates/db.yaml:7 grace-not-zero warn");
    const without = await lint(["shop", "--set", "db.enabled=false"], around(files));
    expect(without.files.skipped).toContainEqual({
      file: "shop/charts/db/templates/db.yaml",
      reason: "renders to nothing; no manifest is made of it with these values of shop",
    });
  });

  it("may hold another as an archive, which has no lines", async () => {
    const { cwd, env } = around({
      ...inFolder("shop", chart),
      "db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
      "db/templates/db.yaml": hasty("db"),
    }) as Required<Surroundings>;
    expect(spawnSync(helm ?? "", ["package", "db", "--destination", "shop/charts"], { cwd }).status).toBe(0);
    const { findings } = await lint(["shop"], { cwd, env });
    const found = findings.find(({ object }) => object?.name === "db");
    expect(found).toMatchObject({
      file: "shop/Chart.yaml",
      line: 1,
      rendered: { command: "helm template shop -s charts/db/templates/db.yaml", line: 8, precision: "file" },
    });
  });

  it("shows the rendered text, and is not changed by --fix", async () => {
    const files = { "Chart.yaml": chart["Chart.yaml"], "templates/pod.yaml": `# {{ .Release.Name }}\n${hasty()}` };
    const { cwd, env } = around(files) as Required<Surroundings>;
    const { stdout, stderr } = await gracewarden(["lint", "--fix", "--fail-on", "warn"], { cwd, env });
    expect(stdout).toContain("as rendered by helm template . -s templates/pod.yaml:\n");
    expect(stdout).toMatch(/by hand: helm renders this text:\s+change the template or its values/);
    expect(stdout).not.toContain("--fix");
    expect(stderr).toBe("");
    const { findings } = await lint([], { cwd, env });
    expect(findings.map(({ line, fixable }) => ({ line, fixable }))).toEqual([{ line: 7, fixable: false }]);
  });

  it("says in one-line formats which rendered line is meant, where no line of the template is it", async () => {
    const files = inFolder("shop", {
      ...chart,
      "templates/web.yaml": "{{ toYaml .Values.pod }}",
      "values.yaml": `pod:\n${indented(hasty())}`,
    });
    const { stdout } = await gracewarden(["lint", "--format", "github", "shop"], around(files));
    expect(stdout).toContain("file=shop/templates/web.yaml,line=1,");
    expect(stdout).toContain(
      "(line 11 of `helm template shop -s templates/web.yaml`; no line here is known to make it)",
    );
  });

  it("may print comments as helm does", async () => {
    const files = {
      ...inFolder("shop", chart),
      "other.yaml": pod(),
      "shop/templates/web.yaml": ["../../other.yaml", "/etc/passwd", "z".repeat(5000), "templates/none.yaml"]
        .map((name, index) => `---\n# Source: shop/${name}\n${hasty(`pod-${index}`)}`)
        .join(""),
    };
    const { findings } = await lint(["shop"], around(files));
    const named = new Set(findings.filter(({ object }) => object?.name.startsWith("pod-")).map(({ file }) => file));
    expect(named).toEqual(new Set(["shop/templates/web.yaml"]));
  });

  it("goes by the changes of all its files with --changed-since", async () => {
    const files = { ...inFolder("shop", chart), "other.yaml": hasty() };
    const { cwd, env } = around(files) as Required<Surroundings>;
    const git = (...args: string[]): void => {
      const identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
      expect(spawnSync("git", [...identity, ...args], { cwd }).status).toBe(0);
    };
    spawnSync("rm", ["-rf", ".git"], { cwd });
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "all");
    const path = `${env["PATH"]}:${process.env["PATH"]}`;
    const run = async (): Promise<readonly string[]> =>
      (await lint(["shop", "other.yaml", "--changed-since", "HEAD"], { cwd, env: { PATH: path } })).findings.map(
        ({ file }) => file,
      );
    expect(await run()).toEqual([]);
    spawnSync("sh", ["-c", "echo 'x: 1' >> shop/values.yaml"], { cwd });
    expect(new Set(await run())).toEqual(new Set(["shop/templates/web.yaml"]));
  });

  it("is our own, and clean", async () => {
    const { code, findings, files } = await lint(["deploy/chart", "--kube-version", "1.34.0", "--fail-on", "advice"], {
      cwd: root,
      env: { PATH: helmPath ?? "" },
    });
    expect(findings).toEqual([]);
    expect(files.linted).toBeGreaterThan(8);
    expect(code).toBe(0);
  });
});

describe.skipIf(helmPath === undefined)(`a chart that cannot be rendered${skippedWithout("helm", helmPath)}`, () => {
  it.each([
    {
      name: "a template that helm refuses",
      files: { "templates/bad.yaml": '{{ fail "name a database \u001B[2J" }}\n' },
      says: /shop is not rendered \(--no-render does without\): helm failed with exit code 1: .*name a database/s,
    },
    {
      name: "YAML that is none",
      files: { "templates/bad.yaml": "a: {{ 1 }}\n b: 2\n" },
      says: /YAML parse error on shop\/templates\/bad\.yaml/,
    },
    {
      name: "a dependency that is not there",
      files: {
        "Chart.yaml": `${chart["Chart.yaml"]}dependencies:\n  - { name: db, version: 1.0.0, repository: "https://example.org" }\n`,
      },
      says: /missing in charts\/ directory: db/,
    },
  ])("says what helm says and ends with 2: $name", async ({ files, says }) => {
    const { code, stderr, findings } = await lint(["shop"], around(inFolder("shop", { ...chart, ...files })));
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain("\u001B[2J");
    expect(code).toBe(2);
    // The rest is judged nevertheless.
    expect(findings.map(brief)).toContain("shop/example/literal.yaml:6 grace-not-zero warn");
  });

  it("leaves the baseline as it is", async () => {
    const { cwd, env } = around(inFolder("shop", chart)) as Required<Surroundings>;
    await gracewarden(["lint", "shop", "--baseline", "known.json", "--update-baseline"], { cwd, env });
    const known = readFileSync(join(cwd, "known.json"), "utf8");
    expect(known).toContain("shop/templates/web.yaml");
    writeFileSync(join(cwd, "shop/templates/bad.yaml"), '{{ fail "no" }}\n');
    const { code } = await gracewarden(["lint", "shop", "--baseline", "known.json", "--prune-baseline"], { cwd, env });
    expect(code).toBe(2);
    expect(readFileSync(join(cwd, "known.json"), "utf8")).toBe(known);
  });

  it.each([
    { args: ["shop", "--values", "no.yaml"], says: "no.yaml does not exist: --values needs a file on this machine" },
    {
      args: ["shop", "--values", "https://example.org/v.yaml"],
      says: "https://example.org/v.yaml does not exist: --values needs a file on this machine",
    },
    { args: ["shop/example", "--set", "a=b"], says: "--set is for one chart, and there is none" },
    { args: ["shop", "two", "--namespace", "x"], says: "--namespace is for one chart, and there are 2" },
    { args: ["shop", "--set", "a=b", "--no-render"], says: "--set and --no-render exclude each other" },
  ])("is refused before helm starts: $args", async ({ args, says }) => {
    const files = { ...inFolder("shop", chart), ...inFolder("two", chart) };
    const { code, stdout, stderr } = await gracewarden(["lint", ...args], around(files));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(says);
  });

  it("gets nothing that helm takes for an option", async () => {
    const files = {
      "--post-renderer=x/Chart.yaml": chart["Chart.yaml"],
      "--post-renderer=x/templates/a.yaml": hasty(),
    };
    const { findings } = await lint(["--set", "a=b", "--set=--debug", "--", "--post-renderer=x"], around(files));
    expect(findings.map(brief)).toEqual(["--post-renderer=x/templates/a.yaml:6 grace-not-zero warn"]);
  });
});

describe("a chart that is not rendered", () => {
  const files = inFolder("shop", { ...chart, "templates/literal.yaml": hasty() });
  const reasonOf = async (args: string[], env: Record<string, string>): Promise<unknown> => {
    const { code, stderr, findings, files: read } = await lint(args, { cwd: folder(files), env });
    expect(findings.map(brief)).toContain("shop/templates/literal.yaml:6 grace-not-zero warn");
    const reason = read.skipped.find(({ file }) => file.endsWith("web.yaml"))?.reason;
    return { code, stderr, reason };
  };

  it.each([
    {
      name: "without helm",
      args: ["shop"],
      env: {},
      code: 0,
      stderr:
        "gracewarden: helm is not on the PATH, so shop is not rendered: its files are judged as they are written\n",
      reason: "Go template; helm is not on the PATH, so shop is not rendered",
    },
    {
      name: "below a named folder",
      args: ["."],
      env: { PATH: helmPath ?? "" },
      code: 0,
      stderr: "",
      reason: "Go template; name shop or use --render to have helm render it",
    },
    {
      name: "with --no-render",
      args: ["shop", "--no-render"],
      env: { PATH: helmPath ?? "" },
      code: 0,
      stderr: "",
      reason: "Go template",
    },
    {
      name: "with --render and without helm",
      args: [".", "--render"],
      env: {},
      code: 2,
      stderr:
        "gracewarden: helm is not on the PATH, so shop is not rendered: its files are judged as they are written\n",
      reason: "Go template; helm is not on the PATH, so shop is not rendered",
    },
  ])("is judged as far as it is literal: $name", async ({ args, env, code, stderr, reason }) => {
    expect(await reasonOf(args, env)).toEqual({ code, stderr, reason });
  });

  it("needs helm for values", async () => {
    const { code, stderr } = await gracewarden(["lint", "shop", "--set", "a=b"], { cwd: folder(files), env: {} });
    expect(stderr).toBe("gracewarden: --set needs helm, which is not on the PATH: install it (https://helm.sh)\n");
    expect(code).toBe(2);
  });

  it.each([
    { name: "does not end", script: "setInterval(() => {}, 1000)", failure: "did not end within 5 s" },
    {
      name: "does not stop printing",
      script: "for (;;) require('fs').writeSync(1, 'x'.repeat(1e6))",
      failure: "printed more than 100 MiB, the most that is read",
    },
    { name: "crashes", script: "process.kill(process.pid, 'SIGSEGV')", failure: "was ended by SIGSEGV" },
  ])("is given up where the program $name", { timeout: 20_000 }, async ({ script, failure }) => {
    const terminal = { cwd: folder(), env: {} };
    expect(await runProgram(process.execPath, ["-e", script], terminal, 5)).toEqual({ failure });
  });

  it("never starts a program of the folder that is linted", async () => {
    const cwd = folder({ ...files, helm: "#!/bin/sh\ntouch started\n" });
    chmodSync(join(cwd, "helm"), 0o755);
    const { stderr } = await lint(["shop"], { cwd, env: { PATH: `.::${dirname(".")}` } });
    expect(stderr).toContain("helm is not on the PATH");
  });
});

describe.skipIf(helmPath === undefined)(`charts below a folder${skippedWithout("helm", helmPath)}`, () => {
  it("are rendered with --render, each by itself and those inside of another with it", async () => {
    const files = {
      ...inFolder("a", chart),
      ...inFolder("b", chart),
      "b/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
      "b/charts/db/templates/db.yaml": pod("db"),
    };
    const { findings, objects } = await lint([".", "--render"], around(files));
    expect(hooks(findings)).toHaveLength(4);
    expect(objects.checked).toBe(7);
  });

  it("are all rendered for one version of Kubernetes", async () => {
    const picky = inFolder("picky", {
      "Chart.yaml": `${chart["Chart.yaml"]}kubeVersion: ">=1.99.0-0"\n`,
      "templates/pod.yaml": hasty("picky"),
    });
    const both = around({ ...picky, ...inFolder("shop", chart) });
    expect((await lint([".", "--render"], both)).stderr).toContain("picky is not rendered");
    for (const args of [
      [".", "--render"],
      ["shop", "--context", "picky"],
    ]) {
      const { code, stderr } = await lint([...args, "--kube-version", "1.99.0"], both);
      expect([code, stderr]).toEqual([1, ""]);
    }
    expect((await gracewarden(["lint", "shop/example", "--kube-version", "1.99.0"], both)).stderr).toContain(
      "--kube-version is for one chart, and there is none",
    );
  });
});

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
