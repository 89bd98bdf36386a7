import type { Era } from "../message.ts";
import type { StopReport } from "./backend.ts";
import type { ClientDescription, Connection, Unsolicited } from "./connection.ts";
import type { QuietLog } from "./quiet-log.ts";

export type Ending = Omit<StopReport, "name">;

/** What connects to one backend, once: its process or its HTTP session, from the first attempt to its end. */
export interface Attachment {
  /** Rejects with an Error whose message is a sentence. */
  readonly connected: Promise<Connection>;
  /** Why it is of no use any more, as a sentence: the process ended, the server is out of reach. Never when it was ended. */
  readonly lost: Promise<string>;
  readonly pid: number | undefined;
  /** When a call last ended, on performance.now(). */
  lastEnd(): number;
  /** Calls in flight get their errors at once, with the reason. A second call can only shorten the time. */
  end(seconds: number, reason: string): Promise<Ending>;
}

export interface AttachOptions {
  readonly client: ClientDescription;
  readonly log: QuietLog;
  readonly maxMessageBytes: number;
  readonly unsolicited: Unsolicited;
  /** What it spoke last time. */
  readonly era: Era | undefined;
  /** On HTTP: the server had forgotten the session and a new one began; what was subscribed to is gone. */
  readonly onRenewed: () => void;
}

/** The process ended, or the server went away, before it had answered anything. */
export class LostInHandshake extends Error {
  override readonly name = "LostInHandshake";
}
