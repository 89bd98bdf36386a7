import { setTimeout as wait } from "node:timers/promises";
import { kubectl } from "../kubectl.ts";
import { until } from "../webhook/until.ts";
import { newCaller } from "./caller.ts";
import { deploy, podSpecOf, rollOut } from "./deployment.ts";
import { startLoad, type Tally } from "./load.ts";
import type { Hook, Subject } from "./subject.ts";

/** What became of the calls of each cell while a Deployment was rolled out. */
export interface RolledOut {
  readonly subject: string;
  readonly hook: Hook;
  readonly tallies: readonly Tally[];
}

interface Options {
  readonly namespace: string;
  readonly rollouts: number;
  /** Of each cell. */
  readonly perSecond: number;
}

/** Connections of a cell that call at the same time. */
const ways = 16;

/** Deploys a subject, calls it in every way that it knows, and rolls it out over and over. */
export async function rollUnderLoad(
  subject: Subject,
  hook: Hook,
  { namespace, rollouts, perSecond }: Options,
): Promise<RolledOut> {
  const name = `${subject.name}-${hook}`;
  const url = await deploy(namespace, name, podSpecOf(subject, hook), subject.sticky);
  await settled(url);
  const tallies: Tally[] = [];
  for (let first = 0; first < subject.cells.length; first += subject.cellsAtOnce) {
    const together = subject.cells.slice(first, first + subject.cellsAtOnce);
    const loads = together.map((cell) => startLoad(cell, { url, perSecond, ways }));
    try {
      await wait(1000);
      for (let rollout = 0; rollout < rollouts; rollout++) {
        for (const load of loads) load.rolloutBegins();
        await rollOut(namespace, name);
      }
      await wait(1000);
    } finally {
      tallies.push(...(await Promise.all(loads.map((load) => load.stop()))));
    }
  }
  await kubectl(["delete", "deployment,service", name, `--namespace=${namespace}`, "--wait=false"]);
  return { subject: subject.name, hook, tallies };
}

/** Connections to a Service that its proxy does not know yet stall. */
async function settled(url: string): Promise<void> {
  const caller = newCaller({ url, revision: "2025-11-25", connections: "fresh", timeoutSeconds: 2 });
  let inARow = 0;
  await until(
    `${url} answers`,
    async () => {
      const lost = await caller.call("settled?", 0);
      inARow = lost === undefined ? inARow + 1 : 0;
      return lost;
    },
    () => inARow >= 10,
    { everySeconds: 0.1 },
  );
}
