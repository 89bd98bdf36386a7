import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { backendCommand } from "./backend-command.ts";
import { begin } from "./begin.ts";
import { situations, type Cell } from "./cell.ts";
import { describeSeen, exchange } from "./exchange.ts";
import { deadlineOf, judge, type Evidence, type Fault } from "./judge.ts";
import { lateCalls } from "./late.ts";
import { launch, type Launched } from "./launch.ts";
import { endProcesses, processesOf } from "./leftovers.ts";
import type { ProxyUnderTest } from "./proxies.ts";
import type { Serving } from "./situation.ts";
import { stage, type Staged } from "./stage.ts";
import { tally } from "./tally.ts";
import { environment, secondSignalSeconds, settings } from "./times.ts";

export interface Outcome {
  readonly cell: Cell;
  readonly faults: readonly Fault[];
  readonly exitCode: number | undefined;
  /** From the first signal to the exit. */
  readonly seconds: number;
  /** What clients saw: `2x call of 2 s: result`. */
  readonly saw: readonly string[];
  readonly notes: readonly string[];
  readonly output: string;
}

/** What the markers of all cells of this run begin with. */
export const markerOfRun = `gracewarden-matrix-${process.pid}-`;

/** How much longer than its deadline a proxy is watched before it is killed. */
const patienceSeconds = 1;
/** A process that got its SIGKILL before the proxy ended may take so long to vanish. */
const vanishSeconds = 0.3;

/** Starts a proxy, brings it into the cell's situation, ends it the cell's way and judges what was seen. */
export async function runCell(proxy: ProxyUnderTest, cell: Cell): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "gracewarden-matrix-"));
  const marker = `${markerOfRun}${crypto.randomUUID()}`;
  const kept = new Agent({ keepAlive: true });
  const notes: string[] = [];
  const port = await freePort();
  const isMany = cell.situation === "eight stubborn backends" && proxy.manyPrefix !== undefined;
  const logs = Array.from({ length: isMany ? 8 : 1 }, (_, n) => join(folder, `backend-${n}.log`));
  const commandLine = proxy.commandLine(
    logs.map((log) => backendCommand(cell, log, marker)),
    port,
    folder,
  );
  const hook = cell.situation === "hook, then SIGTERM";
  const launched = await launch(cell.ending, commandLine, {
    ...process.env,
    ...environment,
    ...(hook && { GRACEWARDEN_PRESTOP_SECONDS: String(settings.propagationSeconds) }),
    GRACEWARDEN_MATRIX: marker,
  });
  try {
    const order = (situations as readonly string[]).indexOf(cell.situation);
    const staged = await stage(proxy, cell, launched, {
      port,
      marker,
      order,
      prefix: isMany ? (proxy.manyPrefix ?? "") : "",
    });
    const ended = await endIt(cell, launched, staged, { kept, marker, note: (text) => notes.push(text) });
    await launched.outputRead();
    const evidence: Evidence = {
      cell,
      ...ended,
      backendEvents: eventsIn(logs[0]!),
      lastWords: proxy.lastWords === undefined ? "none" : proxy.lastWords(launched.output()),
    };
    const { exitCode, seconds, underway, late } = evidence;
    return {
      cell,
      faults: judge(evidence),
      exitCode,
      seconds,
      saw: tally([...underway, ...late].map(({ what, seen }) => `${what}: ${describeSeen(seen)}`)),
      notes,
      output: launched.output(),
    };
  } catch (error) {
    const faults: Fault[] = [{ kind: "not started", text: error instanceof Error ? error.message : String(error) }];
    return { cell, faults, exitCode: undefined, seconds: 0, saw: [], notes, output: launched.output() };
  } finally {
    launched.kill();
    endProcesses(marker);
    kept.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function endIt(
  cell: Cell,
  launched: Launched,
  { url, adminUrl, clients }: Staged,
  { kept, marker, note }: { readonly kept: Agent; readonly marker: string; readonly note: (text: string) => void },
): Promise<Pick<Evidence, "underway" | "late" | "exitCode" | "seconds" | "deadlineSeconds" | "leftBehind">> {
  const { promise: signalled, resolve: onSignalled } = Promise.withResolvers<number>();
  const { promise: over, resolve: onOver } = Promise.withResolvers<void>();
  const forced = cell.ending === "twice";
  const serving: Serving = {
    url,
    clients,
    kept,
    backendIsDown: cell.backend === "dead",
    forced,
    signalled,
    over,
    note,
  };
  await Promise.all(clients.map((client) => client.call("echo", { text: "keep" }, {}, { agent: kept })));
  const underway = cell.ending === "tini early" ? [] : await begin[cell.situation](serving);
  const late = lateCalls(serving);

  const began = performance.now();
  onSignalled(began);
  if (cell.situation === "hook, then SIGTERM") await exchange(`${adminUrl}/prestop`, { method: "GET" });
  launched.signal(cell.ending === "SIGINT" ? "SIGINT" : "SIGTERM");
  if (forced) {
    const answered = Promise.all([wait(secondSignalSeconds * 1000), ...late.map(({ seen }) => seen)]);
    await Promise.race([answered, wait(patienceSeconds * 1000), launched.exited]);
    launched.signal("SIGTERM");
  }
  const lastSignalAt = (performance.now() - began) / 1000;
  const left = deadlineOf(cell, lastSignalAt) + patienceSeconds - lastSignalAt;
  const exitCode = await Promise.race([launched.exited, wait(left * 1000, undefined)]);
  const seconds = (performance.now() - began) / 1000;
  onOver();
  const leftBehind = exitCode === undefined ? [] : await remaining(marker);
  launched.kill();
  endProcesses(marker);
  return {
    underway: await Promise.all(underway.map(async (each) => ({ ...each, seen: await each.seen }))),
    late: await Promise.all(
      late.map(async (each) => ({ ...each, seen: await each.seen, keptOpen: await each.keptOpen })),
    ),
    exitCode,
    seconds,
    deadlineSeconds: deadlineOf(cell, lastSignalAt),
    leftBehind,
  };
}

async function remaining(marker: string): Promise<string[]> {
  const end = performance.now() + vanishSeconds * 1000;
  for (;;) {
    const processes = processesOf(marker);
    if (processes.length === 0 || performance.now() > end) return processes.map(({ command }) => command);
    await wait(20);
  }
}

function eventsIn(log: string): string[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { event: string }).event);
}

/** For proxies that cannot pick a port themselves. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
