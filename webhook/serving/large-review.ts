import type { RefusalCode } from "../errors.ts";
import type { Verdict } from "./judge-review.ts";
import type { ReviewPath } from "./metrics.ts";

/** What a large review is judged by in a thread of its own; all of it can be sent there. */
export interface LargeReview {
  readonly path: ReviewPath;
  readonly body: Uint8Array;
  readonly maxDepth: number;
  readonly now: Date;
  /** For the pod's `/prestop`; undefined where it asks for none. */
  readonly preStopToken: string | undefined;
  readonly config: ConfigSource;
}

/** What a configuration is made of: the checks of its own rules cannot be sent to a thread. */
export interface ConfigSource {
  /** The file's content; undefined without a file. */
  readonly bytes: Uint8Array | undefined;
  readonly inlineWaivers: boolean;
}

export type LargeAnswer =
  | { readonly verdict: Omit<Verdict, "tells"> }
  | { readonly refusal: { readonly code: RefusalCode; readonly message: string; readonly reason: string } }
  /** It could not be judged. */
  | { readonly failure: unknown };
