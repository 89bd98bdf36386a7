import { fstatSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import type { BaseLogger } from "pino";
import type { JsonText } from "../../message.ts";

/**
 * The standard output as a stream that does not block: on a pipe that nobody reads, `process.stdout` would hold up the
 * whole process, and with it its way out.
 */
export function openStdout(stdout: Writable & { readonly fd: number }): Writable {
  const stat = fstatSync(stdout.fd);
  return stat.isFIFO() || stat.isSocket() ? new Socket({ fd: stdout.fd, readable: false, writable: true }) : stdout;
}

/** One message a line. */
export interface StdioOutput {
  readonly send: (message: JsonText) => void;
  /** Dropped where the client has left too much unread. */
  readonly sendIfRead: (message: JsonText) => void;
  /** Everything is with the operating system; at the latest after `seconds`. */
  readonly flushed: (seconds: number) => Promise<void>;
  readonly hasUnread: () => boolean;
}

export interface StdioOutputOptions {
  readonly output: Writable;
  readonly unreadBytes: number;
  /** The client reads more slowly than it asks, or reads again. */
  readonly onPressure: (isHigh: boolean) => void;
  readonly log: Pick<BaseLogger, "warn">;
}

export function createStdioOutput({ output, unreadBytes, onPressure, log }: StdioOutputOptions): StdioOutput {
  let drops = 0;
  // A client that is gone shows as the end of the input.
  output.on("error", (error) => log.warn({ problem: error.message }, "the standard output cannot be written to"));
  output.on("drain", () => onPressure(false));
  const send = (message: JsonText): void => {
    if (output.destroyed || output.writableEnded) return;
    // A line break would end the message: in JSON it can only be white space.
    const line = message.includes("\n") || message.includes("\r") ? message.replace(/[\r\n]+/g, " ") : message;
    if (!output.write(`${line}\n`)) onPressure(true);
  };
  const hasUnread = (): boolean => output.writableLength > 0 && !output.destroyed;
  return {
    send,
    hasUnread,
    sendIfRead(message) {
      if (output.writableLength <= unreadBytes) return send(message);
      drops += 1;
      if (drops === 1)
        log.warn(
          { unreadBytes: output.writableLength },
          "the client does not read its input: notifications are dropped",
        );
    },
    async flushed(seconds) {
      const deadline = performance.now() + seconds * 1000;
      while (hasUnread() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  };
}
