import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "./client.ts";
import type { Exchange } from "./exchange.ts";
import type { Underway, Serving } from "./situation.ts";
import { lateSeconds, secondSignalSeconds, settings } from "./times.ts";

/** Tells a response that leaves its connection open though the proxy leaves. */
export interface Late extends Underway {
  readonly keptOpen: Promise<boolean>;
}

/** A busy process may read a call before the signal that came earlier. */
const toldSeconds = 0.4;

/** This process may be busy too: what would come after the window proves nothing. */
const lastMoment = settings.propagationSeconds - 0.1;
const notSent: Exchange = { seen: { what: "not sent" }, status: undefined, sessionId: undefined, closes: false };

/** Calls that come inside the propagation window, each on a new connection and on a kept one, by every client. */
export function lateCalls({ clients, kept, backendIsDown, forced, signalled }: Serving): readonly Late[] {
  // Whoever forces the end gives the rest of the window up.
  const moments = lateSeconds.filter((seconds) => !forced || seconds < secondSignalSeconds - 0.1);
  const late = (client: Client, seconds: number, onKept: boolean): Late => {
    const exchange = signalled.then(async (signalledAt) => {
      await wait(seconds * 1000);
      if ((performance.now() - signalledAt) / 1000 > lastMoment) return notSent;
      return client.call("echo", { text: "late" }, {}, onKept ? { agent: kept } : {});
    });
    return {
      at: seconds,
      what: `late call on a ${onKept ? "kept" : "new"} connection (${client.era})`,
      promised: backendIsDown ? "told" : forced ? "answered or cut" : "answered",
      seen: exchange.then(({ seen }) => seen),
      keptOpen: exchange.then(({ closes, status }) => seconds >= toldSeconds && status !== undefined && !closes),
    };
  };
  return clients.flatMap((client) =>
    moments.flatMap((seconds) => [late(client, seconds, false), late(client, seconds, true)]),
  );
}
