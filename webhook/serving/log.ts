import { LogController, type FastifyServerOptions } from "fastify";

type LoggerOptions = NonNullable<Exclude<FastifyServerOptions["logger"], boolean>>;

/** How the log looks: a JSON line an event, the level as a word, the time in ISO 8601. */
export function logOptions(write: (line: string) => void): Pick<
  FastifyServerOptions,
  "logController" | "childLoggerFactory"
> & {
  readonly logger: LoggerOptions;
} {
  return {
    logger: {
      level: "info",
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      stream: { write },
    },
    logController: new LogController({ disableRequestLogging: true }),
    // One logger serves all requests: a child for each would say no more than the review's own line.
    childLoggerFactory: (logger) => logger,
  };
}
