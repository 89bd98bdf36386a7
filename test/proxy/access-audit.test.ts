import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { openAudit, type Audit } from "../../proxy/access/audit.ts";
import type { AuditConfig } from "../../proxy/config/config.ts";
import type { CallRecord } from "../../proxy/telemetry/call-record.ts";

const call: CallRecord = {
  client: { era: "legacy", identity: { subject: "ada", roles: ["dev"] }, session: "5f3a" },
  method: "tools/call",
  name: "files__read",
  backend: "files",
  outcome: "ok",
  seconds: 0.0123456,
  arguments: { path: "/etc/secret" },
};

function audit(config: Partial<AuditConfig>): {
  readonly audit: Audit;
  readonly to: string;
  readonly logged: string[];
} {
  const logged: string[] = [];
  const to = config.to ?? join(temporaryFolder(), "audit.log");
  const opened = openAudit(
    { arguments: "omitted", ...config, to },
    { stdout: (text) => void logged.push(text), stderr: () => {} },
    pino({}, { write: (line: string) => void logged.push(line) }),
    () => new Date("2026-11-23T03:00:00Z"),
  );
  return { audit: opened, to, logged };
}

describe("the audit log", () => {
  it("is a JSON line a call, without arguments unless asked for", async () => {
    const { audit: log, to } = audit({});
    log.record(call);
    log.record({ ...call, outcome: "error", arguments: undefined });
    await log.close();
    const [first, second, end] = readFileSync(to, "utf8").split("\n");
    expect(JSON.parse(first ?? "")).toEqual({
      time: "2026-11-23T03:00:00.000Z",
      who: "ada",
      roles: ["dev"],
      session: "5f3a",
      method: "tools/call",
      tool: "files__read",
      backend: "files",
      outcome: "ok",
      ms: 12.35,
    });
    expect(JSON.parse(second ?? "")).toMatchObject({ outcome: "error" });
    expect(end).toBe("");
  });

  it.each([
    ["hashed", { argumentsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    ["full", { arguments: { path: "/etc/secret" } }],
  ] as const)("has arguments %s", async (how, expected) => {
    const { audit: log, logged } = audit({ to: "stdout", arguments: how });
    log.record(call);
    await log.flush();
    expect(JSON.parse(logged.join(""))).toMatchObject(expected);
  });

  it.skipIf(!existsSync("/dev/full"))("loses lines on a full disk, says so once, and counts them", async () => {
    const { audit: log, logged } = audit({ to: "/dev/full" });
    for (let round = 0; round < 3; round++) {
      log.record(call);
      await log.flush();
    }
    expect(log.lost()).toBe(3);
    expect(logged).toEqual([expect.stringContaining("the audit log cannot be written")]);
    await log.close();
  });

  it("goes on when its folder is there again", async () => {
    const { audit: log, to, logged } = audit({});
    rmSync(join(to, ".."), { recursive: true });
    log.record(call);
    await log.flush();
    expect(log.lost()).toBe(1);
    const other = audit({ to: join(temporaryFolder(), "a") });
    writeFileSync(other.to, "");
    other.audit.record(call);
    await other.audit.close();
    expect(readFileSync(other.to, "utf8")).toMatch(/"who":"ada"/);
    expect(logged.join("")).toContain("it does not exist");
  });

  it("begins a line of its own behind half of one", async () => {
    const { audit: log, to } = audit({});
    writeFileSync(to, '{"half');
    log.record(call);
    await log.close();
    const [half, line = ""] = readFileSync(to, "utf8").split("\n");
    expect(half).toBe('{"half');
    expect(JSON.parse(line)).toMatchObject({ who: "ada" });
  });

  it("bounds what waits for a slow disk", async () => {
    const { audit: log } = audit({ arguments: "full" });
    const big = { ...call, arguments: "x".repeat(1024 * 1024) };
    for (let index = 0; index < 20; index++) log.record(big);
    expect(log.lost()).toBe(13);
    await log.close();
  });
});
