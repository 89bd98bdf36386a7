import { isDeepStrictEqual } from "node:util";
import type { BaseLogger } from "pino";
import { BackendUnavailable, type Backend, type BackendEvents } from "../backends/backend.ts";
import type { CreateBackend } from "../backends/create-backend.ts";
import { SessionBackends } from "../backends/session-backends.ts";
import type { BackendConfig } from "../config/config.ts";
import type { Stoppable } from "../leaving/leave.ts";

/** The backends in use, and those that a reload has replaced and that still finish their calls. */
export interface BackendSet {
  /** In the config's order; the shared ones. */
  readonly current: () => readonly Backend[];
  /** With those of sessions and those that are on their way out: for /health and metrics. */
  readonly all: () => readonly Backend[];
  /** All that must have ended when the process ends. */
  readonly stoppable: () => readonly Stoppable[];
  /** The session's own, of one that is `perSession`. */
  readonly ofSession: (shared: Backend, session: string) => Backend;
  readonly endSession: (session: string) => void;
  /** Backends whose config is the same live on; what is new is started, what is gone or changed drains and ends. */
  readonly apply: (configs: readonly BackendConfig[]) => void;
  /** No reload is followed and no session gets a backend any more. */
  readonly freeze: () => void;
}

export interface BackendSetOptions {
  readonly create: CreateBackend;
  readonly events: () => BackendEvents;
  /** Calls of a backend on its way out get so long. */
  readonly drainSeconds: number;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly log: BaseLogger;
}

/** A backend of the configuration, and those of single sessions beside it. */
interface Member {
  readonly shared: Backend;
  readonly sessions: SessionBackends | undefined;
}

export function backendSet(options: BackendSetOptions): BackendSet {
  const { create, log } = options;
  let members: readonly Member[] = [];
  const leaving = new Set<Member>();
  let isFrozen = false;

  const make = (config: BackendConfig): Member => ({
    shared: create(config, options.events()),
    sessions: config.perSession ? new SessionBackends(config, { create, events: options.events() }) : undefined,
  });
  const everybody = (): readonly Member[] => [...members, ...leaving];
  return {
    current: () => members.map(({ shared }) => shared),
    all: () => everybody().flatMap(backendsOf),
    stoppable: () => everybody().flatMap(stoppables),
    ofSession(shared, session) {
      const sessions = everybody().find((member) => member.shared === shared)?.sessions;
      if (sessions === undefined) throw new BackendUnavailable(`backend ${shared.name}: it has no sessions of its own`);
      return sessions.of(session);
    },
    endSession(session) {
      for (const { sessions } of everybody()) sessions?.end(session);
    },
    apply(configs) {
      if (isFrozen) return;
      const known = (config: BackendConfig): Member | undefined =>
        members.find(({ shared }) => isDeepStrictEqual(shared.config, config));
      const next = configs.map((config) => known(config) ?? make(config));
      const added = next.filter((member) => !members.includes(member));
      const gone = members.filter((member) => !next.includes(member));
      members = next;
      for (const { shared } of added) shared.start();
      for (const member of gone) {
        leaving.add(member);
        void retire(member, options).then((reports) => {
          leaving.delete(member);
          log.info({ reports }, `backend ${member.shared.name} of the former configuration has ended`);
        });
      }
      log.info({ started: added.map(nameOf), ending: gone.map(nameOf) }, "backends follow the configuration");
    },
    freeze() {
      isFrozen = true;
      for (const { sessions } of everybody()) sessions?.freeze();
    },
  };
}

const nameOf = ({ shared }: Member): string => shared.name;

const backendsOf = ({ shared, sessions }: Member): readonly Backend[] => [shared, ...(sessions?.all() ?? [])];

const stoppables = ({ shared, sessions }: Member): readonly Stoppable[] => [
  { name: shared.name, freeze: () => shared.freeze(), stop: async (seconds) => [await shared.stop(seconds)] },
  ...(sessions === undefined
    ? []
    : [
        {
          name: `${shared.name} (of sessions)`,
          freeze: () => sessions.freeze(),
          stop: (seconds: number) => sessions.stop(seconds),
        },
      ]),
];

/** Its calls first, then its end. */
async function retire(member: Member, { sleep, drainSeconds }: BackendSetOptions): Promise<unknown> {
  const parts = stoppables(member);
  for (const part of parts) part.freeze();
  const until = performance.now() + drainSeconds * 1000;
  const isBusy = (): boolean => backendsOf(member).some((backend) => backend.health().inFlight > 0);
  // A call that has just found it may not be counted yet.
  do await sleep(pollSeconds);
  while (isBusy() && performance.now() < until);
  return Promise.all(parts.map((part) => part.stop(member.shared.config.shutdownTimeoutSeconds)));
}

const pollSeconds = 0.1;
