import type { Pod } from "../pods/pod.ts";
import { floorSeconds, type Row } from "./timeline.ts";

/**
 * Whether a hook surely uses up the whole grace period, or leaves no more than the floor that every process gets anyway (A5).
 * Under a grace period of 0 or 1 that is any hook that is not over at once (A11).
 */
export function hookOverruns(pod: Pod, { hook }: Pick<Row, "hook">): boolean {
  if (hook === undefined || hook.seconds.max === 0) return false;
  if (pod.graceSeconds <= 1) return hook.seconds.max >= 1;
  return hook.seconds.min > 0 && hook.seconds.min >= pod.graceSeconds - floorSeconds;
}
