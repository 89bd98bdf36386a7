import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, hasty, pod } from "./folder.ts";
import { gracewarden, type Outcome } from "./program.ts";

const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" };

function git(cwd: string, ...args: readonly string[]): void {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "init.defaultBranch=main"];
  execFileSync("git", [...identity, ...args], { cwd, env, stdio: "pipe" });
}

/** A repository with two files, committed. */
function repository(): string {
  const cwd = folder();
  rmSync(join(cwd, ".git"), { recursive: true });
  git(cwd, "init", "-q");
  writeFileSync(join(cwd, "a.yaml"), hasty("first"));
  writeFileSync(join(cwd, "b.yaml"), hasty("second"));
  git(cwd, "add", ".");
  git(cwd, "commit", "-qm", "one");
  return cwd;
}

const lint = (cwd: string, ref: string, ...paths: readonly string[]): Promise<Outcome> =>
  gracewarden(["lint", "--no-config", `--changed-since=${ref}`, ...paths], { cwd, env });

describe("--changed-since", () => {
  it("reports on nothing where nothing changed", async () => {
    const { code, stdout } = await lint(repository(), "HEAD");
    expect(stdout).toBe("✔ no findings\n  0 files, 0 objects checked\n");
    expect(code).toBe(0);
  });

  it("reports on what is committed since, changed or new, from a folder below as well", async () => {
    const cwd = repository();
    mkdirSync(join(cwd, "sub"));
    writeFileSync(join(cwd, "a.yaml"), `# changed\n${hasty("first")}`);
    writeFileSync(join(cwd, "sub/c d.yaml"), hasty("third"));
    const { stdout } = await lint(join(cwd, "sub"), "HEAD", "..");
    expect(stdout).toMatch(/Pod\/first[^]*Pod\/third/);
    expect(stdout).not.toContain("Pod/second");
    git(cwd, "add", ".");
    git(cwd, "commit", "-qm", "two");
    expect((await lint(cwd, "HEAD~1")).stdout).toMatch(/Pod\/first[^]*Pod\/third/);
  });

  it("leaves out what changed on the other branch alone", async () => {
    const cwd = repository();
    git(cwd, "checkout", "-qb", "mine");
    git(cwd, "checkout", "-q", "-");
    writeFileSync(join(cwd, "b.yaml"), `# changed\n${hasty("second")}`);
    git(cwd, "commit", "-qam", "theirs");
    git(cwd, "branch", "theirs");
    git(cwd, "checkout", "-q", "mine");
    writeFileSync(join(cwd, "a.yaml"), `# changed\n${hasty("first")}`);
    const { stdout } = await lint(cwd, "theirs");
    expect(stdout).toContain("Pod/first");
    expect(stdout).not.toContain("Pod/second");
  });

  it("reads the rest for relations", async () => {
    const cwd = repository();
    const service = "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web } }\n";
    writeFileSync(join(cwd, "service.yaml"), service);
    git(cwd, "add", ".");
    git(cwd, "commit", "-qm", "a service");
    const web = pod("web").replace("spec:", "  labels: { app: web }\nspec:");
    writeFileSync(join(cwd, "web.yaml"), web);
    const { stdout } = await lint(cwd, "HEAD");
    expect(stdout).toMatch(/warn {2}prestop-delay {2}Pod\/web/);
    expect(stdout).toContain("1 file, 1 object checked");
  });

  it.each([
    { name: "a commit that git does not know", ref: "no-such-branch", says: /git knows no commit "no-such-branch"/ },
    { name: "an option instead of a commit", ref: "--output=x", says: /git knows no commit "--output=x"/ },
  ])("ends the run for $name", async ({ ref, says }) => {
    const { code, stderr } = await lint(repository(), ref);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });

  it("ends the run outside of a repository and without git", async () => {
    const cwd = folder({ "a.yaml": pod() });
    expect((await lint(cwd, "HEAD")).stderr).toContain("is not in a working tree of git");
    const outcome = await gracewarden(["lint", "--changed-since", "HEAD"], { cwd, env: { PATH: "/nonexistent" } });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining("git is not installed") as string });
  });
});
