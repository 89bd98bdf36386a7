import type { Backend } from "../backends/backend.ts";
import type { Connection, ServerDescription } from "../backends/connection.ts";
import { moreVerbose } from "./log-level.ts";
import type { Client } from "./relay.ts";

export interface UpstreamsOptions {
  /** In the config's order; as it is now, since a reload changes it. */
  readonly backends: () => readonly Backend[];
  /** The backend of a session's own, for one that is `perSession`. */
  readonly sessionBackend: (shared: Backend, client: Client & { readonly session: string }) => Backend;
}

/** What the relay knows of each backend beside its lists. */
export class Upstreams {
  readonly #options: UpstreamsOptions;
  readonly #servers = new WeakMap<Backend, ServerDescription>();
  readonly #sessions = new WeakMap<Backend, string>();
  readonly #levels = new WeakMap<Backend, string>();

  constructor(options: UpstreamsOptions) {
    this.#options = options;
  }

  all(): readonly Backend[] {
    return this.#options.backends();
  }

  /** The backend for this client: the shared one, or the session's own. */
  forClient(shared: Backend, client: Client): Backend {
    if (!shared.config.perSession || client.session === undefined) return shared;
    const own = this.#options.sessionBackend(shared, { ...client, session: client.session });
    this.#sessions.set(own, client.session);
    return own;
  }

  /** Whose own it is; undefined for a shared one. */
  sessionOf(backend: Backend): string | undefined {
    return this.#sessions.get(backend);
  }

  /** What it said of itself when it was last connected. */
  server(backend: Backend): ServerDescription | undefined {
    return this.#servers.get(backend);
  }

  /** The connection if there is one now; nothing is started for it. */
  live(backend: Backend): Connection | undefined {
    const connection = backend.state() === "ready" ? backend.connection() : undefined;
    return connection instanceof Promise ? undefined : connection;
  }

  connected(backend: Backend, connection: Connection): void {
    this.#servers.set(backend, connection);
    this.#tellLevel(backend);
  }

  /** A shared backend tells what the most curious of its clients wants; the rest is kept from the others. */
  wantLevel(backend: Backend, level: string): void {
    const wanted = moreVerbose(level, this.#levels.get(backend));
    if (wanted === this.#levels.get(backend)) return;
    this.#levels.set(backend, wanted);
    this.#tellLevel(backend);
  }

  #tellLevel(backend: Backend): void {
    const level = this.#levels.get(backend);
    const server = this.#servers.get(backend);
    // A modern backend is told by each request.
    if (level === undefined || server?.era !== "legacy" || !Object.hasOwn(server.capabilities, "logging")) return;
    this.live(backend)?.request({ method: "logging/setLevel", params: JSON.stringify({ level }) });
  }
}
