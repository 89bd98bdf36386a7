import type { FastifyServerOptions } from "fastify";

/** How the log looks: a JSON line an event, the time first, the level as a word. */
export function logOptions(write: (line: string) => void): NonNullable<Exclude<FastifyServerOptions["logger"], boolean>> {
  return {
    level: "info",
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    stream: { write },
  };
}
