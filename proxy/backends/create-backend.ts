import type { BaseLogger } from "pino";
import type { BackendConfig } from "../config/config.ts";
import type { Attachment } from "./attachment.ts";
import type { Backend, BackendEvents } from "./backend.ts";
import type { ClientDescription } from "./connection.ts";
import { attachHttp } from "./http-attachment.ts";
import { ProcessTable } from "./process-table.ts";
import { QuietLog } from "./quiet-log.ts";
import { attachStdio } from "./stdio-attachment.ts";
import { SupervisedBackend } from "./supervised-backend.ts";
import type { Learnt, Supervision } from "./supervision.ts";

export interface BackendOptions {
  readonly log: BaseLogger;
  readonly client: ClientDescription;
  readonly maxMessageBytes: number;
  /** The proxy's own; a part of it is inherited. */
  readonly environment: NodeJS.ProcessEnv;
  /** Tests give undefined to do without /proc. */
  readonly processes?: ProcessTable | undefined;
  readonly random?: () => number;
}

export type CreateBackend = (config: BackendConfig, events: BackendEvents) => Backend;

/** Lines of a backend's stderr, and about what it does wrong, in ten seconds. */
const logLines = 200;

/** What makes backends: they share one look at /proc, and those of one config what was learnt about its server. */
export function backendFactory(options: BackendOptions): CreateBackend {
  const processes = "processes" in options ? options.processes : ProcessTable.open();
  const learntOf = new WeakMap<BackendConfig, Learnt>();
  return (config, events) => {
    const learnt = learntOf.get(config) ?? { era: undefined };
    learntOf.set(config, learnt);
    const log = new QuietLog(options.log, logLines);
    const { client, maxMessageBytes, environment, random = Math.random } = options;
    const supervision: Supervision = {
      log,
      learnt,
      random,
      attach: (now): Attachment => {
        const attachOptions = { ...now, client, log, maxMessageBytes };
        if (config.transport === "stdio") return attachStdio(config, { ...attachOptions, environment, processes });
        return attachHttp(config, attachOptions);
      },
    };
    return new SupervisedBackend(config, events, supervision);
  };
}
