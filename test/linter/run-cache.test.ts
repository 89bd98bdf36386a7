import { createHash } from "node:crypto";
import { chownSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, hasty, hastySet, pod } from "./folder.ts";
import { gracewarden, gracewardenProcess, today, type Outcome, type Surroundings } from "./program.ts";

const service = (app: string): string => `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: ${app} }, ports: [{ port: 80 }] }
`;
const web = pod("web").replace("  name: web\n", "  name: web\n  labels: { app: web }\n");

interface Cached {
  readonly cwd: string;
  readonly cache: string;
  readonly run: (args?: readonly string[], around?: Partial<Surroundings>) => Promise<Outcome>;
  readonly answers: () => string[];
}

function cached(files: Readonly<Record<string, string>>): Cached {
  const cwd = folder(files);
  const cache = join(folder(), "deep/cache");
  return {
    cwd,
    cache,
    run: (args = [], around = {}) =>
      gracewarden(["lint", "--cache", "--cache-location", cache, ...args], { cwd, ...around }),
    answers: () => readdirSync(cache).map((name) => join(cache, name)),
  };
}

const mark = "said from the cache";

/** Puts a mark into every answer, so that what is said shows where it came from. */
function markAll({ answers }: Cached): void {
  for (const file of answers()) {
    const text = (readFileSync(file, "utf8").split("\n")[1] ?? "").replace('"stdout":"', `"stdout":"${mark}`);
    writeFileSync(file, `${createHash("sha256").update(text).digest("hex")}\n${text}`);
  }
}

describe("--cache", () => {
  it("says the same again, with the same exit code", async () => {
    const one = cached({ "app.yaml": hasty(), "db.yaml": hastySet() });
    const first = await one.run();
    expect(first).toMatchObject({ code: 1, stderr: "" });
    expect(first).toEqual(await gracewarden(["lint"], { cwd: one.cwd }));
    expect(await one.run()).toEqual(first);
    markAll(one);
    expect(await one.run()).toEqual({ ...first, stdout: `${mark}${first.stdout}` });
  });

  it("repeats notes on stderr, too", async () => {
    const one = cached({
      "app.yaml": hasty(),
      "gracewarden.yaml":
        "waivers:\n  - { rule: grace-not-zero, match: { names: [hasty] }, owner: a, reason: b, expires: 2026-01-01 }\n",
    });
    const first = await one.run();
    expect(first.stderr).not.toBe("");
    markAll(one);
    expect(await one.run()).toEqual({ ...first, stdout: `${mark}${first.stdout}` });
  });

  const changes: readonly { readonly name: string; readonly change: (one: Cached) => Promise<Outcome> }[] = [
    {
      name: "a file, to another of its length and time",
      change({ cwd, run }) {
        writeFileSync(join(cwd, "app.yaml"), hasty("later"));
        utimesSync(join(cwd, "app.yaml"), today, today);
        return run();
      },
    },
    {
      name: "a file that is new",
      change({ cwd, run }) {
        writeFileSync(join(cwd, "new.yaml"), hasty("new"));
        return run();
      },
    },
    {
      name: "a file that is gone",
      change({ cwd, run }) {
        rmSync(join(cwd, "web.yaml"));
        return run();
      },
    },
    {
      name: "another file that relates to it",
      change({ cwd, run }) {
        writeFileSync(join(cwd, "service.yaml"), service("web"));
        return run();
      },
    },
    {
      name: "a file of the context",
      async change({ cwd, run }) {
        const around = folder({ "service.yaml": service("api") });
        await run(["--context", around]);
        writeFileSync(join(around, "service.yaml"), service("web"));
        expect((await run(["--context", around])).stdout).toContain("Service web");
        rmSync(join(cwd, "web.yaml"));
        return run();
      },
    },
    {
      name: "the configuration",
      change({ cwd, run }) {
        writeFileSync(join(cwd, "gracewarden.yaml"), "rules: { grace-not-zero: off }\n");
        return run();
      },
    },
    { name: "an option", change: ({ run }) => run(["--format", "json"]) },
    { name: "colours", change: ({ run }) => run([], { env: { FORCE_COLOR: "1" } }) },
    { name: "the width", change: ({ run }) => run([], { columns: 70 }) },
    {
      name: "the day, on which a waiver may end",
      change: ({ run }) => run([], { now: new Date(today.getTime() + 86_400_000) }),
    },
  ];
  for (const { name, change } of changes) {
    it(`runs anew after a change of ${name}`, async () => {
      const one = cached({ "app.yaml": hasty("hasty"), "web.yaml": web });
      await one.run();
      markAll(one);
      const { stdout } = await change(one);
      expect(stdout).not.toContain(mark);
      expect(stdout).not.toBe("");
    });
  }

  it("runs anew when the baseline changes", async () => {
    const one = cached({ "app.yaml": hasty() });
    const baseline = join(folder(), "baseline.json");
    await gracewarden(["lint", "--baseline", baseline, "--update-baseline"], { cwd: one.cwd });
    const options = ["--baseline", baseline, "--fail-on", "warn"];
    expect(await one.run(options)).toMatchObject({ code: 0 });
    rmSync(baseline);
    await gracewarden(["lint", "--baseline", baseline, "--update-baseline"], { cwd: folder({ "app.yaml": pod() }) });
    expect(await one.run(options)).toMatchObject({ code: 1 });
  });

  it("keeps nothing of a run that could not be done", async () => {
    const one = cached({ "app.yaml": hasty() });
    expect(await one.run(["--config", "none.yaml"])).toMatchObject({ code: 2 });
    expect(() => one.answers()).toThrow("ENOENT");
  });

  it.each([
    { name: "is cut off", content: (whole: Buffer) => whole.subarray(0, 100) },
    {
      name: "was changed",
      content: (whole: Buffer) => Buffer.from(whole.toString().replace(/\d errors?/, "0 errors")),
    },
    { name: "is empty", content: () => Buffer.alloc(0) },
  ])("does without an answer that $name, says so once, and writes it anew", async ({ content }) => {
    const one = cached({ "db.yaml": hastySet() });
    const first = await one.run();
    const [file = ""] = one.answers();
    writeFileSync(file, content(readFileSync(file)));
    const second = await one.run();
    expect(second).toMatchObject({ code: 1, stdout: first.stdout });
    expect(second.stderr).toBe(
      `gracewarden: the cache ${one.cache} is not used: ${file} is damaged; it is written anew\n`,
    );
    expect(await one.run()).toEqual(first);
  });

  it.skipIf(process.getuid?.() !== 0)("believes no answer that another user wrote", async () => {
    const one = cached({ "db.yaml": hastySet() });
    await one.run();
    markAll(one);
    for (const file of one.answers()) chownSync(file, 65_534, 65_534);
    const { stdout, stderr } = await one.run();
    expect(stdout).not.toContain(mark);
    expect(stderr).toContain("belongs to another user");
  });

  it("does without a folder that it cannot write, and says so once", async () => {
    const cwd = folder({ "app.yaml": hasty(), file: "" });
    const { code, stdout, stderr } = await gracewarden(["lint", "--cache", "--cache-location", "file/cache"], { cwd });
    expect(await gracewarden(["lint"], { cwd })).toEqual({ code, stdout, stderr: "" });
    expect(stderr).toBe(
      `gracewarden: the cache ${cwd}/file/cache is not used: it does not exist: a part of its path is no folder\n`,
    );
  });

  it("is in the user's cache by itself", { timeout: 30_000 }, () => {
    const home = folder();
    const cwd = folder({ "app.yaml": hasty() });
    gracewardenProcess(["lint", "--cache"], { cwd, env: { XDG_CACHE_HOME: home } });
    expect(readdirSync(join(home, "gracewarden"))).toHaveLength(1);
  });

  it.each([["--fix"], ["--fix-dry-run"], ["--changed-since", "main"], ["-"], ["--format", "json=report.json"]])(
    "is refused with %s",
    async (...args) => {
      const { run } = cached({ "app.yaml": hasty() });
      const { code, stderr } = await run(args);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^gracewarden: --cache and .+ exclude each other\n$/);
    },
  );

  it("says that it does not hold for what helm renders", async () => {
    const one = cached({ "chart/Chart.yaml": "name: web\nversion: 1.0.0\napiVersion: v2\n", "app.yaml": hasty() });
    expect((await one.run(["chart"])).stderr).toContain("--cache does not hold for what helm or kustomize renders");
    expect((await one.run(["--no-render", "."])).stderr).not.toContain("--cache");
  });
});
