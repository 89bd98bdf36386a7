import type { JsonObject } from "../message.ts";

const levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

export const isLogLevel = (level: unknown): level is string => typeof level === "string" && levels.includes(level);

/** Whether a message of this level is wanted by who asked for `wanted` and above. An unknown level is. */
export function isWanted(level: unknown, wanted: string): boolean {
  const rank = levels.indexOf(String(level));
  return rank < 0 || rank >= levels.indexOf(wanted);
}

/** The one that lets more through. */
export const moreVerbose = (a: string, b: string | undefined): string =>
  b === undefined || levels.indexOf(a) < levels.indexOf(b) ? a : b;

/** The level that a modern request asks for in its `_meta`. */
export function logLevelOf(params: JsonObject | undefined): string | undefined {
  const level = (params?.["_meta"] as JsonObject | undefined)?.["io.modelcontextprotocol/logLevel"];
  return isLogLevel(level) ? level : undefined;
}
