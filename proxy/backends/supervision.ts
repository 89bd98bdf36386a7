import type { Era } from "../message.ts";
import type { Attachment, AttachOptions } from "./attachment.ts";
import type { QuietLog } from "./quiet-log.ts";

/** What one backend, or the backends of its sessions, have learnt about the server. */
export interface Learnt {
  era: Era | undefined;
}

/** What a supervised backend needs of the world. */
export interface Supervision {
  readonly log: QuietLog;
  readonly learnt: Learnt;
  attach(options: Pick<AttachOptions, "era" | "unsolicited" | "onRenewed">): Attachment;
  random(): number;
}
