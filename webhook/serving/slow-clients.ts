import type { Server } from "node:https";
import type { TLSSocket } from "node:tls";
import { refusal } from "../errors.ts";

interface Watched {
  /** Bytes read when no request was open. */
  bytesAtRest: number;
  /** A request is being answered: its sender is not waited for. */
  answering: boolean;
  /** When a sweep first saw a request that is open but not complete. */
  openSince: number | undefined;
}

export interface SlowClients {
  /** To be told when a request is complete, and when it is answered. */
  readonly complete: (socket: TLSSocket) => void;
  readonly answered: (socket: TLSSocket) => void;
  readonly close: () => void;
}

/**
 * Ends requests that are begun and not completed in time, and leaves alone a connection on which nothing was begun.
 * Node's headersTimeout cannot tell the two apart, and the API server pools fresh connections too: its client dials for
 * a request that another connection then serves.
 */
export function watchSlowClients(
  server: Server,
  { requestSeconds, onSlow }: { readonly requestSeconds: number; readonly onSlow: () => void },
): SlowClients {
  const watched = new Map<TLSSocket, Watched>();
  server.on("secureConnection", (socket) => {
    watched.set(socket, { bytesAtRest: socket.bytesRead, answering: false, openSince: undefined });
    socket.once("close", () => watched.delete(socket));
  });
  const sweep = (): void => {
    const now = performance.now() / 1000;
    for (const [socket, state] of watched) {
      if (state.answering || socket.bytesRead <= state.bytesAtRest) {
        state.openSince = undefined;
        continue;
      }
      state.openSince ??= now;
      if (now - state.openSince < requestSeconds) continue;
      onSlow();
      end(socket, requestSeconds);
    }
  };
  const timer = setInterval(sweep, Math.min(1000, (requestSeconds * 1000) / 4));
  timer.unref();
  return {
    complete(socket) {
      const state = watched.get(socket);
      if (state !== undefined) state.answering = true;
    },
    answered(socket) {
      const state = watched.get(socket);
      if (state === undefined) return;
      state.answering = false;
      state.openSince = undefined;
      state.bytesAtRest = socket.bytesRead;
    },
    close: () => clearInterval(timer),
  };
}

function end(socket: TLSSocket, requestSeconds: number): void {
  const { code, message } = refusal("too-slow", requestSeconds);
  const body = JSON.stringify({ code, message });
  socket.end(
    `HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
