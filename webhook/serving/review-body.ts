import { isUtf8 } from "node:buffer";
import { refusal } from "../errors.ts";
import { isDeeperThan } from "./nesting.ts";

/**
 * The value of a request's body, or a Refusal. `__proto__` becomes a property like any other, as JSON.parse makes it:
 * all code behind copies by spread or Object.fromEntries, which define properties and set none, and custom resources may
 * hold any key. The parser's own message quotes the body, so only its position is told.
 */
export function parseBody(body: Buffer, maxDepth: number): unknown {
  if (body.length === 0) throw refusal("no-body");
  if (!isUtf8(body)) throw refusal("not-utf8");
  if (isDeeperThan(body, maxDepth)) throw refusal("too-deep", maxDepth);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    throw refusal("not-json", position === undefined ? "" : ` (character ${position})`);
  }
}
