import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { configFile, hasty, politeServer, startProxy } from "../proxy-process.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** Becomes the command that follows, with a file system of its own on the folder, which is full but for 100 bytes. */
const onFullDisk = (folder: string): readonly string[] => [
  "unshare",
  "-rm",
  "sh",
  "-c",
  `mount -t tmpfs -o size=64k none ${folder} && head -c 65436 /dev/zero > ${folder}/filler && exec "$0" "$@"`,
];

const isPossible = spawnSync("env", [...onFullDisk(temporaryFolder()), "true"]).status === 0;

it.skipIf(!isPossible)(
  "a full disk under audit and cache: calls go on, and it is said, until there is room again",
  async () => {
    const folder = temporaryFolder();
    const file = configFile({
      mcpServers: { a: politeServer },
      audit: { to: join(folder, "audit.jsonl"), arguments: "full" },
      listCache: join(folder, "lists"),
    });
    const proxy = await startProxy(["--config", file], hasty, onFullDisk(folder));
    await proxy.logged(/^ready$/);
    await proxy.logged(/cache of tool lists cannot be written/);
    for (let n = 0; n < 3; n += 1) expect((await proxy.call("a__echo", { text: "x".repeat(5000) })).status).toBe(200);
    expect(await proxy.logged(/audit log cannot be written; calls go on/)).toMatchObject({ why: "the disk is full" });
    expect((await proxy.admin("/health")).text).toMatch(/[1-9] lines of the audit log were lost/);
    expect((await proxy.admin("/readyz")).status).toBe(200);
    // As the proxy sees it.
    const disk = `/proc/${proxy.process.pid}/root${folder}`;
    rmSync(join(disk, "filler"));
    await vi.waitFor(async () => {
      await proxy.call("a__echo", { text: "again" });
      expect(proxy.log.map(({ msg }) => msg)).toContain("the audit log can be written again");
    });
    const lines = readFileSync(join(disk, "audit.jsonl"), "utf8").trim().split("\n");
    const last = lines.filter((line) => line.includes('"again"'));
    expect(last.length).toBeGreaterThan(0);
    for (const line of last) expect(() => void JSON.parse(line)).not.toThrow();
    // No half of a list is left.
    expect(readdirSync(join(disk, "lists"))).toEqual([]);
    proxy.process.kill("SIGTERM");
    expect(await proxy.exited).toMatchObject({ code: 0 });
  },
);
