import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withNamespace } from "../kubectl.ts";
import { createFixture } from "./deployment.ts";
import { perSecondOf } from "./load.ts";
import { rollUnderLoad, type RolledOut } from "./rollouts.ts";
import { gracewarden, hurried, peersOf, type Subject } from "./subject.ts";
import { table } from "./table.ts";

// Settings: KUBECONFIG (any cluster whose Services can be reached from here), GRACEWARDEN_PROXY_IMAGE (the proxy, as deploy/Dockerfile
// makes it), GRACEWARDEN_PEERS_IMAGE (npm's proxies, for the table alone), GRACEWARDEN_CLUSTER_ROLLOUTS (10 for the whole proof).
const {
  KUBECONFIG = "",
  GRACEWARDEN_PROXY_IMAGE = "",
  GRACEWARDEN_PEERS_IMAGE = "",
  GRACEWARDEN_CLUSTER_ROLLOUTS = "3",
} = process.env;
const rollouts = Number(GRACEWARDEN_CLUSTER_ROLLOUTS);
const missing = Object.entries({ KUBECONFIG, GRACEWARDEN_PROXY_IMAGE }).filter(([, value]) => value === "");
if (missing.length > 0)
  console.warn(`SKIPPED: the proxy is not rolled out, for want of ${missing.map(([name]) => name).join(", ")}.`);

/** Of each cell; a little more than what is promised, as a pace is never kept exactly. */
const perSecond = 105;
const everything: RolledOut[] = [];

async function rollOutEach(subject: Subject): Promise<readonly RolledOut[]> {
  return withNamespace("gracewarden-rollouts", async (namespace) => {
    await createFixture(namespace);
    const rolled: RolledOut[] = [];
    for (const hook of subject.hooks) {
      const one = await rollUnderLoad(subject, hook, { namespace, rollouts, perSecond });
      // At once, for whoever watches; all together at the end.
      console.log(table([one], rollouts));
      rolled.push(one);
      everything.push(one);
    }
    return rolled;
  });
}

afterAll(() => {
  if (everything.length > 0) console.log(`\n${table(everything, rollouts)}`);
});

describe.skipIf(missing.length > 0)("the proxy, rolled out under calls", () => {
  const subject = gracewarden(GRACEWARDEN_PROXY_IMAGE);
  let rolled: readonly RolledOut[] = [];

  beforeAll(async () => {
    rolled = await rollOutEach(subject);
  });

  const cellsOf = (hook: string): RolledOut["tallies"] => rolled.find((one) => one.hook === hook)?.tallies ?? [];

  it.each(subject.hooks)("loses no call and no session: %s", (hook) => {
    const tallies = cellsOf(hook);
    expect(tallies).toHaveLength(4);
    expect(tallies.flatMap(({ lost }) => lost)).toEqual([]);
    expect(tallies.map(({ sessionsLost }) => sessionsLost)).toEqual([0, 0, 0, 0]);
  });

  // A busy machine keeps no pace: the table tells what it was, the whole proof wants it.
  it.skipIf(rollouts < 10).each(subject.hooks)("was asked a hundred times a second in each cell: %s", (hook) => {
    for (const tally of cellsOf(hook)) expect(perSecondOf(tally)).toBeGreaterThanOrEqual(100);
  });
});

describe.skipIf(missing.length > 0 || rollouts < 10)("the proxy without its window", () => {
  it("would lose calls, which the measurement shows", { timeout: 10 * 60_000 }, async () => {
    const [rolled] = await rollOutEach(hurried(gracewarden(GRACEWARDEN_PROXY_IMAGE)));
    expect(rolled?.tallies.flatMap(({ lost }) => lost).length).toBeGreaterThan(0);
  });
});

describe.skipIf(KUBECONFIG === "" || GRACEWARDEN_PEERS_IMAGE === "")("others, rolled out under the same calls", () => {
  it.each(peersOf(GRACEWARDEN_PEERS_IMAGE))("$name is measured", { timeout: 20 * 60_000 }, async (subject) => {
    const rolled = await rollOutEach(subject);
    expect(rolled.map(({ tallies }) => tallies.length)).toEqual(subject.hooks.map(() => subject.cells.length));
  });
});
