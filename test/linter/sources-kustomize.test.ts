import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../../linter/sources/program.ts";
import { brief, lint, type JsonFinding } from "./findings.ts";
import { folder, hasty, pod } from "./folder.ts";
import { builders, kubectlPath, skippedWithout } from "./program-folders.ts";
import { gracewarden, type Surroundings } from "./program.ts";

const root = resolve(import.meta.dirname, "../..");

const web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 30
      containers:
        - name: web
          image: registry.example/web:1
          lifecycle:
            preStop: { exec: { command: [sleep, "40"] } }
`;

const patch = (spec: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n${spec}`;

const tree = {
  "base/kustomization.yaml": "namePrefix: shop-\nresources: [web.yaml, settings.yaml]\n",
  "base/web.yaml": web,
  "base/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n",
  "prod/kustomization.yaml": `namespace: shop
nameSuffix: -prod
resources: [../base, db.yaml]
patches:
  - path: side.yaml
  - patch: '[{ "op": "add", "path": "/spec/replicas", "value": 3 }]'
    target: { kind: Deployment }
`,
  "prod/side.yaml": patch(
    '      containers:\n        - name: side\n          image: registry.example/side:1\n          lifecycle:\n            preStop: { exec: { command: [sleep, "35"] } }\n',
  ),
  "prod/db.yaml": hasty("db"),
  "prod/notes.json": '{ "name": "not a part of it" }',
};

const around = (files: Readonly<Record<string, string>>, path = builders[0].path): Surroundings => ({
  cwd: folder(files),
  env: { PATH: path ?? "" },
});

const placed = (findings: readonly JsonFinding[]): string[] =>
  findings
    .filter(({ rule }) => rule === "prestop-fits-grace" || rule === "grace-not-zero")
    .map((finding) => `${finding.container ?? finding.object?.name}: ${brief(finding)} ${finding.rendered?.precision}`);

describe.each(builders)("$words.0", ({ words, program, path }) => {
  const command = words.join(" ");
  const built = (files: Readonly<Record<string, string>>): Surroundings => around(files, path);
  const skipped = skippedWithout(words[0], path);

  describe.skipIf(path === undefined)(`builds a kustomization that is named${skipped}`, () => {
    it("is judged as it is built, and findings stand where that was written", async () => {
      const { code, findings, files, objects } = await lint(["prod"], built(tree));
      expect(code).toBe(1);
      expect(placed(findings)).toEqual([
        "web: base/web.yaml:15 prestop-fits-grace error exact",
        "db-prod: prod/db.yaml:6 grace-not-zero warn exact",
        "side: prod/side.yaml:11 prestop-fits-grace error exact",
      ]);
      expect(findings[0]?.rendered?.command).toBe(`${command} prod`);
      expect(findings[0]?.object).toMatchObject({ namespace: "shop", name: "shop-web-prod" });
      expect(files.skipped).toEqual([
        { file: "prod/notes.json", reason: expect.stringContaining("not a Kubernetes object") as string },
        { file: "prod/side.yaml", reason: "part of a kustomization; judged in what prod builds" },
      ]);
      // The ConfigMap counts for the kustomization.
      expect(objects).toEqual({ checked: 2, notRelevant: 1, skipped: 0 });
      expect(files.linted).toBe(3);
    });

    it("may have a file name without an ending, and nothing else", async () => {
      const files = {
        "app/Kustomization": "resources: [../base]\n",
        "base/kustomization.yaml": "resources: [pod.yaml]\n",
        "base/pod.yaml": hasty(),
      };
      const { findings } = await lint(["app"], built(files));
      expect(placed(findings)).toEqual(["hasty: base/pod.yaml:6 grace-not-zero warn exact"]);
    });

    it.each([
      {
        name: "a value that an inline patch changed is near its place in the resource",
        files: {
          "kustomization.yaml":
            "resources: [web.yaml]\npatches:\n  - patch: |\n      - { op: replace, path: /spec/template/spec/containers/0/lifecycle/preStop/exec/command, value: [sleep, '50'] }\n    target: { kind: Deployment }\n",
          "web.yaml": web,
        },
        at: ["web: web.yaml:15 prestop-fits-grace error near"],
      },
      {
        name: "an object of a generator or of two that look alike belongs to the kustomization",
        files: {
          "kustomization.yaml": "resources: [a, b]\n",
          "a/kustomization.yaml": "nameSuffix: -x\nresources: [web.yaml]\n",
          "a/web.yaml": web,
          "b/kustomization.yaml": "namePrefix: y-\nresources: [web.yaml]\n",
          "b/web.yaml": web.replace("name: web\nspec", "name: web-x\nspec").replace('"40"', '"45"'),
        },
        at: ["web: a/web.yaml:15 prestop-fits-grace error exact", "web: b/web.yaml:15 prestop-fits-grace error exact"],
      },
      {
        name: "an object whose name a transformer of its own made has no known place",
        files: {
          "kustomization.yaml": "resources: [pod.yaml]\ntransformers: [prefix.yaml]\n",
          "prefix.yaml":
            "apiVersion: builtin\nkind: PrefixTransformer\nmetadata: { name: p }\nprefix: own-\nfieldSpecs: [{ path: metadata/name }]\n",
          "pod.yaml": hasty(),
        },
        at: ["own-hasty: kustomization.yaml:1 grace-not-zero warn file"],
      },
      {
        name: "exclamation marks and such in comments are no tags",
        files: { "kustomization.yaml": "# !!! Keep\n  # <<: this\nresources: [pod.yaml]\n", "pod.yaml": hasty() },
        at: ["hasty: pod.yaml:6 grace-not-zero warn exact"],
      },
      {
        name: "a component and a strategic patch of several documents",
        files: {
          "kustomization.yaml": "resources: [web.yaml]\ncomponents: [slow]\n",
          "slow/kustomization.yaml":
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{ path: patch.yaml }]\n",
          "slow/patch.yaml": patch(
            '      containers:\n        - name: web\n          lifecycle:\n            preStop: { exec: { command: [sleep, "45"] } }\n',
          ),
          "web.yaml": web,
        },
        at: ["web: slow/patch.yaml:10 prestop-fits-grace error exact"],
      },
    ])("knows its places: $name", async ({ files, at }) => {
      const { findings, stderr } = await lint(["."], built(files));
      expect(stderr).toBe("");
      expect(placed(findings)).toEqual(at);
    });

    it("is not changed by --fix, and what is no part of it is", async () => {
      const { cwd, env } = built({ ...tree, "prod/other.yaml": hasty("other") }) as Required<Surroundings>;
      const { stderr, stdout } = await gracewarden(["lint", "--fix", "prod"], { cwd, env });
      expect(stderr).toBe("gracewarden: 1 fix applied in 1 file\n");
      expect(stdout.replaceAll(/\s+/g, " ")).toContain(
        `${command} prod makes this text: change the files that it is built from`,
      );
      expect((await lint(["prod"], { cwd, env })).findings.map(({ file }) => file)).not.toContain("prod/other.yaml");
    });

    it("is judged for report and timeline, too", async () => {
      const { stdout } = await gracewarden(["timeline", "prod"], built(tree));
      expect(stdout).toContain("Deployment/shop-web-prod base/web.yaml:1\n");
      const report = await gracewarden(["report", "--format", "markdown", "prod"], built(tree));
      expect(report.stdout).toContain("base/web.yaml:15");
    });

    it("is our own base, and clean", async () => {
      const { code, findings, files } = await lint(["deploy/kustomize/base", "--fail-on", "advice"], {
        cwd: root,
        env: { PATH: path ?? "" },
      });
      expect(findings).toEqual([]);
      expect(files.linted).toBeGreaterThan(2);
      expect(code).toBe(0);
    });
  });

  describe.skipIf(path === undefined)(`builds kustomizations below a folder${skipped}`, () => {
    it("are built with --render, bases as a part of what includes them", async () => {
      const content = { ...tree, "dev/kustomization.yaml": "resources: [../base]\n" };
      const { findings, files } = await lint([".", "--render"], built(content));
      expect(placed(findings).filter((line) => line.startsWith("web"))).toEqual([
        "web: base/web.yaml:15 prestop-fits-grace error exact",
        "web: base/web.yaml:15 prestop-fits-grace error exact",
      ]);
      expect(findings.map(({ rendered }) => rendered?.command)).toContain(`${command} dev`);
      expect(findings.map(({ rendered }) => rendered?.command)).not.toContain(`${command} base`);
      // Each file is accounted for once, though two builds have read the base.
      expect(files.linted + files.skipped.length).toBe(Object.keys(content).length);
    });
  });

  it.skipIf(path === undefined)(`is shown with what it says${skipped}`, async () => {
    const files = { "app/kustomization.yaml": "resources: [a.yaml, a.yaml]\n", "app/a.yaml": pod() };
    const { code, stderr } = await lint(["app"], built(files));
    expect(stderr).toMatch(
      /app is not rendered .*: (?:kubectl|kustomize) failed with exit code 1: .*already registered/s,
    );
    expect(stderr).toContain(`${words[0]} failed`);
    expect(code).toBe(2);
  });
  describe.skipIf(path === undefined)(`has no way out${skipped}`, () => {
    it.each([
      { reference: "http://192.0.2.1/a.yaml", says: "dial tcp 127.0.0.1:9" },
      { reference: "git::https://192.0.2.1/org/repo", says: "transport 'https' not allowed" },
    ])("has no way to the network: $reference", async ({ reference, says }) => {
      const cwd = folder({ "kustomization.yaml": `resources: ["${reference}"]\n` });
      const printed = await runProgram(program, [words[1], cwd], { cwd, env: { PATH: process.env["PATH"] } });
      expect(printed).toEqual({ failure: expect.stringContaining(says) as string });
    });
  });
});

describe("a kustomization that is not built", () => {
  it.each([
    {
      name: "without kubectl and kustomize",
      args: ["prod"],
      env: {},
      reason: "a kustomization; neither kubectl nor kustomize is on the PATH, so prod is not rendered",
      stderr:
        "gracewarden: neither kubectl nor kustomize is on the PATH, so prod is not rendered: its files are judged as they are written\n",
    },
    {
      name: "below a named folder",
      args: ["."],
      env: { PATH: kubectlPath ?? "" },
      reason: "a kustomization; name prod or use --render to judge what it builds",
      stderr: "",
    },
    {
      name: "with --no-render",
      args: ["prod", "--no-render"],
      env: { PATH: kubectlPath ?? "" },
      reason: "not a Kubernetes object: neither apiVersion nor kind",
      stderr: "",
    },
  ])("is judged as it is written: $name", async ({ args, env, reason, stderr }) => {
    const outcome = await lint(args, { cwd: folder(tree), env });
    expect(outcome.files.skipped).toContainEqual({ file: "prod/kustomization.yaml", reason });
    expect(outcome.stderr).toBe(stderr);
    expect(outcome.findings.map(brief)).toContain("prod/db.yaml:6 grace-not-zero warn");
  });

  it.each([
    {
      name: "a reference that is not there",
      content: "resources: [no.yaml]",
      says: "names no.yaml, which does not exist",
    },
    {
      name: "a field that is not known",
      content: "resources: [a.yaml]\nplugins: [x]",
      says: 'has the field "plugins"',
    },
    { name: "charts in a kustomization", content: "helmCharts: [{ name: x }]", says: "has charts of its own" },
    {
      name: "a key in two cases",
      content: "reſources: [b.yaml]\nresources: [a.yaml]",
      says: 'has the field "resources" twice',
    },
    { name: "a key twice", content: "resources: [b.yaml]\nresources: [a.yaml]", says: "stands twice" },
    { name: "a merge key", content: "<<: { resources: [a.yaml] }", says: "has a tag (!) or a merge key (<<)" },
    { name: "a tag", content: "resources: [!!binary YS55YW1s]", says: "has a tag (!) or a merge key (<<)" },
    {
      name: "transformers that are built",
      content: "transformers: [plugins]",
      says: "a folder that builds generators",
    },
    ...["\u0085", "\u2028", "\u2029"].map((lineBreak) => ({
      name: `a line break that only kustomize knows, ${JSON.stringify(lineBreak)}`,
      content: `# names${lineBreak}bases: ["https://127.0.0.1/a"]\nresources: [a.yaml]`,
      says: "has a line break that only some readers of YAML know",
    })),
    {
      name: "a tag behind what looks like a comment",
      content: '{ namePrefix: "a\n  # b", resources: !!seq [a.yaml] }',
      says: "has a tag (!) or a merge key (<<)",
    },
    { name: "text that is no YAML", content: "resources: [", says: "cannot be read" },
    {
      name: "two documents",
      content: "resources: [a.yaml]\n---\nresources: [a.yaml]",
      says: "it is not one YAML document",
    },
    { name: "a Go template", content: "resources:\n{{ if x }}\n- a.yaml\n{{ end }}", says: "cannot be read" },
    { name: "a list", content: "[a.yaml]", says: "is no mapping" },
  ])("is refused: $name", async ({ content, says }) => {
    const files = {
      "app/kustomization.yaml": `${content}\n`,
      "app/a.yaml": hasty(),
      "app/plugins/kustomization.yaml": "resources: []\n",
    };
    const { code, stderr, findings } = await lint(["app"], around(files));
    expect(stderr).toContain("gracewarden: app is not rendered (--no-render does without): app/kustomization.yaml ");
    expect(stderr).toContain(says);
    expect(code).toBe(2);
    expect(findings.map(brief)).toContain("app/a.yaml:6 grace-not-zero warn");
  });

  it("is followed as kustomize follows it, through links", async () => {
    const { cwd, env } = around({
      "app/kustomization.yaml": "resources: [link]\n",
      // What `../x` in the linked folder would be, if the link were a folder.
      "app/x/kustomization.yaml": "resources: []\n",
      "elsewhere/base/kustomization.yaml": "resources: [../x]\n",
      "elsewhere/x/kustomization.yaml": 'resources: ["https://127.0.0.1/a.yaml"]\n',
    }) as Required<Surroundings>;
    symlinkSync("../elsewhere/base", join(cwd, "app/link"));
    const { code, stderr } = await lint(["app"], { cwd, env });
    expect(stderr).toContain(
      "elsewhere/x/kustomization.yaml names https://127.0.0.1/a.yaml, which is not on this machine",
    );
    expect(code).toBe(2);
  });

  it("is refused where it names a pipe", async () => {
    const { cwd, env } = around({ "app/kustomization.yaml": "resources: [pipe.yaml]\n" }) as Required<Surroundings>;
    expect(spawnSync("mkfifo", [join(cwd, "app/pipe.yaml")]).status).toBe(0);
    const { stderr } = await lint(["app"], { cwd, env });
    expect(stderr).toContain("app/kustomization.yaml names pipe.yaml, which is no regular file");
  });
});

describe.skipIf(kubectlPath === undefined)(`the network${skippedWithout("kubectl", kubectlPath)}`, () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(pod());
  });
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const base = { "base/kustomization.yaml": "resources: [REMOTE]\n" };
  const remote = [
    "URL/a.yaml",
    "URL/org/repo//path?ref=v1",
    "HTTP://127.0.0.1:1/a.yaml",
    "git::URL/org/repo",
    "git@127.0.0.1:org/repo",
    "ssh://git@127.0.0.1/org/repo",
    "file:///etc",
    "github.com/org/repo",
    "GitHub.com/org/repo//deploy?ref=main",
    "gh:org/repo",
    "example.org/repo.git",
    "dev.azure.com/org/_git/repo",
    "bitbucket.org/org/repo",
  ];

  it.each(remote)("is not asked for a base: %s", async (reference) => {
    const text = reference.replace("URL", url);
    const files = {
      "app/kustomization.yaml": "resources: [../base]\n",
      "base/kustomization.yaml": base["base/kustomization.yaml"].replace("REMOTE", JSON.stringify(text)),
      // A folder of that name is there: kustomize would not look.
      "base/github.com/org/repo/kustomization.yaml": "resources: []\n",
    };
    const { code, stderr } = await lint(["app"], around(files));
    expect(stderr).toContain(
      "gracewarden: app is not rendered (--no-render does without): base/kustomization.yaml names ",
    );
    expect(stderr).toContain("which is not on this machine");
    expect(code).toBe(2);
    expect(asked).toEqual([]);
  });

  it.each([
    "resources: [x.yaml]\nbases: [REMOTE]",
    "components: [REMOTE]",
    "crds: [REMOTE]",
    "configurations: [REMOTE]",
    "openapi: { path: REMOTE }",
    "patches: [{ path: REMOTE }]",
    "patchesStrategicMerge: [REMOTE]",
    "patchesJson6902: [{ target: { version: v1, kind: Pod, name: app }, path: REMOTE }]",
    "replacements: [{ path: REMOTE }]",
    "configMapGenerator: [{ name: x, files: [REMOTE] }]",
    "configMapGenerator: [{ name: x, files: [key=REMOTE] }]",
    "secretGenerator: [{ name: x, envs: [REMOTE] }]",
    "secretGenerator: [{ name: x, env: REMOTE }]",
    "generators: [REMOTE]",
    "transformers: [REMOTE]",
    "validators: [REMOTE]",
    "transformers:\n  - |\n    apiVersion: builtin\n    kind: PatchTransformer\n    metadata: { name: x }\n    path: REMOTE",
    "transformers: [plugin.yaml]",
    "patches: [REMOTE]",
    'transformers:\n  - |\n    apiVersion: builtin\n    kind: PatchTransformer\n    metadata: { name: x }\n    path: "\\x68ttp://127.0.0.1/a"',
    "transformers: [escaped.yaml]",
    "RESOURCES: [REMOTE]",
    "re\u017Fources: [REMOTE]",
    "configMapGenerator: [{ name: x, FILES: [REMOTE] }]",
    '"reso\\u0075rces": [REMOTE]',
  ])("is not asked by any field: %s", async (content) => {
    const files = {
      "kustomization.yaml": `${content.replace("REMOTE", `${url}/a.yaml`)}\n`,
      "plugin.yaml": `apiVersion: builtin\nkind: PatchTransformer\nmetadata: { name: x }\npath: ${url}/a.yaml\n`,
      "escaped.yaml":
        'apiVersion: builtin\nkind: PatchTransformer\nmetadata: { name: x }\npath: "\\x68ttp:\\/\\/127.0.0.1/a"\n',
      "x.yaml": pod(),
    };
    const { code, stderr } = await lint(["."], around(files));
    expect(stderr).toMatch(/is not rendered .* not on this machine/);
    expect(code).toBe(2);
    expect(asked).toEqual([]);
  });
});
