import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunningServer } from "../proxies/running-server.ts";
import { median } from "./measure.ts";
import { direct, floor, our, others, ourStateless, type Measured } from "./proxy-measured.ts";
import { cpuMicroseconds } from "./proxy-process.ts";

const run = promisify(execFile);

interface Loaded {
  readonly calls: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the proxy alone. */
  readonly cpuPerCall: number;
}

/** Calls a server's tool, `amount` being seconds (`2s`) or a number of calls. */
export async function load(
  { url, pid }: RunningServer,
  ways: number,
  amount: string,
  revision: Measured["revision"] = "2025-11-25",
): Promise<Loaded> {
  const before = cpuMicroseconds(pid);
  const args = [join(import.meta.dirname, "proxy-load.ts"), url, "echo", revision, String(ways), amount];
  const { stdout } = await run(process.execPath, args);
  const loaded = JSON.parse(stdout) as Omit<Loaded, "cpuPerCall">;
  return { ...loaded, cpuPerCall: (cpuMicroseconds(pid) - before) / loaded.calls };
}

export const spread = (values: readonly number[], digits: number): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}..${Math.max(...values).toFixed(digits)})`;

/** Calls all servers in turn, round by round, and prints how they compare; the first round warms up and does not count. */
export async function compareCalls(
  servers: ReadonlyMap<Measured, RunningServer>,
  ways: number,
  rounds: number,
  seconds: number,
): Promise<void> {
  const samples = new Map<Measured, Loaded[]>([...servers.keys()].map((measured) => [measured, []]));
  for (let round = -1; round < rounds; round++)
    for (const [measured, server] of servers) {
      const loaded = await load(server, ways, `${seconds}s`, measured.revision);
      if (round >= 0) samples.get(measured)?.push(loaded);
    }
  /** Of each round by itself, so that what slows the machine down slows both. */
  const ratio = (one: Measured, other: Measured): number =>
    median(
      (samples.get(one) ?? []).map(
        ({ perSecond }, round) => perSecond / (samples.get(other)?.[round]?.perSecond ?? NaN),
      ),
    );
  const medianOf = (measured: Measured, key: keyof Loaded): number =>
    median((samples.get(measured) ?? []).map((one) => one[key]));

  console.log(
    `\ntools/call through one stdio backend, kept connections, ${ways} at a time; median (min..max) of ${rounds} interleaved rounds of ${seconds} s`,
  );
  const rows = [...samples].map(([measured, all]) => {
    const of = (key: keyof Loaded, digits: number): string =>
      spread(
        all.map((one) => one[key]),
        digits,
      );
    return [
      measured.name,
      {
        "calls/s": of("perSecond", 0),
        "p50 ms": of("p50", 2),
        "p99 ms": of("p99", 1),
        "CPU us a call": of("cpuPerCall", 0),
        "rate / floor": ratio(measured, floor).toFixed(2),
      },
    ];
  });
  console.table(Object.fromEntries(rows));
  for (const ours of [our, ourStateless]) {
    if (ours === undefined) continue;
    console.log(`${ours.name}, ${ours.revision}, ${ways} at a time`);
    say("rate / floor", ratio(ours, floor), ">= 0.7");
    say(
      "CPU a call / floor",
      medianOf(ours, "cpuPerCall") / medianOf(floor, "cpuPerCall"),
      ways === 1 ? "" : "<= 1.54",
    );
    say("ms added to p50", medianOf(ours, "p50") - medianOf(direct, "p50"), "over the server without a proxy");
    // They speak 2025-11-25.
    if (ways === 1 || ours !== our) continue;
    for (const peer of others) say(`rate / ${peer.name}`, ratio(ours, peer), peerLimits[peer.name] ?? "");
  }
}

const peerLimits: Readonly<Record<string, string>> = { supergateway: ">= 3.5", "mcp-proxy": ">= 4.5" };

function say(what: string, measured: number, limit: string): void {
  console.log(`  ${what}: ${measured.toFixed(2)}${limit === "" ? "" : ` (${limit})`}`);
}
