import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../webhook/program.ts";
import { makeCertificate } from "./certificates.ts";
import { program, writePair } from "./running-server.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gracewarden-webhook-"));
  writePair(folder, makeCertificate());
  writeFileSync(join(folder, "other.key"), makeCertificate().keyPem);
  writeFileSync(join(folder, "half.crt"), makeCertificate().certPem.slice(0, 300));
  writeFileSync(join(folder, "bad.yaml"), "rules:\n  grace-not-zero: [error\n");
  writeFileSync(join(folder, "unknown.yaml"), "rules:\n  grace-not-zer: error\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spawned = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8", timeout: 15_000 });

/** The program in this process: what it says and how it would end. */
async function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const status = await main(args, {
    cwd: folder,
    env: {},
    stdout: { write: (text) => void (written.stdout += text) },
    stderr: { write: (text) => void (written.stderr += text) },
    now: () => new Date(),
    onStop: () => {},
    residentBytes: () => 0,
    startThread: () => {
      throw new Error("no threads here");
    },
  });
  return { status, ...written };
}
const pair = ["--tls-cert", "tls.crt", "--tls-key", "tls.key"];

describe("usage", () => {
  it.each<[string, readonly string[], string]>([
    ["no command", [], "Usage:"],
    ["an unknown command", ["serv"], 'did you mean "serve"?'],
    ["an option before the command", ["--port"], "options follow a command"],
    ["an unknown option", ["serve", "--metric-port", "1"], "did you mean --metrics-port?"],
    ["an option without its value", ["serve", "--port"], "--port needs a value"],
    ["a port that is none", ["serve", ...pair, "--port", "http"], 'cannot be "http"'],
    ["no certificate", ["serve"], "--tls-cert FILE is missing"],
    [
      "a certificate that does not exist",
      ["serve", "--tls-cert", "no.crt", "--tls-key", "tls.key"],
      "it does not exist",
    ],
    ["half a certificate", ["serve", "--tls-cert", "half.crt", "--tls-key", "tls.key"], "no complete PEM certificate"],
    ["a key of another certificate", ["serve", "--tls-cert", "tls.crt", "--tls-key", "other.key"], "does not belong"],
    ["a configuration that is no YAML", ["serve", ...pair, "--config", "bad.yaml"], "bad.yaml:"],
    ["a rule that there is not", ["serve", ...pair, "--config", "unknown.yaml"], "unknown.yaml:2:3"],
    ["try without files", ["try"], "FILE | FOLDER... is missing"],
    ["try with a file that does not exist", ["try", "no.yaml"], "it does not exist"],
    ["try without a pod", ["try", "bad.yaml"], "there is no pod"],
  ])("%s ends with 2 and a sentence", async (_name, args, says) => {
    const { status, stderr, stdout } = await run(...args);
    expect(stderr).toContain(says);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  it("answers --help and --version", async () => {
    expect((await run("--help")).stdout).toContain("serve");
    expect((await run("serve", "--help")).stdout).toContain("--drain-seconds");
    expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("ends as a process does", () => {
    expect(spawned("--version").status).toBe(0);
    const { status, stderr } = spawned("serve", ...pair, "--config", "unknown.yaml");
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("unknown.yaml:2:3") as unknown });
  });
});
