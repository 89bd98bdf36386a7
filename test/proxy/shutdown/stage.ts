import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Cell } from "./cell.ts";
import { openClient, type Client } from "./client.ts";
import { exchange } from "./exchange.ts";
import type { Launched } from "./launch.ts";
import { processesOf } from "./leftovers.ts";
import type { ProxyUnderTest } from "./proxies.ts";

/** A proxy that has come to the moment at which a situation begins. */
export interface Staged {
  readonly url: string;
  readonly adminUrl: string | undefined;
  readonly clients: readonly Client[];
}

export interface Staging {
  /** Where it listens, if it does not say so itself. */
  readonly port: number;
  readonly marker: string;
  /** Of the situation among all. */
  readonly order: number;
  /** What stands before the names of tools. */
  readonly prefix: string;
}

/** The machine may be busy; a proxy that takes longer counts as one that does not start. */
const startSeconds = 20;
const pollMilliseconds = 20;

/** SIGTERM comes so many milliseconds after the start, one value a situation. */
const earlyMilliseconds = [0, 1, 2, 3, 4, 6, 8, 10];

/** Brings a proxy to where the cell's situation begins. Throws a sentence where it does not get there. */
export async function stage(
  proxy: ProxyUnderTest,
  { situation, backend, ending }: Cell,
  launched: Launched,
  { port, marker, order, prefix }: Staging,
): Promise<Staged> {
  const none = { url: `http://127.0.0.1:${port}/mcp`, adminUrl: undefined, clients: [] };
  if (ending === "tini early") {
    await wait(earlyMilliseconds[order % earlyMilliseconds.length]);
    return none;
  }
  const backendRuns = (): boolean =>
    processesOf(marker).some(({ command }) => command.includes("test/proxy/backends/"));
  if (situation === "starting") {
    await until("its backend started", () => backendRuns() || said(proxy, launched) !== undefined);
    return none;
  }
  if (situation === "connecting") {
    // One that listens only when its backend has answered is as far as it gets once the backend runs.
    await until("it listened, or its backend started", async () =>
      proxy.listening === undefined ? backendRuns() || (await accepts(port)) : said(proxy, launched) !== undefined,
    );
    await wait(300);
    return { ...none, ...said(proxy, launched) };
  }
  if (proxy.listening !== undefined) await until("it listened", () => said(proxy, launched) !== undefined);
  const { url, adminUrl } = { ...none, ...said(proxy, launched) };
  if (adminUrl !== undefined) {
    await until(
      "/readyz answered 200",
      async () => (await exchange(`${adminUrl}/readyz`, { method: "GET" })).status === 200,
    );
  }
  const clients: Client[] = [];
  await until("a first call succeeded", async () => {
    clients.length = 0;
    try {
      for (const era of proxy.eras) {
        const client = await openClient(url, era, prefix);
        if ((await client.call("echo", { text: "ready" })).seen.what !== "result") return false;
        clients.push(client);
      }
      return true;
    } catch (error) {
      // Ready means ready; who has no readiness is asked until a call succeeds.
      if (adminUrl !== undefined) throw new Error(`it was ready, but ${String(error)}`, { cause: error });
      return false;
    }
  });
  if (backend === "dead") {
    for (const { pid } of processesOf(marker).filter(({ command }) => command.includes("dies.mjs --"))) {
      if (pid !== launched.pid) process.kill(pid, "SIGKILL");
    }
    await wait(300);
  }
  return { url, adminUrl, clients };

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + startSeconds * 1000;
    while (!(await holds())) {
      if (launched.hasExited() || performance.now() > end) throw new Error(`never got to where ${what}`);
      await wait(pollMilliseconds);
    }
  }
}

const said = (proxy: ProxyUnderTest, launched: Launched): ReturnType<NonNullable<ProxyUnderTest["listening"]>> =>
  proxy.listening?.(launched.output());

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
