import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The connections of one server, with the requests that are open on each. */
export interface Connections {
  readonly opened: (response: ServerResponse) => void;
  /** Stops accepting; ends what is left: idle connections at once, the others once they are answered, all when the time is up. */
  readonly close: (seconds: number) => Promise<void>;
}

/** Between looks at what is left. */
const lookMs = 20;

export function trackConnections(server: Server): Connections {
  const requests = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    requests.set(socket, 0);
    socket.once("close", () => requests.delete(socket));
  });
  const change = (socket: Socket, by: number): void => {
    const open = requests.get(socket);
    if (open !== undefined) requests.set(socket, open + by);
  };
  const endIdle = (): void => {
    for (const [socket, open] of requests) if (open === 0 && socket.writableLength === 0) socket.destroy();
  };
  return {
    opened(response) {
      const { socket } = response.req;
      change(socket, 1);
      response.once("close", () => change(socket, -1));
    },
    async close(seconds) {
      server.close();
      endIdle();
      const deadline = performance.now() + seconds * 1000;
      while (requests.size > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, lookMs));
        endIdle();
      }
      for (const socket of requests.keys()) socket.destroy();
    },
  };
}
