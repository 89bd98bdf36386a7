import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { judgingCluster, type Read } from "../../../linter/audit/judging-cluster.ts";
import { auditedKinds, resourceName } from "../../../linter/audit/kinds.ts";
import { notRead } from "../../../linter/audit/not-read.ts";
import { readObjects } from "../../../policies/pods/read-object.ts";
import { faults, playRecording, recordedList } from "../audit/recorded-server.ts";
import { folder, pod } from "../folder.ts";
import { gracewarden, type Outcome } from "../program.ts";

type Fault = Parameters<typeof playRecording>[0];

interface Entry {
  readonly file: string;
  readonly rule: string;
  readonly object: string;
  readonly path: string;
  readonly fingerprint: string;
}

const deployments = "/apis/apps/v1/deployments";
const entriesIn = (cwd: string): readonly Entry[] =>
  (JSON.parse(readFileSync(join(cwd, "known.json"), "utf8")) as { readonly findings: readonly Entry[] }).findings;
const write = (cwd: string, findings: readonly object[]): void =>
  writeFileSync(join(cwd, "known.json"), JSON.stringify({ gracewardenBaseline: 1, findings }));

/** Audits a cluster that answers as it was recorded, but for what a fault says. */
async function audit(cwd: string, fault: Fault, ...args: readonly string[]): Promise<Outcome> {
  await using server = await playRecording(fault);
  writeFileSync(join(cwd, "kubeconfig"), server.kubeconfig);
  const common = ["audit", "--no-config", "--kubeconfig", "kubeconfig", "--baseline", "known.json"];
  return await gracewarden([...common, "--fail-on", "advice", ...args], { cwd });
}

/** A folder with a baseline of the recorded cluster. */
async function known(fault?: Fault): Promise<string> {
  const cwd = folder();
  const { code, stdout, stderr } = await audit(cwd, fault, "--update-baseline");
  expect(stderr).toBe("");
  expect(stdout).toMatch(/✔ no findings; \d+ known from the baseline\n/);
  expect(code).toBe(0);
  return cwd;
}

/** The recorded pods as those of a Deployment's ReplicaSet: so many, of the generation that a hash names. */
const podsOf =
  (hash: string, number: number): Fault =>
  (path) => {
    if (!path.startsWith("/api/v1/pods")) return undefined;
    const [recorded] = recordedList("/api/v1/pods").items;
    const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: `tools-${hash}`, uid: hash, controller: true };
    const items = Array.from({ length: number }, (_, index) => ({
      ...recorded,
      metadata: {
        name: `tools-${hash}-${index}`,
        namespace: "shop",
        uid: `${hash}${index}`,
        labels: { app: "tools", "pod-template-hash": hash },
        ownerReferences: [owner],
      },
    }));
    return JSON.stringify({ ...recordedList("/api/v1/pods"), metadata: {}, items });
  };

/** A Deployment that somebody deleted. */
const without =
  (name: string): Fault =>
  (path) =>
    path === deployments
      ? JSON.stringify({ items: recordedList(path).items.filter(({ metadata }) => metadata["name"] !== name) })
      : undefined;

/** A token that is good until the second page of pods. */
const expiring: Fault = (path) => (path === "/api/v1/pods continued" ? faults.unauthorized : undefined);

describe("the baseline of a cluster", () => {
  // The Kubernetes client has hundreds of files; the built program has it in one.
  beforeAll(() => import("../../../linter/audit/cluster-report.ts"), 60_000);

  it("knows what was there, by object, and lets only what is new count", async () => {
    const cwd = await known();
    const entries = entriesIn(cwd);
    expect(new Set(entries.map(({ file, object }) => `${file} ${object}`))).toEqual(
      new Set(
        ["Deployment/checkout", "Deployment/tools", "Pod/tools-a", "Pod/tools-b", "Pod/tools-c"].map(
          (one) => ` shop/${one}`,
        ),
      ),
    );
    expect(await audit(cwd, undefined)).toMatchObject({ code: 0, stderr: "" });
    const first = entries.find(({ rule }) => rule === "prestop-fits-grace");
    write(
      cwd,
      entries.filter((entry) => entry !== first),
    );
    const { code, stdout } = await audit(cwd, undefined, "--format", "markdown");
    expect(code).toBe(1);
    expect(stdout).toContain(`- Findings known from the baseline and not listed: ${entries.length - 1}\n`);
    expect(stdout.match(/^### .*$/gm)).toEqual(["### error (1)"]);
  });

  it("knows pods by who made them, through rollouts and scaling", async () => {
    const cwd = await known(podsOf("aaa", 2));
    expect(entriesIn(cwd).filter(({ rule }) => rule === "slipped-through")).toMatchObject([
      { object: "shop/Deployment/tools" },
    ]);
    expect(await audit(cwd, podsOf("bbb", 5))).toMatchObject({ code: 0, stderr: "" });
    const { code, stderr } = await audit(cwd, podsOf("bbb", 0));
    expect(code).toBe(1);
    expect(stderr).toContain("knows what is not there: slipped-through shop/Deployment/tools\n");
  });

  it("fails where it is stale, names the entries, and is pruned", async () => {
    const cwd = await known();
    const stale = await audit(cwd, without("checkout"));
    expect(stale.code).toBe(1);
    expect(stale.stderr).toMatch(
      /the baseline known\.json knows what is not there: prestop-fits-grace shop\/Deployment\/checkout spec\.template\S+\n/,
    );
    expect((await audit(cwd, without("checkout"), "--allow-stale-baseline")).code).toBe(0);
    expect(await audit(cwd, without("checkout"), "--prune-baseline")).toMatchObject({ code: 0, stderr: "" });
    expect(entriesIn(cwd).filter(({ object }) => object.endsWith("checkout"))).toEqual([]);
    expect(entriesIn(cwd).filter(({ object }) => object.endsWith("tools")).length).toBeGreaterThan(2);
  });

  it.each<[string, Fault, readonly string[], number]>([
    ["may not be read", (path) => (path === deployments ? faults.forbidden : undefined), [], 2],
    ["was left out", undefined, ["--without", "deployments.apps"], 0],
    ["some rules need and was left out", undefined, ["--without", "services", "--without", "namespaces"], 0],
  ])("keeps the entries of what %s, pruned or written anew", async (_name, fault, args, code) => {
    const cwd = await known();
    const before = readFileSync(join(cwd, "known.json"), "utf8");
    const plain = await audit(cwd, fault, ...args);
    expect(plain.code).toBe(code);
    expect(plain.stderr).not.toContain("knows what is not there");
    for (const flag of ["--prune-baseline", "--update-baseline"]) {
      expect((await audit(cwd, fault, flag, ...args)).code).toBe(code);
      expect(readFileSync(join(cwd, "known.json"), "utf8")).toBe(before);
    }
  });

  it("takes nothing out where the run breaks off", async () => {
    const cwd = await known();
    const before = readFileSync(join(cwd, "known.json"), "utf8");
    expect((await audit(cwd, expiring, "--update-baseline")).code).toBe(2);
    expect(readFileSync(join(cwd, "known.json"), "utf8")).toBe(before);
  });

  it("may be one file with that of the manifests", async () => {
    const cwd = await known();
    const foreign = { file: "web.yaml", rule: "grace-not-zero", object: "Pod/web", path: "spec", fingerprint: "x" };
    write(cwd, [...entriesIn(cwd), foreign]);
    expect((await audit(cwd, undefined, "--prune-baseline")).code).toBe(0);
    expect(entriesIn(cwd)).toContainEqual(foreign);
    writeFileSync(join(cwd, "web.yaml"), pod("web"));
    const linted = await gracewarden(
      ["lint", "--no-config", "--baseline", "known.json", "--prune-baseline", "web.yaml"],
      { cwd },
    );
    expect(linted.code).toBe(0);
    expect(entriesIn(cwd)).not.toContainEqual(foreign);
    expect(await audit(cwd, undefined)).toMatchObject({ code: 0, stderr: "" });
  });

  it("needs its options to fit", async () => {
    const { code, stderr } = await gracewarden(["audit", "--prune-baseline"], { cwd: folder() });
    expect([code, stderr]).toEqual([2, "gracewarden: --prune-baseline needs --baseline FILE\n"]);
  });
});

const missing = (resource: string): Read["notRead"] =>
  auditedKinds.filter((kind) => resourceName(kind) === resource).map((kind) => notRead(kind, undefined));

describe("an audit's word on what it does not find", () => {
  const [web] = readObjects(
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "shop" } },
    undefined,
  ).objects;
  const whole: Read = {
    subjects: web === undefined ? [] : [web.object],
    namespaces: [],
    selector: undefined,
    notRead: [],
    unjudged: new Set<string>(),
    customRules: [{ id: "own" }],
  };
  const [there, gone, policy] = ["shop/Deployment/web", "shop/Deployment/api", "ClusterPolicy/cap"] as const;

  it.each<[string, Partial<Read>, string, string, boolean]>([
    ["of an object that is there", {}, there, "grace-not-zero", true],
    ["of an object that is gone", {}, gone, "grace-not-zero", true],
    ["of a policy that is gone", {}, policy, "policy-conflict", true],
    ["of another namespace", { namespaces: ["other"] }, gone, "grace-not-zero", false],
    ["of one of the namespaces", { namespaces: ["shop"] }, gone, "grace-not-zero", true],
    ["of no namespace, where some were read", { namespaces: ["shop"] }, policy, "policy-conflict", false],
    ["of an object that the labels leave out", { selector: "app=web" }, gone, "grace-not-zero", false],
    ["of an object that has the labels", { selector: "app=web" }, there, "grace-not-zero", true],
    ["of pods that the labels may leave out", { selector: "app=web" }, there, "slipped-through", false],
    ["of a kind that was not read", { notRead: missing("deployments.apps") }, gone, "grace-not-zero", false],
    ["of another kind than was not read", { notRead: missing("jobs.batch") }, gone, "grace-not-zero", true],
    [
      "of what may have made pods that were not read",
      { notRead: missing("pods") },
      "shop/Kafka/k",
      "grace-not-zero",
      false,
    ],
    [
      "of a Policy, where policies were not read",
      { notRead: missing("policies.kyverno.io") },
      "shop/Policy/p",
      "x",
      false,
    ],
    ["of a Pod, where podtemplates were not read", { notRead: missing("podtemplates") }, "shop/Pod/p", "x", true],
    ["of a rule that did not judge", { unjudged: new Set(["pdb-allows-one"]) }, there, "pdb-allows-one", false],
    ["of a rule of the configuration's own", { unjudged: new Set(["customRules"]) }, there, "own", false],
  ])("%s", (_name, more, object, rule, covered) => {
    expect(judgingCluster({ ...whole, ...more }).covers({ file: "", rule, object })).toBe(covered);
  });

  it("none of a file's", () => {
    expect(judgingCluster(whole).covers({ file: "web.yaml", rule: "x", object: "Pod/web" })).toBe(false);
  });
});
