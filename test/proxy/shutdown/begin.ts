import { setTimeout as wait } from "node:timers/promises";
import type { Situation } from "./cell.ts";
import { initialize, type Client } from "./client.ts";
import { elicitations } from "./elicitation.ts";
import { exchange } from "./exchange.ts";
import type { Promised, Serving, Underway } from "./situation.ts";
import { callSeconds, dispatchSeconds } from "./times.ts";
import { halfSentBody, neverReads } from "./unmannered.ts";

type Begin = (serving: Serving) => Promise<readonly Underway[]>;

const longSeconds = 30;
const manyCalls = 200;
const manyCallSeconds = 2;
/** So many take their time to be dispatched. */
const manyDispatchSeconds = 1;

const sleepCall = (client: Client, seconds: number, serving: Serving, promised: Promised): Underway => ({
  what: `call of ${seconds} s (${client.era})`,
  promised: serving.backendIsDown ? "told" : promised,
  seen: client.call("sleep", { ms: seconds * 1000 }).then(({ seen }) => seen),
});

/** Begins a situation; what it returns is under way when the signal comes. */
export const begin: Record<Situation, Begin> = {
  idle: async () => [],
  starting: async () => [],
  "eight stubborn backends": async () => [],

  "call in flight": async (serving) => callsInFlight(serving),
  "npm exec": async (serving) => callsInFlight(serving),
  "hook, then SIGTERM": async (serving) => callsInFlight(serving),

  "call too long": async (serving) => {
    const calls = serving.clients.map((client) => sleepCall(client, longSeconds, serving, "cut"));
    await wait(dispatchSeconds * 1000);
    return calls;
  },

  "200 calls": async (serving) => {
    const { clients, forced } = serving;
    const calls = Array.from({ length: manyCalls }, (_, n) =>
      sleepCall(clients[n % clients.length]!, manyCallSeconds, serving, forced ? "answered or cut" : "answered"),
    );
    await wait(manyDispatchSeconds * 1000);
    return calls;
  },

  "stream open": async ({ clients, forced }) =>
    Promise.all(
      clients.map(async (client) => {
        const { promise: open, resolve: onOpen } = Promise.withResolvers<void>();
        const stream = client.listen({ onOpen });
        await Promise.race([open, stream]);
        const promised: Promised = forced ? "any" : "ended";
        return { what: `stream (${client.era})`, promised, seen: stream.then(({ seen }) => seen) };
      }),
    ),

  connecting: async ({ url }) => {
    const { headers, message } = initialize;
    const sent = exchange(url, { headers, message });
    const early = await Promise.race([sent, wait(dispatchSeconds * 1000)]);
    // Not listening yet is an answer too.
    if (early?.seen.what === "refused") return [];
    return [{ what: "initialize", promised: "told", seen: sent.then(({ seen }) => seen) }];
  },

  "elicitation pending": async (serving) => elicitations(serving, false),
  // Nobody could tell which of two clients an old backend asks.
  "elicitation of an old backend": async (serving) =>
    elicitations({ ...serving, clients: serving.clients.slice(-1) }, true),
  "elicitation answered late": async (serving) => elicitations(serving, true),

  "half-sent body": halfSentBody,
  "client never reads": neverReads,
};

async function callsInFlight(serving: Serving): Promise<Underway[]> {
  const calls = serving.clients.map((client) =>
    sleepCall(client, callSeconds, serving, serving.forced ? "answered or cut" : "answered"),
  );
  await wait(dispatchSeconds * 1000);
  return calls;
}
