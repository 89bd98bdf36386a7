import type { Outcome } from "../message.ts";
import { withMembers } from "./splice.ts";

/** What a legacy backend answered, with what the modern era demands of a result. */
export function inModernForm(method: string, outcome: Outcome): Outcome {
  if (outcome.kind === "error") {
    const { code } = JSON.parse(outcome.text) as { code?: unknown };
    // Resource not found was renumbered with 2026-07-28.
    return code === -32002 ? { kind: "error", text: withMembers(outcome.text, { code: "-32602" }) } : outcome;
  }
  const members = {
    resultType: '"complete"',
    ...(method === "resources/read" && { ttlMs: "0", cacheScope: '"private"' }),
  };
  return { kind: "result", text: withMembers(outcome.text, members) };
}
