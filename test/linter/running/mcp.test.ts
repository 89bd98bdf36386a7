import { spawn } from "node:child_process";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Client as ModernClient, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { startProxy } from "../../proxy/proxy-process.ts";
import { folder, hasty, hastySet, pod } from "../folder.ts";
import { parseFindings, type Findings } from "../findings.ts";

const bin = resolve("dist/gracewarden.cjs");

interface Result {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
}

interface Connected {
  /** The SDK holds what comes back against the tool's output schema. */
  readonly call: (name: string, args?: Record<string, unknown>) => Promise<Result>;
  readonly client: Client;
  readonly stderr: () => string;
}

async function connect(cwd: string, ...args: string[]): Promise<Connected> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bin, "mcp", ...args],
    cwd,
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  onTestFinished(() => client.close());
  await client.listTools();
  return {
    call: async (name, args_ = {}) => (await client.callTool({ name, arguments: args_ })) as Result,
    client,
    stderr: () => stderr,
  };
}

const textOf = ({ content }: Result): string => content[0]?.text ?? "";
const paths = (...list: string[]): object => ({ paths: list });
const errorOf = (result: Result): string => (result.isError === true ? textOf(result) : "no error");

describe("gracewarden mcp", () => {
  it("offers tools that only read, with schemas for what they take and give", async () => {
    const { client } = await connect(folder());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["lint", "explain", "timeline", "fix"]);
    for (const { annotations, outputSchema, inputSchema } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false });
      expect(outputSchema?.type).toBe("object");
      expect(inputSchema["additionalProperties"]).toBe(false);
    }
    expect(client.getServerVersion()?.name).toBe("gracewarden");
    expect(client.getInstructions()).toContain("No tool writes a file");
  });

  it("lints paths as the command does", async () => {
    const cwd = folder({ "a/db.yaml": hastySet(), "a/app.yaml": hasty(), "b/other.yaml": hasty(), "a/x.json": "{}" });
    const { call } = await connect(cwd);
    const { structuredContent, ...rest } = await call("lint", { paths: ["a"] });
    const { omitted, ...report } = structuredContent as unknown as Findings & { omitted: number };
    const command = execFileSync(process.execPath, [bin, "lint", "--format", "json", "--fail-on", "off", "a"], { cwd });
    expect(report).toEqual(parseFindings(command.toString()));
    expect(omitted).toBe(0);
    expect(textOf(rest as Result).split("\n")).toEqual([
      "findings: 2 (error 1, warn 1, advice 0); the tool fix mends 2; files: 2, objects checked: 2; not judged: 1",
      expect.stringMatching(/^a\/app\.yaml:6 warn grace-not-zero Pod\/hasty: /),
      expect.stringMatching(/^a\/db\.yaml:12 error grace-not-zero StatefulSet\/db: /),
    ]);
  });

  it("gives the most severe findings where a call limits them, and says how many it left out", async () => {
    const { call } = await connect(folder({ "a.yaml": hasty(), "b.yaml": hastySet(), "c.yaml": hasty() }));
    const result = await call("lint", { paths: ["."], limit: 1 });
    expect(result.structuredContent).toMatchObject({ findings: [{ file: "b.yaml", severity: "error" }], omitted: 2 });
    expect(textOf(result)).toContain("2 more, no more severe");
  });

  it("lints a text, with files of the root for relations, under the configuration of the root", async () => {
    const service = `apiVersion: v1\nkind: Service\nmetadata: { name: app }\nspec: { selector: { app: app }, ports: [{ port: 80 }] }\n`;
    const manifest = pod().replace("name: app\n", "name: app\n  labels: { app: app }\n");
    const cwd = folder({ "svc/service.yaml": service });
    const { call } = await connect(cwd);
    const rulesOf = async (args: object): Promise<readonly string[]> =>
      ((await call("lint", { manifest, ...args })).structuredContent as unknown as Findings).findings.map(
        ({ rule, severity }) => `${rule} ${severity}`,
      );
    const alone = await rulesOf({});
    expect(alone).not.toContain("prestop-delay warn");
    expect(await rulesOf({ context: ["svc"] })).toContain("prestop-delay warn");
    // Read at each call.
    writeFileSync(
      join(cwd, "gracewarden.yaml"),
      "overrides: [{ match: { paths: [new/**] }, rules: { prestop-delay: error } }]\n",
    );
    expect(await rulesOf({ context: ["svc"] })).toContain("prestop-delay warn");
    expect(await rulesOf({ context: ["svc"], filename: "new/app.yaml" })).toContain("prestop-delay error");
    writeFileSync(join(cwd, "gracewarden.yaml"), "rules: { prestop-delya: off }\n");
    expect(errorOf(await call("lint", { manifest }))).toMatch(/gracewarden\.yaml:1:\d+ .*did you mean "prestop-delay"/);
  });

  it("tells what cannot be read as a finding, not as an error", async () => {
    const { call } = await connect(folder());
    const { structuredContent, isError } = await call("lint", { manifest: "a: [" });
    expect(isError).toBeUndefined();
    expect(structuredContent).toMatchObject({ findings: [{ rule: "readable-manifest", severity: "error", line: 1 }] });
  });

  it("proposes fixes and writes none", async () => {
    const cwd = folder({ "app.yaml": hasty(), "fine.yaml": pod() });
    const { call } = await connect(cwd);
    const fixed = hasty().replace("Seconds: 0", "Seconds: 30");
    const inline = await call("fix", { manifest: hasty() });
    expect(inline.structuredContent).toMatchObject({
      files: [{ file: "manifest.yaml", text: fixed }],
      fixed: [{ place: "manifest.yaml:6", rule: "grace-not-zero" }],
      failed: [],
      left: { error: 0, warn: 0 },
    });
    const onDisk = await call("fix", { paths: ["."] });
    const [file] = (onDisk.structuredContent as { files: { file: string; diff: string }[] }).files;
    expect(Object.keys(file ?? {})).toEqual(["file", "diff"]);
    expect(textOf(onDisk)).toContain(file?.diff ?? "none");
    expect(readFileSync(join(cwd, "app.yaml"), "utf8")).toBe(hasty());
    execFileSync("git", ["apply"], { cwd, input: file?.diff });
    expect(readFileSync(join(cwd, "app.yaml"), "utf8")).toBe(fixed);
    expect((await call("fix", { paths: ["."] })).structuredContent).toMatchObject({ files: [], fixed: [] });
  });

  it("computes and draws the clock", async () => {
    const { call } = await connect(folder({ "app.yaml": pod() }));
    const result = await call("timeline", { paths: ["app.yaml"], cause: "spot=12" });
    expect(textOf(result)).toContain("Pod/app app.yaml:1\nspot notice with 12 s: 12 s of grace");
    expect(result.structuredContent).toMatchObject({
      pods: [
        {
          name: "Pod/app",
          grace: { min: 12, max: 12 },
          containers: [{ name: "app", preStop: null, signal: { min: 0, max: 0 }, drain: { unknown: true, max: null } }],
        },
      ],
      unreadable: [],
    });
    expect(textOf(await call("timeline", { manifest: "kind: none" }))).toBe("there is no pod in what was read");
    expect((await call("timeline", { manifest: "a: [" })).structuredContent?.["unreadable"]).toHaveLength(1);
  });

  it("explains rules and facts", async () => {
    const { call } = await connect(folder());
    expect((await call("explain", { name: "grace-not-zero" })).structuredContent).toMatchObject({
      kind: "rule",
      id: "grace-not-zero",
      rule: { severity: "warn", facts: expect.arrayContaining([expect.objectContaining({ ref: "A11" })]) as unknown },
    });
    const fact = await call("explain", { name: "a5" });
    expect(fact.structuredContent).toMatchObject({ kind: "fact", id: "two-second-floor", fact: { ref: "A5" } });
    expect(textOf(fact)).toBe(execFileSync(process.execPath, [bin, "explain", "A5"], { encoding: "utf8" }));
  });

  it("answers what it cannot do with a sentence", async () => {
    const cases: readonly [tool: string, args: object, sentence: string][] = [
      ["lint", {}, 'give "paths", files or folders below the server\'s root, or "manifest", the text itself; not both'],
      ["lint", { paths: ["."], manifest: "" }, 'give "paths"'],
      ["lint", { path: "." }, 'unknown key "path" in the call: did you mean "paths"?'],
      ["lint", { paths: "." }, '"paths" must be array, but is "."'],
      ["lint", { paths: ["."], limit: 0 }, '"limit" must be >= 1'],
      ["lint", paths("no.yaml"), '"no.yaml" does not exist'],
      ["lint", paths("*.yaml"), '"*.yaml" does not exist'],
      ["lint", paths("a\0b"), '"a�b" cannot be read: its name holds a NUL byte'],
      ["lint", paths("../x"), '"../x" lies outside of the folder that this server may read: name a path inside it'],
      ["lint", paths("/etc/passwd"), '"/etc/passwd" lies outside'],
      ["lint", paths("sub/../../x"), "lies outside"],
      ["lint", paths("out.yaml"), '"out.yaml" lies outside'],
      ["fix", paths("out"), '"out" lies outside'],
      ["timeline", { ...paths("."), context: ["out"] }, '"out" lies outside'],
      ["timeline", { ...paths("."), cause: "boredom" }, '"cause" cannot be "boredom": use delete, liveness'],
      ["explain", {}, 'the call lacks "name"'],
      [
        "explain",
        { name: "grace-not-zeo" },
        'there is no rule and no fact "grace-not-zeo"; did you mean "grace-not-zero"?',
      ],
    ];
    const outside = folder({ "secret.yaml": hasty() });
    const cwd = folder({ "sub/app.yaml": pod() });
    symlinkSync(join(outside, "secret.yaml"), join(cwd, "out.yaml"));
    symlinkSync(outside, join(cwd, "out"));
    const { call, stderr } = await connect(cwd);
    for (const [name, args, sentence] of cases) {
      const error = errorOf(await call(name, args as Record<string, unknown>));
      expect(error).toContain(sentence);
      expect(error).not.toContain(cwd);
    }
    expect(stderr()).toBe("");
  });

  it("refuses a manifest of more than 4 MiB", async () => {
    const { call } = await connect(folder());
    const most = 4 * 1024 * 1024;
    expect(errorOf(await call("lint", { manifest: "#".repeat(most + 1) }))).toBe(
      '"manifest" must NOT have more than 4194304 characters',
    );
    expect(errorOf(await call("lint", { manifest: "#".repeat(most) }))).toBe("no error");
  });

  it("reads 5,000 files and no more", async () => {
    const cwd = folder({ "last.yaml": pod() });
    mkdirSync(join(cwd, "many"));
    for (let index = 0; index < 5000; index++) writeFileSync(join(cwd, `many/${index}.yaml`), "");
    const { call } = await connect(cwd);
    expect((await call("lint", { paths: ["many"] })).structuredContent).toMatchObject({ files: { linted: 0 } });
    const sentence = "holds more than 5000 files, the most that one call reads: name a smaller part of it";
    expect(errorOf(await call("lint", { paths: ["."] }))).toBe(`"." ${sentence}`);
    expect(errorOf(await call("lint", { paths: ["many", "last.yaml"] }))).toBe(`"last.yaml" ${sentence}`);
    expect(errorOf(await call("lint", { paths: ["last.yaml"], context: ["many"] }))).toBe(`"many" ${sentence}`);
  });

  it("follows no link that it meets, and opens no pipe", async () => {
    const outside = folder({ "secret.yaml": hasty() });
    const cwd = folder({ "in.yaml": pod() });
    symlinkSync(join(outside, "secret.yaml"), join(cwd, "out.yaml"));
    symlinkSync(outside, join(cwd, "out"));
    execFileSync("mkfifo", [join(cwd, "pipe.yaml")]);
    const { call } = await connect(cwd);
    expect((await call("lint", { paths: ["."] })).structuredContent).toMatchObject({
      findings: [],
      files: {
        linted: 1,
        skipped: [
          { file: "out.yaml", reason: "a symbolic link" },
          { file: "pipe.yaml", reason: "not a regular file" },
        ],
      },
    });
    const named = await call("lint", { paths: ["pipe.yaml"] });
    expect(named.structuredContent).toMatchObject({ findings: [{ message: "the file is not a regular file" }] });
  });

  it("reads below --root alone, by --config", async () => {
    const cwd = folder({
      "deploy/app.yaml": hasty(),
      "app.yaml": hasty(),
      "c.yaml": "rules: { grace-not-zero: error }\n",
    });
    const { call } = await connect(cwd, "--root", "deploy", "--config", "c.yaml");
    expect((await call("lint", { paths: ["."] })).structuredContent).toMatchObject({
      findings: [{ file: "app.yaml", severity: "error" }],
    });
    expect(errorOf(await call("lint", { paths: ["../app.yaml"] }))).toContain("lies outside");
  });

  it("starts as the README says", async () => {
    const readme = readFileSync("README.md", "utf8");
    const snippet = /```json\n(\{\s*"mcpServers"[^`]*)```/.exec(readme)?.[1] ?? "";
    const { mcpServers } = JSON.parse(snippet) as { mcpServers: { gracewarden: { command: string; args: string[] } } };
    const { command, args } = mcpServers.gracewarden;
    expect([command, args[0]]).toEqual(["gracewarden", "mcp"]);
    const cwd = folder({ "app.yaml": hasty() });
    const { call } = await connect(folder(), ...args.slice(1).map((arg) => (arg.startsWith("/") ? cwd : arg)));
    expect((await call("lint", { paths: ["app.yaml"] })).structuredContent).toMatchObject({ findings: [{ line: 6 }] });
  });

  it("refuses an unknown tool and an unknown method, and goes on", async () => {
    const { client, call } = await connect(folder());
    await expect(client.callTool({ name: "apply" })).rejects.toThrow('there is no tool "apply"');
    await expect(client.listPrompts()).rejects.toThrow("Method not found");
    expect(textOf(await call("explain", { name: "A5" }))).toContain("two-second-floor");
  });

  it("works behind gracewarden-proxy, in the other era as well", async () => {
    const cwd = folder({ "app.yaml": hasty() });
    const proxy = await startProxy(["--", process.execPath, bin, "mcp", "--root", cwd]);
    await proxy.logged(/^ready$/);
    const client = new ModernClient(
      { name: "t", version: "1" },
      { versionNegotiation: { mode: { pin: "2026-07-28" } } },
    );
    await client.connect(new StreamableHTTPClientTransport(new URL(proxy.url)));
    onTestFinished(() => client.close());
    expect((await client.listTools()).tools.map(({ name }) => name).toSorted()).toEqual([
      "explain",
      "fix",
      "lint",
      "timeline",
    ]);
    const result = (await client.callTool({ name: "lint", arguments: { paths: ["."] } })) as unknown as Result;
    expect(result.structuredContent).toMatchObject({ findings: [{ rule: "grace-not-zero" }] });
  }, 60_000);
});

/** The server with messages written by hand; `answers` are what it wrote to stdout, a JSON value a line. */
async function raw(
  lines: readonly string[],
  { end, kill, read = true }: { end?: boolean; kill?: NodeJS.Signals; read?: boolean },
): Promise<{
  code: number | null;
  signal: string | null;
  answers: { id: number; result?: object }[];
  stderr: string;
  ms: number;
}> {
  const child = spawn(process.execPath, [bin, "mcp"], { cwd: folder({ "app.yaml": hasty() }) });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const first = new Promise((done) => child.stdout.once("data", done));
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  const closed = new Promise((done) => child.on("close", done));
  const start = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params: start })}\n`);
  await first;
  if (!read) child.stdout.pause();
  for (const line of lines) child.stdin.write(`${line}\n`);
  if (!read) await new Promise((done) => setTimeout(done, 1500));
  const began = performance.now();
  if (end === true) child.stdin.end();
  if (kill !== undefined) child.kill(kill);
  const exit = await new Promise<[number | null, string | null]>((done) => child.on("exit", (...how) => done(how)));
  const ms = performance.now() - began;
  if (read) await closed;
  // What was not read may end anywhere.
  const answers = (read ? stdout : "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { id: number });
  return { code: exit[0], signal: exit[1], answers, stderr, ms };
}

const call = (id: number, name: string, args: object): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });

describe("gracewarden mcp ends", () => {
  it("when its input does, after answering what it was asked", async () => {
    const { code, answers, stderr } = await raw(
      [call(1, "lint", { paths: ["."] }), call(2, "explain", { name: "A5" })],
      { end: true },
    );
    expect(code).toBe(0);
    expect(answers.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(stderr).toBe("");
  });

  it.each(["SIGTERM", "SIGINT"] as const)("on %s with exit code 0", async (kill) => {
    expect(await raw([], { kill })).toMatchObject({ code: 0, signal: null, stderr: "" });
  });

  it("on SIGTERM although its client reads nothing", async () => {
    const many = Array.from({ length: 200 }, (_, id) => call(id + 1, "explain", { name: "prestop-delay" }));
    const { code, ms } = await raw(many, { kill: "SIGTERM", read: false });
    expect(code).toBe(0);
    expect(ms).toBeLessThan(15_000);
  });

  it("not for a line that is no message", async () => {
    const { code, answers, stderr } = await raw(
      ["{ not json", '{"jsonrpc":"1.0"}', call(1, "explain", { name: "A5" })],
      { end: true },
    );
    expect(answers.map(({ id }) => id)).toContain(1);
    expect(stderr.match(/^gracewarden: a message of the client was dropped: .*$/gm)).toHaveLength(2);
    expect(code).toBe(0);
  });

  it.each([
    { args: ["--root", "none"], says: "none does not exist" },
    { args: ["--root", "app.yaml"], says: "app.yaml is not a folder" },
    { args: ["--config", "none.yaml"], says: "the configuration none.yaml does not exist" },
    { args: ["--config", "x", "--no-config"], says: "--config and --no-config exclude each other" },
    { args: ["extra"], says: '"extra" is one argument too many' },
  ])("at once with $args", async ({ args, says }) => {
    const child = spawn(process.execPath, [bin, "mcp", ...args], { cwd: folder({ "app.yaml": pod() }) });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((done) => child.on("close", done));
    expect(stderr).toMatch(/^gracewarden: [^\n]*\n$/);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
  });
});
