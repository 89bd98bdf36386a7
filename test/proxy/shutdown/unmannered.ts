import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Seen } from "./exchange.ts";
import type { Serving, Underway } from "./situation.ts";
import { dispatchSeconds } from "./times.ts";

/** Sends the head of a request and a little of its body, and never the rest. */
export async function halfSentBody({ url, over }: Serving): Promise<Underway[]> {
  const { host, pathname } = new URL(url);
  const { socket, seen } = hold(url, over);
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n`;
  socket.write(`${head}Accept: application/json, text/event-stream\r\n\r\n{"jsonrpc`);
  await wait(dispatchSeconds * 1000);
  return [{ what: "half-sent request", promised: "any", seen }];
}

/** Calls for more than the kernel holds on both sides, and reads nothing of it. */
export async function neverReads({ url, clients, over }: Serving): Promise<Underway[]> {
  const { host, pathname } = new URL(url);
  const { headers, message } = clients[0]!.wire("huge", { bytes: 6 << 20 });
  const body = JSON.stringify(message);
  const all = {
    ...headers,
    host,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "content-length": Buffer.byteLength(body),
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const { socket, seen } = hold(url, over);
  socket.write(`POST ${pathname} HTTP/1.1\r\n${head.join("")}\r\n${body}`);
  await wait(secondsForHuge * 1000);
  return [{ what: "answer that nobody reads", promised: "any", seen }];
}

/** Until the backend's answer waits in the proxy. */
const secondsForHuge = 0.8;

/** A connection that reads nothing, until the proxy is gone. What it sees is its own fault: nothing is promised to it. */
function hold(url: string, over: Promise<void>): { readonly socket: Socket; readonly seen: Promise<Seen> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const seen = over.then((): Seen => {
    socket.destroy();
    return { what: "cut short" };
  });
  return { socket, seen };
}
