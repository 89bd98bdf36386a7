/**
 * MCP's own conformance suite against the fixture alone, and against proxies in front of it: `npm run test:conformance`.
 * Nothing may fail behind our proxy that does not fail without it. Other proxies, where they are installed, are in the table.
 */
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ours, peers, type Contender } from "../proxies/contenders.ts";
import { freePort, startServer } from "../proxies/running-server.ts";
import { countOf, failuresBeyond, revisions, runSuite, weakerThan, type Check, type Revision } from "./suite.ts";

const everything = resolve(import.meta.dirname, "fixture/everything.ts");
const fixture = (revision: Revision | "either", ...port: readonly string[]): readonly string[] => [
  process.execPath,
  everything,
  revision,
  ...port,
];
const rows: Record<string, Record<string, string>> = {};
const weaker: string[] = [];

const inTable = (some: readonly Check[]): string => `${countOf(some, "SUCCESS")} / ${countOf(some, "FAILURE")}`;

function note(name: string, reference: readonly Check[], checks: readonly Check[]): readonly string[] {
  const beyond = failuresBeyond(reference, checks);
  rows[name] = {
    "scored, passed / failed": inTable(checks.filter(({ isScored }) => isScored)),
    "all, passed / failed": inTable(checks),
    "fails what the fixture does not": String(beyond.length),
  };
  weaker.push(...weakerThan(reference, checks).map((line) => `${name}: ${line}`));
  return beyond;
}

afterAll(() => {
  console.table(rows);
  if (weaker.length > 0) console.log(["Less than what the fixture does by itself:", ...weaker].join("\n"));
});

if (ours === undefined)
  console.warn("SKIPPED: the proxy is not measured, since dist/gracewarden-proxy.js is not built.");

async function measure(contender: Contender, commandAt: (port: number) => readonly string[], revision: Revision) {
  // Ours chooses a port itself and says so.
  const port = contender === ours ? 0 : await freePort();
  const proxy = await startServer(commandAt(port), port);
  try {
    return await runSuite(proxy.url, revision);
  } finally {
    await proxy.stop();
  }
}

async function overHttp(contender: Contender, revision: Revision): Promise<readonly Check[]> {
  const server = await startServer(fixture(revision, "0"), 0);
  try {
    return await measure(contender, (port) => contender.overHttp!(server.url, port), revision);
  } finally {
    await server.stop();
  }
}

describe.each(revisions)("revision %s", (revision) => {
  let reference: readonly Check[] = [];

  beforeAll(async () => {
    const server = await startServer(fixture(revision, "0"), 0);
    try {
      reference = await runSuite(server.url, revision);
    } finally {
      await server.stop();
    }
    note(`${revision} fixture alone`, reference, reference);
  });

  it("fails nothing that is demanded where the fixture is asked itself", () => {
    const failed = reference.filter(({ status }) => status === "FAILURE");
    // The extension for tasks is the only thing that it does not have.
    expect(failed.filter(({ scenario }) => !scenario.startsWith("tasks-"))).toEqual([]);
    expect(countOf(reference, "SUCCESS")).toBeGreaterThanOrEqual(84);
  });

  it.skipIf(ours === undefined).each(["stdio", "HTTP"] as const)(
    "fails nothing more through the proxy, with the fixture behind it by %s",
    async (backend) => {
      const checks =
        backend === "HTTP"
          ? await overHttp(ours!, revision)
          : await measure(ours!, (port) => ours!.overStdio(fixture(revision), port), revision);
      expect(note(`${revision} ${ours!.name}, ${backend} backend`, reference, checks)).toEqual([]);
    },
  );

  it.skipIf(ours === undefined)("is measured through the proxy with a backend of the other revision", async () => {
    const other = revisions.find((one) => one !== revision)!;
    const checks = await measure(ours!, (port) => ours!.overStdio(fixture(other), port), revision);
    const name = `${revision} ${ours!.name}, ${other} stdio backend`;
    const failures = note(name, reference, checks);
    weaker.push(...failures.map((line) => `${name}: ${line}`));
    // A client of sessions misses nothing; the other way round, questions that were asked by requests have no names to
    // be asked for, and no state but the proxy's own.
    expect(revision === "2025-11-25" ? failures : []).toEqual([]);
  });

  it.each(peers())("is measured through $name", { timeout: 400_000 }, async (peer) => {
    // They speak to their backends as of 2025-11-25, whatever their clients speak.
    const backend = fixture(revision === "2026-07-28" ? "either" : revision);
    const checks = await measure(peer, (port) => peer.overStdio(backend, port), revision);
    note(`${revision} ${peer.name}, stdio backend`, reference, checks);
    expect(checks.length).toBeGreaterThan(0);
  });
});
