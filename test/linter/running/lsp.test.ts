import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "vscode-languageserver-protocol/node";
import { describe, expect, it } from "vitest";
import { rules } from "../../../policies/rules/index.ts";
import { lint, type JsonFinding } from "../findings.ts";
import { folder, hasty, hastySet, pod } from "../folder.ts";
import { Editor } from "../lsp-editor.ts";
import { gracewarden } from "../program.ts";

/** `6:3 grace-not-zero 2` */
const brief = ({ range: { start }, code, severity }: Diagnostic): string =>
  `${start.line + 1}:${start.character + 1} ${String(code)} ${severity}`;

const severities: Readonly<Record<string, number>> = { error: 1, warn: 2, advice: 3 };
const briefly = ({ line, column, rule, severity }: JsonFinding): string =>
  `${line}:${column} ${rule} ${severities[severity]}`;

const service = `apiVersion: v1
kind: Service
metadata: { name: app }
spec: { selector: { app: app }, ports: [{ port: 80 }] }
`;
const served = pod().replace("name: app\n", "name: app\n  labels: { app: app }\n");

describe("gracewarden lsp shows findings", () => {
  it("of an open manifest, with rule, page and place", async () => {
    const editor = await Editor.start(folder());
    expect(editor.initialized?.serverInfo?.name).toBe("gracewarden");
    editor.open("app.yaml", hasty());
    const [found, ...others] = await editor.diagnostics("app.yaml");
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      range: { start: { line: 5, character: 2 }, end: { line: 5, character: 31 } },
      severity: 2,
      code: "grace-not-zero",
      codeDescription: { href: expect.stringMatching(/^https:/) as string },
      source: "gracewarden",
    });
    editor.close("app.yaml");
    await editor.until(() => editor.shown("app.yaml").length === 0);
    expect(editor.stderr).toBe("");
  });

  it("as they come and go while somebody types, without a crash at any letter", async () => {
    const editor = await Editor.start(folder());
    editor.open("app.yaml", "");
    expect(await editor.diagnostics("app.yaml")).toEqual([]);
    const text = hastySet();
    for (let length = 1; length <= text.length; length++) {
      editor.type("app.yaml", undefined, text.slice(0, length));
      // A question is answered for the text as it is.
      if (length % 40 === 0) await editor.hover("app.yaml", "");
    }
    expect((await editor.diagnostics("app.yaml")).map(brief)).toEqual(["12:7 grace-not-zero 1"]);
    editor.type("app.yaml", "Seconds: 0", "Seconds: [");
    expect(await editor.diagnostics("app.yaml")).toMatchObject([{ code: "readable-manifest", severity: 1 }]);
    editor.type("app.yaml", "Seconds: [", "Seconds: 30");
    expect(await editor.diagnostics("app.yaml")).toEqual([]);
    expect(editor.stderr).toBe("");
  });

  it("of nothing that is no manifest", async () => {
    const editor = await Editor.start(folder());
    for (const [file, text] of [
      ["compose.yaml", "services: [\n"],
      ["tsconfig.json", "{ // of another tool\n"],
      ["chart/templates/app.yaml", `apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n`],
      ["empty.yaml", ""],
      ["binary.yaml", "\0\u0001"],
    ] as const) {
      editor.open(file, text);
      expect(await editor.diagnostics(file)).toEqual([]);
    }
  });

  it("of a document that is too large to be judged, that it is", async () => {
    const editor = await Editor.start(folder());
    editor.open("app.yaml", `${pod()}# ${"x".repeat(4 * 1024 * 1024)}\n`);
    const message = expect.stringContaining("larger than 4 MiB") as string;
    expect(await editor.diagnostics("app.yaml")).toMatchObject([{ code: "readable-manifest", message }]);
  });

  it("in columns of UTF-16", async () => {
    const editor = await Editor.start(folder());
    const line = `spec: { nodeSelector: { "😀é": "\u{1F6AA}" }, terminationGracePeriodSeconds: 0, containers: [{ name: a, image: a:1 }] }`;
    editor.open("app.json", `apiVersion: v1\r\nkind: Pod\r\nmetadata: { name: a }\r\n${line}\r\n`);
    const [found] = await editor.diagnostics("app.json");
    expect(found?.range.start).toEqual({ line: 3, character: line.indexOf("terminationGrace") });
    const [action] = await editor.actions("app.json", found?.range ?? editor.whole("app.json"));
    expect(editor.apply("app.json", action ?? { title: "none" })).toContain(
      `"\u{1F6AA}" }, terminationGracePeriodSeconds: 30, containers`,
    );
  });

  it("that depend on other files: on the disk, open, changed and gone", async () => {
    const cwd = folder({ "svc/service.yaml": service });
    const editor = await Editor.start(cwd);
    const severity = async (): Promise<unknown> =>
      (await editor.diagnostics("app.yaml")).find(({ code }) => code === "prestop-delay")?.severity;
    editor.open("app.yaml", served);
    expect(await severity()).toBe(2);
    // What the editor has holds over what is on the disk.
    editor.open("svc/service.yaml", service.replace("selector: { app: app }", "selector: { app: other }"));
    editor.type("app.yaml", "image: registry.example/app:1", "image: registry.example/app:2");
    expect(await severity()).not.toBe(2);
    editor.close("svc/service.yaml");
    editor.type("app.yaml", "app:2", "app:3");
    expect(await severity()).toBe(2);
    writeFileSync(join(cwd, "svc/service.yaml"), service.replace("app: app }", "app: other }"));
    editor.tellOfFiles("svc/service.yaml");
    await editor.until(
      () => !editor.shown("app.yaml").some((one) => one.code === "prestop-delay" && one.severity === 2),
    );
    expect(editor.registered).toEqual(["workspace/didChangeWatchedFiles"]);
  });

  it("though the editor does not tell of files, and though there are links and pipes", async () => {
    const cwd = folder({ "service.yaml": service });
    execFileSync("mkfifo", [join(cwd, "pipe.yaml")]);
    execFileSync("ln", ["-s", "/", join(cwd, "root.yaml")]);
    const editor = await Editor.start(cwd, { watches: false });
    editor.open("app.yaml", served);
    expect((await editor.diagnostics("app.yaml")).map(({ code }) => code)).toContain("prestop-delay");
    writeFileSync(join(cwd, "service.yaml"), service.replace("app: app", "app: other"));
    await new Promise((done) => setTimeout(done, 2100));
    editor.type("app.yaml", "app:1", "app:2");
    const after = await editor.diagnostics("app.yaml");
    expect(after.filter((one) => one.code === "prestop-delay" && one.severity === 2)).toEqual([]);
  });

  it("of each folder by itself, and of a file that is in none", async () => {
    const cwd = folder({ "a/service.yaml": service, "b/gracewarden.yaml": "rules: { grace-not-zero: error }\n" });
    const editor = await Editor.start(cwd, { folders: [join(cwd, "a"), join(cwd, "b")] });
    editor.open("a/app.yaml", served);
    editor.open("b/app.yaml", served);
    editor.open("b/hasty.yaml", hasty());
    editor.open("hasty.yaml", hasty());
    editor.open("untitled:Untitled-1", hasty());
    expect((await editor.diagnostics("a/app.yaml")).map(brief)).toContain("8:7 prestop-delay 2");
    expect((await editor.diagnostics("b/app.yaml")).map(brief)).not.toContain("8:7 prestop-delay 2");
    expect((await editor.diagnostics("b/hasty.yaml")).map(brief)).toEqual(["6:3 grace-not-zero 1"]);
    expect((await editor.diagnostics("hasty.yaml")).map(brief)).toEqual(["6:3 grace-not-zero 2"]);
    expect((await editor.diagnostics("untitled:Untitled-1")).map(brief)).toEqual(["6:3 grace-not-zero 2"]);
  });

  it("by the configuration as it is now; a broken one is shown where it is wrong, and the one before holds", async () => {
    const cwd = folder({ "gracewarden.yaml": "rules: { grace-not-zero: error }\n" });
    const editor = await Editor.start(cwd);
    const configure = (text: string): void => {
      writeFileSync(join(cwd, "gracewarden.yaml"), text);
      editor.tellOfFiles("gracewarden.yaml");
    };
    const severity = (): unknown => editor.shown("app.yaml")[0]?.severity;
    editor.open("app.yaml", hasty());
    await editor.until(() => severity() === 1);
    configure("rules:\n  grace-not-zero: advice\n");
    await editor.until(() => severity() === 3);
    configure("rules:\n  grace-not-zreo: warn\n");
    await editor.until(() => editor.shown("gracewarden.yaml").length > 0);
    expect(editor.shown("gracewarden.yaml")).toMatchObject([
      {
        range: { start: { line: 1, character: 2 } },
        severity: 1,
        message: expect.stringContaining("grace-not-zero") as string,
      },
    ]);
    expect(severity()).toBe(3);
    expect(editor.messages).toEqual([expect.stringContaining("the configuration is not valid")]);
    // Opened to be mended, it still shows what is wrong.
    editor.open("gracewarden.yaml", "rules:\n  grace-not-zreo: warn\n");
    expect(await editor.diagnostics("gracewarden.yaml")).toHaveLength(1);
    configure("overrides: [{ match: { paths: [app.yaml] }, rules: { grace-not-zero: off } }]\n");
    await editor.until(() => editor.shown("gracewarden.yaml").length === 0 && editor.shown("app.yaml").length === 0);
  });

  it("but those that are waived, and none before a first configuration that can be read", async () => {
    const editor = await Editor.start(folder({ "gracewarden.yaml": "rules: [\n" }));
    editor.open("app.yaml", hasty());
    expect(await editor.diagnostics("app.yaml")).toEqual([]);
    await editor.until(() => editor.shown("gracewarden.yaml").length === 1);
    const waived = await Editor.start(folder(), { args: ["--stdio", "--clientProcessId=1", "--no-config"] });
    const waiver = `  annotations: { waive.gracewarden.io/grace-not-zero: "so it is; owner=us; expires=2999-01-01" }\n`;
    waived.open("app.yaml", hasty().replace("spec:\n", `${waiver}spec:\n`));
    expect(await waived.diagnostics("app.yaml")).toEqual([]);
  });
});

describe("gracewarden lsp and gracewarden lint", () => {
  it("say the same of every rule's examples, and fix them alike", async () => {
    const editor = await Editor.start(folder());
    const cwd = folder();
    const around = { cwd, now: new Date() };
    const shown: object[] = [];
    const told: object[] = [];
    for (const rule of rules) {
      for (const [index, { yaml, options, oldest }] of rule.examples.entries()) {
        if (options !== undefined || oldest !== undefined) continue;
        const file = `${rule.id}-${index}.yaml`;
        const text = `${yaml.trim()}\n`;
        editor.open(file, text);
        const [action] = await editor.actions(file, editor.whole(file), ["source.fixAll"]);
        const findings = (await editor.diagnostics(file)).map(brief);
        shown.push({ file, findings, fixed: action === undefined ? text : editor.apply(file, action) });
        editor.close(file);
        const linted = await lint(["-", "--no-config"], { ...around, stdin: text });
        const open = linted.findings.filter(({ waived }) => waived === null);
        const { stdout } = await gracewarden(["lint", "--fix", "-", "--no-config"], { ...around, stdin: text });
        told.push({ file, findings: open.map(briefly), fixed: stdout });
      }
    }
    expect(shown).toEqual(told);
    expect(shown.length).toBeGreaterThan(100);
    expect(editor.stderr).toBe("");
  }, 60_000);
});

describe("gracewarden lsp mends", () => {
  const two = `${hasty("one")}---\n${hasty("two")}`;

  it("one finding by a quick fix that keeps the rest", async () => {
    const editor = await Editor.start(folder());
    editor.open("app.yaml", two);
    const [found] = await editor.diagnostics("app.yaml");
    const actions = await editor.actions("app.yaml", found?.range ?? editor.whole("app.yaml"), ["quickfix"]);
    expect(actions).toMatchObject([{ kind: "quickfix", isPreferred: true, diagnostics: [{ code: "grace-not-zero" }] }]);
    const mended = editor.apply("app.yaml", actions[0] ?? { title: "none" });
    expect(mended).toBe(two.replace("Seconds: 0 #", "Seconds: 30 #"));
  });

  it("all that is safe at once", async () => {
    const editor = await Editor.start(folder());
    editor.open("app.yaml", two);
    const place = editor.rangeOf("app.yaml", "kind");
    const [all, ...others] = await editor.actions("app.yaml", place);
    expect(others).toEqual([]);
    expect(all).toMatchObject({ kind: "source.fixAll.gracewarden", title: "Apply the safe fixes of gracewarden (2)" });
    expect(editor.apply("app.yaml", all ?? { title: "none" })).toBe(two.replaceAll("Seconds: 0 #", "Seconds: 30 #"));
    expect(await editor.actions("app.yaml", place, ["refactor"])).toEqual([]);
  });

  it("what is not safe unattended only when asked, and says so", async () => {
    const editor = await Editor.start(folder());
    editor.open(
      "app.yaml",
      pod().replace("kind: Pod", "kind: Pod").replace("spec:\n", "spec:\n  os: { name: linux }\n"),
    );
    editor.open("svc.yaml", service.replace("spec: {", "spec: { publishNotReadyAddresses: true,"));
    editor.open("app.yaml", served);
    const actions = await editor.actions("svc.yaml", editor.whole("svc.yaml"));
    expect(actions).toMatchObject([
      { title: expect.stringMatching(/ \(look at what it changes\)$/) as string, isPreferred: false },
    ]);
  });

  it("nothing that its anchors forbid", async () => {
    const editor = await Editor.start(folder());
    const shared = `x: &spec\n  terminationGracePeriodSeconds: 0\n  containers: [{ name: a, image: a:1 }]\n`;
    editor.open("app.yaml", `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n${shared}spec: *spec\n`);
    expect((await editor.diagnostics("app.yaml")).map(({ code }) => code)).toContain("grace-not-zero");
    expect(await editor.actions("app.yaml", editor.whole("app.yaml"))).toEqual([]);
  });
});

describe("gracewarden lsp explains", () => {
  it("a finding, by its sum and facts", async () => {
    const editor = await Editor.start(folder());
    editor.open(
      "app.yaml",
      pod().replace("    - name: app\n", `    - name: app\n      lifecycle: { preStop: { sleep: { seconds: 60 } } }\n`),
    );
    const text = (await editor.hover("app.yaml", "seconds: 60")) ?? "";
    expect(text).toContain("**error** `prestop-fits-grace`");
    expect(text).toMatch(/60 s {2}preStop {6}.*line \d+/);
    expect(text).toMatch(/^- \[A4 prestop-counts-against-grace\]\(https:/m);
    expect(text).toMatch(/^fix: Set terminationGracePeriodSeconds to /m);
  });

  it("the clock at what sets it, and nothing elsewhere", async () => {
    const editor = await Editor.start(folder());
    const text = pod()
      .replace("spec:\n", "spec:\n  terminationGracePeriodSeconds: 40\n")
      .replace(
        "    - name: app\n",
        `    - name: app\n      lifecycle: { preStop: { sleep: { seconds: 5 } } }\n      livenessProbe: { tcpSocket: { port: 1 }, terminationGracePeriodSeconds: 21 }\n`,
      );
    editor.open("app.yaml", `${pod("first")}---\n${text}`);
    expect(await editor.hover("app.yaml", "terminationGracePeriodSeconds: 40")).toContain("deletion: 40 s of grace");
    expect(await editor.hover("app.yaml", "40")).toContain("preStop 5 s");
    expect(await editor.hover("app.yaml", "preStop")).toContain("deletion: 40 s of grace");
    expect(await editor.hover("app.yaml", "sleep")).toContain("deletion: 40 s of grace");
    expect(await editor.hover("app.yaml", "21")).toContain("restart by a failed probe");
    expect(await editor.hover("app.yaml", "kind")).toBeUndefined();
    expect(await editor.hover("app.yaml", "image")).toBeUndefined();
    editor.open(
      "list.yaml",
      `apiVersion: v1\nkind: List\nitems:\n${text.replace(/^/gm, "    ").replace("    api", "  - api").trimEnd()}\n`,
    );
    expect(await editor.hover("list.yaml", "40")).toContain("deletion: 40 s of grace");
  });

  it("without taking a manifest's words for Markdown", async () => {
    const editor = await Editor.start(folder());
    const name = "![x](https://evil.example/x.png) <b> [y](command:z)";
    editor.open(
      "app.yaml",
      pod().replace(
        "    - name: app\n",
        `    - name: "${name}"\n      lifecycle: { preStop: { sleep: { seconds: 60 } } }\n`,
      ),
    );
    const text = (await editor.hover("app.yaml", "seconds: 60")) ?? "";
    const outside = text.replaceAll(/```[^]*?```/g, "");
    expect(text).toContain("evil.example");
    expect(outside.replaceAll(/\\./g, "")).not.toMatch(/!\[|<b>|\]\(command:/);
  });
});

describe("gracewarden lsp ends", () => {
  it.each([
    {
      by: "shutdown and exit",
      code: 0,
      end: async (editor: Editor) => {
        await editor.connection.sendRequest("shutdown");
        await editor.connection.sendNotification("exit");
      },
    },
    { by: "exit alone", code: 1, end: async (editor: Editor) => editor.connection.sendNotification("exit") },
    { by: "the end of its input", code: 1, end: async (editor: Editor) => void editor.server.stdin?.end() },
    { by: "SIGTERM", code: 0, end: async (editor: Editor) => void editor.server.kill("SIGTERM") },
  ])("by $by with $code", async ({ code, end }) => {
    const editor = await Editor.start(folder({ "app.yaml": pod() }));
    editor.open("app.yaml", hasty());
    await editor.diagnostics("app.yaml");
    const ended = editor.ended();
    await end(editor);
    expect(await ended).toEqual({ code, signal: null });
    expect(editor.stderr).toBe("");
  });

  it("not by a request that nobody knows or a document that nobody opened", async () => {
    const editor = await Editor.start(folder());
    await expect(editor.connection.sendRequest("textDocument/none", {})).rejects.toThrow("none");
    const position = { line: 0, character: 0 };
    const hover = { textDocument: { uri: "file:///none.yaml" }, position };
    expect(await editor.connection.sendRequest("textDocument/hover", hover)).toBeNull();
    editor.open("app.yaml", hasty());
    expect(await editor.diagnostics("app.yaml")).toHaveLength(1);
  });
});

it("gracewarden lsp is what the README has editors start", () => {
  const readme = readFileSync("README.md", "utf8");
  const block = (language: string, word: string): string =>
    readme
      .match(new RegExp(`\`\`\`${language}\n[^\`]*?${word}[^\`]*\`\`\``))?.[0]
      .split("\n")
      .slice(1, -1)
      .join("\n") ?? "";
  expect(block("lua", "gracewarden")).toContain('cmd = { "gracewarden", "lsp" }');
  expect(block("toml", "gracewarden")).toContain('command = "gracewarden"\nargs = ["lsp"]');
  expect(JSON.parse(block("json", "glspc"))).toMatchObject({
    "glspc.server.command": "gracewarden",
    "glspc.server.commandArguments": ["lsp"],
  });
});
