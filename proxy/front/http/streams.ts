import type { ServerResponse } from "node:http";
import type { BaseLogger } from "pino";
import { EventStream, type StreamLimits } from "./event-stream.ts";

/** The open event streams of one front. */
export interface Streams {
  readonly open: (response: ServerResponse) => EventStream | undefined;
  readonly count: () => number;
  /** Shows each that it lives, and finds those that nobody reads. */
  readonly comment: () => void;
}

export function createStreams(
  limits: StreamLimits & { readonly streams: number },
  log: Pick<BaseLogger, "warn">,
): Streams {
  const open = new Set<EventStream>();
  return {
    open(response) {
      if (open.size >= limits.streams) {
        log.warn({ streams: open.size }, "too many event streams are open: no other is begun");
        return undefined;
      }
      const { remoteAddress } = response.req.socket;
      const stream = new EventStream(response, limits, (problem) =>
        log.warn(
          { remoteAddress, problem },
          problem === "unread"
            ? `a client does not read its event stream and more than ${limits.unreadBytes} bytes wait for it: closed`
            : `a client has read nothing of its event stream for ${limits.stuckSeconds} s: closed`,
        ),
      );
      open.add(stream);
      response.once("close", () => open.delete(stream));
      return stream;
    },
    count: () => open.size,
    comment() {
      for (const stream of open) stream.comment();
    },
  };
}
