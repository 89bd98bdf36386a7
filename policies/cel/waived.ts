import type { EnforcementSettings } from "../config.ts";
import { quote } from "./cel-text.ts";
import type { Action } from "./enforced-check.ts";
import { hadExpired, isComplete } from "./waiver-text.ts";

/**
 * CEL: whether the object's own annotations do not waive a rule; undefined where the configuration lets no annotation
 * count. `pods`: where annotations may stand. It cannot use variables, which a match condition has not.
 */
export function notWaived(
  rule: string,
  action: Action,
  { locked, inlineWaivers }: Pick<EnforcementSettings, "locked" | "inlineWaivers">,
  metadata: readonly string[],
  today: string,
): string | undefined {
  const counts =
    !locked.includes(rule) &&
    (typeof inlineWaivers === "boolean" ? inlineWaivers : inlineWaivers.includes(rule) || action !== "deny");
  if (!counts) return undefined;
  const key = quote(`waive.gracewarden.io/${rule}`);
  const texts = metadata.map((place) => `${place}.?annotations[?${key}].orValue("")`).join(", ");
  return `![${texts}].exists(text, ${isComplete("text")} && !(${hadExpired("text", today)}))`;
}
