import type { Server } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** From this part of the limit on, connections that nobody uses make room for new ones. */
const crowdedAt = 7 / 8;

export interface IdleConnections {
  /** To be told when a request has begun, and when it is answered; `isReview`: as a review that was judged. */
  readonly began: (socket: TLSSocket) => void;
  readonly answered: (socket: TLSSocket, isReview: boolean) => void;
}

interface Connection {
  readonly socket: Socket;
  /** Has brought a review that was judged: it is the API server's, or looks like it. */
  reviewed: boolean;
}

/**
 * Makes room when the server is nearly full, so that connections which are only held open do not shut others out for as
 * long as an idle one may stay. First go those that never sent a request, a handshake that is not done among them, then
 * those that never brought a review; of each the oldest. One with a request in flight stays, and one that brought a
 * review, since the API server pools them and does not send a POST again whose connection was closed under it.
 */
export function shedIdleConnections(
  server: Server,
  { connections, onShed }: { readonly connections: number; readonly onShed: () => void },
): IdleConnections {
  const open = new Map<string, Connection>();
  /** Sets keep the order of insertion: the oldest comes first. */
  const unused = new Set<Connection>();
  const unreviewed = new Set<Connection>();
  const of = new WeakMap<TLSSocket, Connection>();

  server.on("connection", (socket: Socket) => {
    const ends = endsOf(socket);
    const connection = { socket, reviewed: false };
    if (open.size >= connections * crowdedAt) shed();
    open.set(ends, connection);
    unused.add(connection);
    socket.once("close", () => {
      if (open.get(ends) === connection) open.delete(ends);
      unused.delete(connection);
      unreviewed.delete(connection);
    });
  });
  server.on("secureConnection", (socket) => {
    const connection = open.get(endsOf(socket));
    if (connection !== undefined) of.set(socket, connection);
  });

  function shed(): void {
    const [oldestUnused] = unused;
    const [oldestUnreviewed] = unreviewed;
    const oldest = oldestUnused ?? oldestUnreviewed;
    if (oldest === undefined) return;
    unused.delete(oldest);
    unreviewed.delete(oldest);
    onShed();
    oldest.socket.destroy();
  }

  return {
    began(socket) {
      const connection = of.get(socket);
      if (connection === undefined) return;
      unused.delete(connection);
      unreviewed.delete(connection);
    },
    answered(socket, isReview) {
      const connection = of.get(socket);
      if (connection === undefined) return;
      connection.reviewed ||= isReview;
      if (!connection.reviewed && !connection.socket.destroyed) unreviewed.add(connection);
    },
  };
}

/** A TLS socket does not tell which socket it is made of, but has the same two ends. */
const endsOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress}`;
