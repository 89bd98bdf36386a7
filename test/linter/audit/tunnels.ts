import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export interface Tunnel extends AsyncDisposable {
  readonly port: number;
  /** The hosts and ports that it was asked for. */
  readonly asked: readonly string[];
}

/** A proxy that lets everything through to loopback, by HTTP's CONNECT. */
export async function httpTunnel(): Promise<Tunnel> {
  const asked: string[] = [];
  const server = createHttpServer();
  server.on("connect", (request, socket: Socket) => {
    asked.push(request.url ?? "");
    pipe(socket, Number(request.url?.split(":").at(-1)), () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
  });
  return tunnel(server, asked);
}

/** The same by SOCKS 5 (RFC 1928), for names and IPv4 addresses, without a login. */
export async function socksTunnel(): Promise<Tunnel> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.once("data", () => {
      socket.write(Buffer.from([5, 0]));
      socket.once("data", (request) => {
        const isName = request[3] === 3;
        const length = isName ? (request[4] ?? 0) : 4;
        const start = isName ? 5 : 4;
        const host = request.subarray(start, start + length);
        const port = request.readUInt16BE(start + length);
        asked.push(`${isName ? host.toString() : [...host].join(".")}:${port}`);
        pipe(socket, port, () => socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])));
      });
    });
  });
  return tunnel(server, asked);
}

function pipe(socket: Socket, port: number, begin: () => void): void {
  const onward = connect(port, "127.0.0.1", () => {
    begin();
    socket.pipe(onward).pipe(socket);
  });
  socket.on("error", () => onward.destroy());
  onward.on("error", () => socket.destroy());
}

async function tunnel(server: Server, asked: readonly string[]): Promise<Tunnel> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
