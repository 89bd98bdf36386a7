import type { Backend } from "../backends/backend.ts";
import type { Call, Outcome } from "../message.ts";
import { Slots } from "../slots.ts";
import type { ClientRequest } from "./relay.ts";

/** A client's request that runs on a backend. */
export interface Flight {
  readonly request: Pick<ClientRequest, "client" | "params">;
  /** Tells its client. */
  onNotification(notification: Call): void;
  /** Asks its client. */
  onRequest(request: Call): Promise<Outcome>;
}

interface Airborne {
  readonly flight: Flight;
  readonly order: number;
}

/**
 * Who is being served by which backend. On stdio nothing says to which call a message of the server belongs: it is
 * given to a client only when no other client's call runs there, since it may hold what only that one may see.
 */
export class Flights {
  readonly #byBackend = new WeakMap<Backend, Slots<Airborne>>();
  #begun = 0;

  /** Until the returned function is called. */
  begin(backend: Backend, flight: Flight): () => void {
    let flights = this.#byBackend.get(backend);
    if (flights === undefined) this.#byBackend.set(backend, (flights = new Slots()));
    const airborne = { flight, order: (this.#begun += 1) };
    const slot = flights.add(airborne);
    return () => flights.remove(slot, airborne);
  }

  /** The latest call if one client alone is served, `several` if more are, undefined if none is. */
  sole(backend: Backend): Flight | "several" | undefined {
    let latest: Airborne | undefined;
    for (const airborne of this.#byBackend.get(backend) ?? []) {
      if (latest !== undefined && !isSameClient(latest.flight, airborne.flight)) return "several";
      if (latest === undefined || latest.order < airborne.order) latest = airborne;
    }
    return latest?.flight;
  }
}

/** A modern request stands for itself; legacy ones are tied by their session. */
const isSameClient = (a: Flight, b: Flight): boolean =>
  a.request.client.session !== undefined && a.request.client.session === b.request.client.session;
