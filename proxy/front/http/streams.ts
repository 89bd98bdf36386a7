import type { ServerResponse } from "node:http";
import type { BaseLogger } from "pino";
import { FairShare } from "../../fair-share.ts";
import { EventStream, type StreamLimits } from "./event-stream.ts";

/** The open event streams of one front. */
export interface Streams {
  readonly open: (response: ServerResponse, who: string) => EventStream | undefined;
  readonly share: FairShare;
  /** Shows each that it lives, and finds those that nobody reads. */
  readonly comment: () => void;
}

export function createStreams(
  limits: StreamLimits & { readonly streams: number },
  log: Pick<BaseLogger, "warn">,
): Streams {
  const open = new Set<EventStream>();
  const share = new FairShare(limits.streams);
  return {
    open(response, who) {
      const { remoteAddress } = response.req.socket;
      const shortage = share.take(who, 1);
      if (shortage !== undefined) {
        log.warn(
          { streams: open.size, remoteAddress },
          shortage === "full"
            ? "too many event streams are open: no other is begun"
            : "a client has its share of the open event streams: no other is begun for it",
        );
        return undefined;
      }
      const stream = new EventStream(response, limits, (problem) =>
        log.warn(
          { remoteAddress, problem },
          problem === "unread"
            ? `a client does not read its event stream and more than ${limits.unreadBytes} bytes wait for it: closed`
            : `a client has read nothing of its event stream for ${limits.stuckSeconds} s: closed`,
        ),
      );
      open.add(stream);
      response.once("close", () => {
        open.delete(stream);
        share.give(who, 1);
      });
      return stream;
    },
    share,
    comment() {
      for (const stream of open) stream.comment();
    },
  };
}
