import type { JsonText } from "../message.ts";
import { membersOf, textAt } from "./splice.ts";

/** The text of a member within an object, by the keys that lead to it; undefined where one is absent. */
export function textOfMember(text: JsonText = "{}", ...keys: readonly string[]): JsonText | undefined {
  let at = 0;
  for (const [index, key] of keys.entries()) {
    const span = membersOf(text, at).get(key);
    if (span === undefined) return undefined;
    if (index === keys.length - 1) return textAt(text, span);
    at = span.start;
  }
  return undefined;
}
