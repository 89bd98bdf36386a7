import { connect as connectPlain, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { startServer, type InProcess } from "./in-process.ts";
import { plainPod, reviewOf } from "./reviews.ts";

const openTls = (target: InProcess): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: target.port, ca: target.caPem }, () => resolve(socket));
    socket.resume().once("error", reject);
  });
const openPlain = (target: InProcess): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connectPlain(target.port, "127.0.0.1", () => resolve(socket));
    // Read, since the end of what is not read is never seen.
    socket.resume().once("error", reject);
  });
/** Sends a request and leaves the connection open; the first line of what comes. */
const ask = (socket: Socket, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8").split("\r\n")[0] ?? ""));
    socket.once("close", () => reject(new Error("closed")));
    socket.write(text);
  });
const review = reviewOf(plainPod);
const post = `POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(review)}\r\n\r\n${review}`;
const get = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";

describe("clients that only hold connections open", () => {
  it.each([
    ["without TLS", openPlain],
    ["without a request", openTls],
    [
      "after a probe",
      async (target: InProcess) => {
        const socket = await openTls(target);
        await ask(socket, get);
        return socket;
      },
    ],
  ])("make room for others, the oldest first: %s", { timeout: 30_000 }, async (_name, open) => {
    const target = await startServer({ limits: { connections: 64 } });
    const sockets: Socket[] = [];
    try {
      const pooled = await openTls(target);
      sockets.push(pooled);
      expect(await ask(pooled, post)).toBe("HTTP/1.1 200 OK");
      const busy = await openTls(target);
      sockets.push(busy);
      busy.write(post.slice(0, -1));
      const idle: Socket[] = [];
      for (let count = 0; count < 200; count++) {
        const socket = await open(target);
        idle.push(socket);
        sockets.push(socket.on("error", () => {}));
      }
      await expect.poll(() => target.connections()).toBe(56);
      await expect.poll(() => idle.findIndex(({ closed }) => !closed)).toBe(200 - 54);
      const fresh = await openTls(target);
      sockets.push(fresh);
      for (const socket of [fresh, pooled]) expect(await ask(socket, post)).toBe("HTTP/1.1 200 OK");
      expect(await ask(busy, post.slice(-1))).toBe("HTTP/1.1 200 OK");
      expect(await target.metrics.registry.metrics()).toMatch(/refused_connections_total\{outcome="idle"\} 147/);
    } finally {
      for (const socket of sockets) socket.destroy();
      await target.close();
    }
  });

  it("are closed beyond the limit where each brought a review", { timeout: 30_000 }, async () => {
    const target = await startServer({ limits: { connections: 32 } });
    const sockets: Socket[] = [];
    try {
      for (let count = 0; count < 32; count++) {
        const socket = await openTls(target);
        sockets.push(socket);
        await ask(socket, post);
      }
      const late = await openPlain(target);
      sockets.push(late.on("error", () => {}));
      await expect.poll(() => late.closed).toBe(true);
      expect(await target.connections()).toBe(32);
      expect(await target.metrics.registry.metrics()).toContain('refused_connections_total{outcome="too-many"} 1');
      for (const socket of sockets.slice(0, 32)) expect(await ask(socket, post)).toBe("HTTP/1.1 200 OK");
    } finally {
      for (const socket of sockets) socket.destroy();
      await target.close();
    }
  });
});
