import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBundle } from "../../../webhook/certs/certificate.ts";
import type { Cluster } from "../../../webhook/certs/cluster.ts";
import { ProgramError } from "../../../linter/command-line/program-error.ts";
import { issueAuthority } from "../../../webhook/certs/issue.ts";
import { reconcile } from "../../../webhook/certs/reconcile.ts";
import { Cut, dayMs, hourMs, ModelCluster, mutating, names, validating } from "../certs/model-cluster.ts";

/** Runs to the end, or to the cut; true where it came to the end. */
async function runs(cluster: ModelCluster, cutAfter = Infinity): Promise<boolean> {
  cluster.cutAfter = cutAfter;
  try {
    await reconcile(cluster.task());
    return true;
  } catch (error) {
    if (error instanceof Cut) return false;
    throw error;
  } finally {
    cluster.cutAfter = Infinity;
    cluster.check();
  }
}

async function installed(): Promise<ModelCluster> {
  const cluster = new ModelCluster();
  await runs(cluster);
  return cluster;
}

/** The cluster, where something happens before each request. */
const interposed = (cluster: ModelCluster, before: () => Promise<void>): Cluster => ({
  readSecret: (...args) => before().then(() => cluster.readSecret(...args)),
  createSecret: (...args) => before().then(() => cluster.createSecret(...args)),
  changeSecret: (...args) => before().then(() => cluster.changeSecret(...args)),
  readConfiguration: (...args) => before().then(() => cluster.readConfiguration(...args)),
  setBundle: (...args) => before().then(() => cluster.setBundle(...args)),
});

const authorities = (pem: string): number => readBundle(pem).authorities.length;

async function expectRest(cluster: ModelCluster) {
  const before = cluster.writes;
  await runs(cluster);
  expect(cluster.writes).toBe(before);
}

/** What may befall an installation; the sequence that mends it is cut after each of its writes. */
const scenarios: Readonly<Record<string, (cluster: ModelCluster) => void>> = {
  "a leaf is due": (cluster) => {
    cluster.time += 7 * dayMs;
  },
  "the CA is due": (cluster) => {
    cluster.edit(names.caSecret, { "ca.key": "", "ca.crt": "" });
  },
  "the CA's Secret is gone": (cluster) => cluster.edit(names.caSecret, undefined),
  "the CA's Secret is garbage": (cluster) => cluster.edit(names.caSecret, { "ca.crt": "hello" }),
  "another CA was put in by hand": (cluster) => {
    const { certPem, keyPem } = issueAuthority({ days: 40, now: new Date(cluster.time) });
    cluster.edit(names.caSecret, { "ca.crt": certPem, "ca.key": keyPem });
  },
  "the leaf's Secret is gone": (cluster) => cluster.edit(names.tlsSecret, undefined),
  "the leaf's Secret is garbage": (cluster) =>
    cluster.edit(names.tlsSecret, { "tls.crt": "garbage", "tls.key": "garbage", "ca.crt": "garbage" }),
  "both Secrets are gone": (cluster) => {
    cluster.edit(names.tlsSecret, undefined);
    cluster.edit(names.caSecret, undefined);
  },
  "both Secrets are garbage": (cluster) => {
    cluster.edit(names.tlsSecret, { "tls.crt": "x", "ca.crt": "x" });
    cluster.edit(names.caSecret, { "ca.key": "x" });
  },
  "one caBundle was reset": (cluster) => cluster.reset(mutating, ""),
  "both caBundles were reset": (cluster) => {
    cluster.reset(mutating, "");
    cluster.reset(validating, "garbage");
  },
  "the CA's Secret is gone and a caBundle was reset": (cluster) => {
    cluster.edit(names.caSecret, undefined);
    cluster.reset(validating, "");
  },
};

describe("rotation", () => {
  it("installs: CA, trust, leaf, in four writes", async () => {
    const cluster = await installed();
    expect(cluster.writes).toBe(4);
    await expectRest(cluster);
  });

  it("installs after being cut anywhere", async () => {
    for (let cutAfter = 1; cutAfter <= 4; cutAfter += 1) {
      const cluster = new ModelCluster();
      await runs(cluster, cutAfter);
      expect(await runs(cluster)).toBe(true);
      expect(cluster.writes).toBe(4);
    }
  });

  it.each(Object.entries(scenarios))("%s: trusted at every moment, wherever it is cut", async (_name, befall) => {
    for (let cutAfter = 1; ; cutAfter += 1) {
      const cluster = await installed();
      cluster.time += 2 * dayMs;
      befall(cluster);
      const whole = await runs(cluster, cutAfter);
      expect(await runs(cluster)).toBe(true);
      await expectRest(cluster);
      cluster.time += 25 * hourMs;
      await runs(cluster);
      expect(authorities(cluster.bundle(mutating))).toBe(1);
      expect(cluster.bundle(validating)).toBe(cluster.bundle(mutating));
      expect(cluster.secret(names.tlsSecret)["ca.crt"]).toBe(cluster.bundle(mutating));
      await expectRest(cluster);
      if (whole) return;
    }
  });

  it("keeps an old CA for the overlap and no longer", async () => {
    const cluster = await installed();
    cluster.time += 2 * dayMs;
    cluster.edit(names.caSecret, undefined);
    await runs(cluster);
    expect(authorities(cluster.bundle(validating))).toBe(2);
    cluster.time += 23 * hourMs;
    await expectRest(cluster);
    cluster.time += hourMs;
    await runs(cluster);
    expect(authorities(cluster.bundle(validating))).toBe(1);
  });

  it.each([
    ["forward, past every end", 3 * 365 * dayMs],
    ["forward, past the turn to GeneralizedTime in 2050", 25 * 365 * dayMs],
    ["back, before every beginning", -3 * 365 * dayMs],
  ])("renews after the clock jumped %s", async (_where, jump) => {
    const cluster = await installed();
    cluster.jump(jump);
    await runs(cluster);
    await expectRest(cluster);
    cluster.time += 25 * hourMs;
    await runs(cluster);
    expect(authorities(cluster.bundle(mutating))).toBe(1);
  });

  it("gives up with a sentence where something undoes each of its writes", async () => {
    const cluster = await installed();
    const report = () => cluster.reset(mutating, "");
    cluster.reset(mutating, "");
    await expect(reconcile(cluster.task({ report }))).rejects.toThrow(/something else keeps changing/);
  });

  it("wants its configurations, and goes without those that may be missing", async () => {
    const cluster = new ModelCluster([validating]);
    await expect(reconcile(cluster.task())).rejects.toThrow(ProgramError);
    expect(cluster.writes).toBe(0);
    await reconcile(cluster.task({ allowMissingConfigurations: true }));
    expect(cluster.writes).toBe(3);
    cluster.reset(mutating, "");
    await runs(cluster);
    expect(cluster.bundle(mutating)).toBe(cluster.bundle(validating));
  });

  it("holds over months of runs that are cut, late, and meddled with", async () => {
    const step = fc.record({
      waitHours: fc.integer({ min: 0, max: 20 }),
      waitSeconds: fc.integer({ min: 0, max: 30 }),
      cutAfter: fc.option(fc.integer({ min: 1, max: 5 }), { nil: Infinity, freq: 3 }),
      befalls: fc.option(fc.constantFrom(...Object.keys(scenarios).filter((name) => name !== "a leaf is due")), {
        freq: 8,
        nil: undefined,
      }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), async (steps) => {
        const cluster = await installed();
        for (const { waitHours, waitSeconds, cutAfter, befalls } of steps) {
          cluster.time += waitHours * hourMs + waitSeconds * 1000;
          cluster.check();
          // Two blows at once can take what the cure needs; one is healed before the next falls.
          if (befalls !== undefined && (await runs(cluster))) scenarios[befalls]?.(cluster);
          await runs(cluster, cutAfter);
        }
        expect(await runs(cluster)).toBe(true);
        await expectRest(cluster);
        cluster.time += 25 * hourMs;
        await runs(cluster);
        cluster.time += 25 * hourMs;
        await runs(cluster);
        await expectRest(cluster);
      }),
      { numRuns: 5 },
    );
  }, 120_000);

  it.each(Object.entries(scenarios))("%s, and another run mends it between any two requests", async (_name, befall) => {
    for (let at = 1; ; at += 1) {
      const cluster = await installed();
      cluster.time += 2 * dayMs;
      let requests = 0;
      const interrupted = async () => {
        requests += 1;
        if (requests !== at) return;
        befall(cluster);
        await runs(cluster);
      };
      await reconcile(cluster.task({ cluster: interposed(cluster, interrupted) }));
      cluster.check();
      await expectRest(cluster);
      expect(authorities(cluster.bundle(mutating))).toBeLessThanOrEqual(2);
      if (requests < at) return;
    }
  });

  it("two runs at the same time get along, in whatever order their requests arrive", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom(...Object.keys(scenarios)), async (scheduler, befalls) => {
        const cluster = await installed();
        cluster.time += 2 * dayMs;
        scenarios[befalls]?.(cluster);
        const interleaved = interposed(
          cluster,
          scheduler.scheduleFunction(async () => {}),
        );
        const both = Promise.all([1, 2].map(() => reconcile(cluster.task({ cluster: interleaved }))));
        await scheduler.waitFor(both);
        cluster.check();
        await expectRest(cluster);
        expect(cluster.bundle(mutating)).toBe(cluster.bundle(validating));
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
