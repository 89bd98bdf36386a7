import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import type { BaseLogger } from "pino";
import { FairShare } from "../../fair-share.ts";
import { Slots } from "../../slots.ts";
import { networkOf } from "./requester.ts";

/** The connections of one server, with the requests that are open on each. */
export interface Connections {
  readonly opened: (response: ServerResponse) => void;
  /** Ends connections that have served, on which nothing has begun since and nothing waits to be read. */
  readonly closeIdle: () => void;
  /** Ends connections whose last request was answered for so long and still sends its body, which nobody wants. */
  readonly endUnwanted: (seconds: number) => void;
  /** Ends connections whose answer waits to be read and of which nothing was taken for so long. */
  readonly endUnread: (seconds: number) => void;
  /** Stops accepting; ends what is left: at once where no request is open, the others once they are answered, all when the time is up. */
  readonly close: (seconds: number) => Promise<void>;
  /** Connections with an answer that `close` did not get rid of. */
  readonly unread: () => number;
  readonly share: FairShare;
}

interface Connection {
  readonly socket: Socket;
  requests: number;
  /** Bytes read when no request was open: more are a request that begins. */
  bytesAtRest: number;
  /** What waited to be read when that last changed, and when that was. */
  unread: number;
  unreadSince: number;
  /** A request that was answered before all of it had come, and when that was. */
  unwanted: { readonly request: IncomingMessage; readonly since: number } | undefined;
}

/** Between looks at what is left. */
const lookMs = 20;

/**
 * A request that the kernel has taken has begun, though we have not read it: to destroy its connection would be to reset
 * it. After one turn of the event loop it is accepted, after the next it is read.
 */
const whatHasCome = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const hasUnread = (socket: Socket): boolean => !socket.destroyed && socket.writableLength > 0;

export function trackConnections(
  server: Server,
  limits: { readonly connections: number },
  log: Pick<BaseLogger, "warn">,
): Connections {
  const connections = new Slots<Connection>();
  const ofSocket = new WeakMap<Socket, Connection>();
  const share = new FairShare(limits.connections);
  server.on("connection", (socket: Socket) => {
    const { remoteAddress } = socket;
    const who = networkOf(remoteAddress ?? "");
    const shortage = share.take(who, 1);
    if (shortage !== undefined) {
      log.warn(
        { remoteAddress, connections: share.total },
        shortage === "full"
          ? "too many connections: one is closed"
          : "an address has its share of the connections: one more is closed",
      );
      socket.destroy();
      return;
    }
    const connection: Connection = {
      socket,
      requests: 0,
      bytesAtRest: 0,
      unread: 0,
      unreadSince: 0,
      unwanted: undefined,
    };
    const slot = connections.add(connection);
    ofSocket.set(socket, connection);
    socket.once("close", () => {
      connections.remove(slot, connection);
      share.give(who, 1);
    });
  });
  let givenUp = 0;
  const isAnswered = ({ socket, requests }: Connection): boolean => requests === 0 && socket.writableLength === 0;
  const closeAnswered = (): void => {
    for (const connection of connections) if (isAnswered(connection)) connection.socket.destroy();
  };
  return {
    opened(response) {
      const connection = ofSocket.get(response.req.socket);
      if (connection === undefined) return;
      connection.requests += 1;
      response.on("close", () => {
        connection.requests -= 1;
        connection.bytesAtRest = connection.socket.bytesRead;
        const { req } = response;
        if (!req.complete) connection.unwanted = { request: req, since: performance.now() };
      });
    },
    closeIdle() {
      void whatHasCome().then(() => {
        for (const connection of connections) {
          const { socket, bytesAtRest } = connection;
          // One that is new is about to be used; what it sends is still answered.
          const isIdle = bytesAtRest > 0 && socket.bytesRead <= bytesAtRest;
          if (isIdle && isAnswered(connection)) socket.destroy();
        }
      });
    },
    endUnwanted(seconds) {
      const now = performance.now();
      for (const connection of connections) {
        const { socket, unwanted } = connection;
        if (unwanted === undefined) continue;
        if (unwanted.request.complete) connection.unwanted = undefined;
        else if (now - unwanted.since > seconds * 1000) {
          log.warn(
            { remoteAddress: socket.remoteAddress },
            `a client was refused ${seconds} s ago and still sends its message: closed`,
          );
          socket.destroy();
        }
      }
    },
    endUnread(seconds) {
      const now = performance.now();
      for (const connection of connections) {
        const { socket } = connection;
        const unread = socket.writableLength;
        if (unread === 0 || unread !== connection.unread) {
          connection.unread = unread;
          connection.unreadSince = now;
        } else if (now - connection.unreadSince > seconds * 1000) {
          log.warn(
            { remoteAddress: socket.remoteAddress, unread },
            `a client has read nothing of its answer for ${seconds} s: closed`,
          );
          socket.destroy();
        }
      }
    },
    async close(seconds) {
      // The close of http.Server takes a connection for idle whose answer is written and not yet sent, and destroys it.
      NetServer.prototype.close.call(server);
      const deadline = performance.now() + seconds * 1000;
      await whatHasCome();
      closeAnswered();
      while (connections.size > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, lookMs));
        closeAnswered();
      }
      for (const { socket } of connections) {
        if (hasUnread(socket)) givenUp += 1;
        socket.destroy();
      }
    },
    share,
    unread: () => givenUp + [...connections].filter(({ socket }) => hasUnread(socket)).length,
  };
}
