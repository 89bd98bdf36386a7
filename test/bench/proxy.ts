/**
 * The proxy from outside, beside a pipe that does nothing else, a server without a proxy, and npm's proxies where they are
 * installed (PATH or GRACEWARDEN_PEERS). Ratios count: all share the machine with their client.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ours } from "../proxies/contenders.ts";
import { startServer, type RunningServer } from "../proxies/running-server.ts";
import { compareCalls, load, spread } from "./proxy-calls.ts";
import {
  direct,
  echoServer,
  floor,
  our,
  others,
  ourStateless,
  sayWhoIsMissing,
  start,
  type Measured,
} from "./proxy-measured.ts";
import { cpuMicroseconds, residentMebibytes } from "./proxy-process.ts";
import { openStreams, untilToolAnswers } from "./proxy-sessions.ts";

const rounds = Number(process.env["GRACEWARDEN_BENCH_ROUNDS"] ?? 5);
const seconds = Number(process.env["GRACEWARDEN_BENCH_SECONDS"] ?? 2);
const manyCalls = Number(process.env["GRACEWARDEN_BENCH_CALLS"] ?? 100_000);
const us = our === undefined ? [] : [our];

async function compareRates(): Promise<void> {
  const servers = new Map<Measured, RunningServer>();
  try {
    for (const measured of [direct, floor, ...us, ...(ourStateless === undefined ? [] : [ourStateless]), ...others])
      servers.set(measured, await start(measured));
    for (const ways of [1, 16]) await compareCalls(servers, ways, rounds, seconds);
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

async function compareMemory(): Promise<void> {
  const rows: Record<string, Record<string, string>> = {};
  for (const measured of [floor, ...us]) {
    const server = await start(measured);
    try {
      await wait(1000);
      const atRest = residentMebibytes(server.pid);
      await load(server, 16, String(manyCalls / 5));
      const warm = residentMebibytes(server.pid);
      await load(server, 16, String((manyCalls / 5) * 4));
      const after = residentMebibytes(server.pid);
      rows[measured.name] = {
        "at rest": atRest.toFixed(0),
        [`after ${manyCalls / 5} calls`]: warm.toFixed(0),
        [`after ${manyCalls}`]: after.toFixed(0),
        "growth (<= 1.10)": (after / warm).toFixed(2),
      };
    } finally {
      await server.stop();
    }
  }
  console.log("\nResident memory, MiB");
  console.table(rows);
}

async function compareStarts(): Promise<void> {
  const samples = new Map<Measured, number[]>();
  for (let round = 0; round < rounds; round++)
    for (const measured of [direct, floor, ...us, ...others]) {
      const server = await start(measured);
      try {
        const total = server.startMilliseconds + (await untilToolAnswers(server.url, "echo"));
        samples.set(measured, [...(samples.get(measured) ?? []), total]);
      } finally {
        await server.stop();
      }
    }
  console.log(`\nFrom the start of the process to the first answer of the tool; median (min..max) of ${rounds}`);
  console.table(Object.fromEntries([...samples].map(([{ name }, all]) => [name, { ms: spread(all, 0) }])));
}

/** supergateway is left out: it starts a process for each session. */
async function compareStreams(count: number): Promise<void> {
  const rows: Record<string, Record<string, string>> = {};
  for (const measured of [...us, ...others.filter(({ name }) => name === "mcp-proxy")]) {
    const server = await start(measured);
    try {
      const atRest = residentMebibytes(server.pid);
      const streams = await openStreams(server.url, count);
      const before = cpuMicroseconds(server.pid);
      await wait(3000);
      const idle = (cpuMicroseconds(server.pid) - before) / 3e6;
      const held = residentMebibytes(server.pid) - atRest;
      const { perSecond, p99 } = await load(server, 16, `${seconds}s`);
      rows[measured.name] = {
        opened: String(streams.opened),
        "in ms": streams.milliseconds.toFixed(0),
        "KiB each": ((held * 1024) / count).toFixed(1),
        "CPU while nothing happens": `${(idle * 100).toFixed(1)} %`,
        "calls/s beside them": perSecond.toFixed(0),
        "p99 ms": p99.toFixed(1),
      };
      streams.close();
    } catch (error) {
      rows[measured.name] = { opened: String(error) };
    } finally {
      await server.stop();
    }
  }
  console.log(`\n${count} open streams (GET), each in a session of its own`);
  console.table(rows);
}

async function manyBackends(count: number): Promise<void> {
  if (ours === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "gracewarden-bench-"));
  try {
    const config = join(folder, "proxy.json");
    const [command, ...args] = echoServer;
    const names = Array.from({ length: count }, (_, index) => `echo${index}`);
    const mcpServers = Object.fromEntries(names.map((name) => [name, { command, args, required: true }]));
    writeFileSync(config, JSON.stringify({ mcpServers }));
    const server = await startServer(ours.withConfig(config, 0), 0);
    const milliseconds = server.startMilliseconds + (await untilToolAnswers(server.url, `${names.at(-1)}__echo`));
    const held = residentMebibytes(server.pid).toFixed(0);
    await server.stop();
    console.log(
      `\n${count} stdio backends: the last one's tool answers after ${milliseconds.toFixed(0)} ms; the proxy holds ${held} MiB`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

console.log(`Node ${process.version}`);
sayWhoIsMissing();
await compareRates();
await compareMemory();
await compareStarts();
await compareStreams(1000);
await manyBackends(50);
