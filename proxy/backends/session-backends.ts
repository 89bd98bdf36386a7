import type { BackendConfig } from "../config/config.ts";
import { BackendUnavailable, type Backend, type BackendEvents, type StopReport } from "./backend.ts";
import type { CreateBackend } from "./create-backend.ts";

const defaultIdleSeconds = 600;
const defaultLimit = 100;

export interface SessionBackendsOptions {
  readonly create: CreateBackend;
  readonly events: BackendEvents;
  /** Processes or upstream sessions at once. */
  readonly limit?: number;
}

/** The backends of one config with `perSession`: one for each client session, made when it is first used. */
export class SessionBackends {
  readonly config: BackendConfig;
  readonly #options: SessionBackendsOptions;
  readonly #bySession = new Map<string, Backend>();
  /** Of sessions that are over. */
  readonly #ending = new Set<Promise<StopReport>>();
  #left = false;

  constructor(config: BackendConfig, options: SessionBackendsOptions) {
    // Nobody ends a session that its client forgot, so each of its backends has an end of its own.
    this.config = { ...config, required: false, idleTimeoutSeconds: config.idleTimeoutSeconds || defaultIdleSeconds };
    this.#options = options;
  }

  /** Throws BackendUnavailable when there are too many, or when the proxy leaves. */
  of(session: string): Backend {
    const known = this.#bySession.get(session);
    if (known !== undefined) return known;
    const { name } = this.config;
    if (this.#left)
      throw new BackendUnavailable(`backend ${name}: it starts for no new session, since the proxy is leaving`);
    const { limit = defaultLimit, create, events } = this.#options;
    if (this.#bySession.size >= limit) this.#forgetUnused();
    if (this.#bySession.size >= limit) {
      throw new BackendUnavailable(
        `backend ${name}: ${limit} sessions use it already, each with one of its own (perSession); try again when one has ended`,
      );
    }
    const backend = create(this.config, events);
    this.#bySession.set(session, backend);
    return backend;
  }

  /** Those that exist now. */
  all(): readonly Backend[] {
    return [...this.#bySession.values()];
  }

  /** The session is over; its backend ends in the background. */
  end(session: string): void {
    const backend = this.#bySession.get(session);
    if (backend === undefined) return;
    this.#bySession.delete(session);
    const stopped = backend.stop(this.config.shutdownTimeoutSeconds);
    this.#ending.add(stopped);
    void stopped.then(() => this.#ending.delete(stopped));
  }

  freeze(): void {
    this.#left = true;
    for (const backend of this.all()) backend.freeze();
  }

  /** All at once, also those whose sessions ended just before. */
  async stop(seconds: number): Promise<readonly StopReport[]> {
    this.freeze();
    return await Promise.all([...this.#ending, ...this.all().map((backend) => backend.stop(seconds))]);
  }

  /** One that stopped for want of calls, or waits for its next attempt, gives its place away. */
  #forgetUnused(): void {
    for (const [session, backend] of this.#bySession) {
      const state = backend.state();
      if (state === "idle" || state === "waiting") this.end(session);
    }
  }
}
