import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { cut, faults, kubeconfigFor, playRecording } from "../audit/recorded-server.ts";
import { parseFindings } from "../findings.ts";
import { folder } from "../folder.ts";
import { gracewarden, type Outcome } from "../program.ts";

async function audit(kubeconfig: string, ...args: readonly string[]): Promise<Outcome> {
  const cwd = folder({ kubeconfig });
  return gracewarden(["audit", "--kubeconfig", "kubeconfig", ...args], { cwd });
}

const cuts =
  (times: number) =>
  (path: string, count: number): typeof cut | undefined =>
    path === "/api/v1/services" && count <= times ? cut : undefined;

const ofPods = (path: string): boolean => path.startsWith("/api/v1/pods");

describe("audit", () => {
  // The Kubernetes client has hundreds of files; the built program has it in one.
  beforeAll(() => import("../../../linter/audit/cluster-report.ts"), 60_000);

  it("reads what there is, page by page, and says in JSON what it found where", async () => {
    await using server = await playRecording();
    const { code, stdout, stderr } = await audit(server.kubeconfig, "--format", "json");
    const { findings, objects, cluster } = parseFindings(stdout);
    expect(stderr).toBe("");
    expect(code).toBe(1);
    expect(objects.checked).toBe(8);
    expect(cluster).toMatchObject({ context: "test", pods: 3, slipped: 3, throughMaker: 0, notEvaluated: [] });
    expect(new Set(findings.map(({ file, line, column }) => `${file} ${line} ${column}`))).toEqual(
      new Set(
        ["checkout", "tools"]
          .map((name) => `shop/Deployment/${name} null null`)
          .concat(["a", "b", "c"].map((name) => `shop/Pod/tools-${name} null null`)),
      ),
    );
    expect(server.asked.filter(ofPods)).toEqual(["/api/v1/pods", "/api/v1/pods continued"]);
  });

  it("begins a list again that expired, says so, and keeps nothing of the first", async () => {
    await using server = await playRecording((path, count) =>
      path === "/api/v1/pods continued" && count === 1 ? faults.expired : undefined,
    );
    const { code, stdout, stderr } = await audit(server.kubeconfig, "--format", "json");
    expect(stderr).toBe("gracewarden: the list of pods expired while it was read and is read again\n");
    expect(code).toBe(1);
    expect(parseFindings(stdout).cluster).toMatchObject({ pods: 3, slipped: 3 });
    expect(server.asked.filter(ofPods)).toHaveLength(4);
  });

  it("waits for a server that is busy", async () => {
    await using server = await playRecording((path, count) =>
      path === "/api/v1/pods" && count < 3 ? faults.busy : undefined,
    );
    const { stdout } = await audit(server.kubeconfig, "--format", "json");
    expect(parseFindings(stdout).cluster?.pods).toBe(3);
  });

  it("asks again where a connection was cut, once", async () => {
    await using once = await playRecording(cuts(1));
    expect((await audit(once.kubeconfig)).code).toBe(1);
    await using twice = await playRecording(cuts(2));
    const { code, stderr } = await audit(twice.kubeconfig);
    expect(code).toBe(2);
    expect(stderr).toContain("cannot be reached: the connection was cut");
  });

  it.each<[string, Parameters<typeof playRecording>[0], string]>([
    [
      "a token that expires in the middle",
      (path) => (path === "/api/v1/pods continued" ? faults.unauthorized : undefined),
      "gracewarden: the API server SERVER does not take these credentials (401, Unauthorized): a token may have expired; log in again. Nothing is reported, since not everything was read\n",
    ],
    [
      "a server that stays busy",
      (path) => (path === "/apis" ? faults.busy : undefined),
      "gracewarden: the API server SERVER does not answer GET /apis: HTTP 429, the server has received too many requests and has asked us to try again later\n",
    ],
    [
      "a server that fails",
      (path) => (path === "/apis/apps/v1/deployments" ? faults.failed : undefined),
      "gracewarden: the API server SERVER does not answer GET /apis/apps/v1/deployments?limit=250: HTTP 500, etcdserver: request timed out\n",
    ],
    [
      "an answer that is no JSON",
      (path) => (path === "/apis" ? "<html>log in</html>" : undefined),
      "gracewarden: the API server SERVER does not answer GET /apis: its answer is no JSON\n",
    ],
    [
      "an answer that is no list",
      (path) => (path === "/api/v1/services" ? "[]" : undefined),
      "gracewarden: the API server SERVER does not answer GET /api/v1/services: its answer is no list\n",
    ],
  ])("reports nothing and exits with 2 for %s", async (_name, fault, message) => {
    await using server = await playRecording(fault);
    const { code, stdout, stderr } = await audit(server.kubeconfig);
    expect({ code, stdout, stderr: stderr.replace(/http:\S+/, "SERVER") }).toEqual({
      code: 2,
      stdout: "",
      stderr: message,
    });
  });

  it("gives up a list that expires each time", async () => {
    await using server = await playRecording((path) =>
      path === "/api/v1/pods continued" ? faults.expired : undefined,
    );
    const { code, stdout, stderr } = await audit(server.kubeconfig);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("GET /api/v1/pods: the list expired 3 times while it was read\n");
  });

  it("names what does not exist on the server nowhere, and asks for none of it", async () => {
    await using server = await playRecording();
    const { stdout } = await audit(server.kubeconfig, "--format", "json");
    expect(stdout).not.toContain("kyverno");
    expect(server.asked.filter((path) => /kyverno|gatekeeper|keda|argoproj/.test(path))).toEqual([]);
  });

  it.each<[string, readonly string[], string | undefined, string]>([
    [
      "no server",
      [],
      kubeconfigFor("https://127.0.0.1:2"),
      "the API server https://127.0.0.1:2 cannot be reached: nothing listens there",
    ],
    [
      "a host without an address",
      [],
      kubeconfigFor("https://nowhere.invalid"),
      "the API server https://nowhere.invalid cannot be reached: its name",
    ],
    [
      "a context that is not there",
      ["--context", "tset"],
      kubeconfigFor("https://127.0.0.1:2"),
      'no cluster to audit: the kubeconfig has no context "tset": it has test',
    ],
    ["no kubeconfig", [], undefined, "kubeconfig does not exist"],
    ["a file that is no YAML", [], "{", "kubeconfig is no kubeconfig: "],
    ["an empty file", [], "", "kubeconfig is no kubeconfig: "],
    [
      "a kubeconfig without contexts",
      [],
      "{}",
      "the kubeconfig has no current context; choose one by --context: it has none",
    ],
    [
      "a format of lines",
      ["--format", "gitlab"],
      "{}",
      '--format cannot be "gitlab": it shows lines of files, which a cluster has none of',
    ],
    ["a kind that is not read", ["--without", "ingress"], "{}", '--without cannot be "ingress": use '],
    ["an argument", ["shop"], "{}", '"shop" is one argument too many'],
  ])("exits with 2 for %s", async (_name, args, kubeconfig, message) => {
    const cwd = folder(kubeconfig === undefined ? {} : { kubeconfig });
    const { code, stdout, stderr } = await gracewarden(["audit", "--kubeconfig", "kubeconfig", ...args], { cwd });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("finds its kubeconfig as kubectl does: of two entries of one name the first holds, missing files are passed over", async () => {
    await using server = await playRecording();
    const cwd = folder({ first: server.kubeconfig, second: kubeconfigFor("https://127.0.0.1:2") });
    const env = { KUBECONFIG: ["missing", "first", "second"].join(delimiter) };
    expect((await gracewarden(["audit"], { cwd, env })).code).toBe(1);
    const home = folder({ ".kube/config": server.kubeconfig });
    expect((await gracewarden(["audit"], { cwd: home, env: { HOME: home } })).code).toBe(1);
    expect((await gracewarden(["audit"], { cwd, env: { KUBECONFIG: "missing" } })).stderr).toBe(
      "gracewarden: no cluster to audit: KUBECONFIG names missing, which does not exist\n",
    );
    expect((await gracewarden(["audit"], { cwd, env: {} })).stderr).toContain("there is no kubeconfig");
  });

  it("is told in every format without a line that it does not have", async () => {
    await using server = await playRecording();
    const cwd = folder({ kubeconfig: server.kubeconfig });
    const files = ["sarif", "junit", "checkstyle", "github"];
    const formats = files.flatMap((name) => ["--format", `${name}=${name}`]);
    const without = ["--without", "poddisruptionbudgets.policy"];
    await gracewarden(["audit", "--kubeconfig", "kubeconfig", ...formats, ...without], { cwd });
    const text = Object.fromEntries(files.map((name) => [name, readFileSync(join(cwd, name), "utf8")]));
    const [run] = (JSON.parse(text["sarif"] ?? "") as SarifLog).runs;
    expect(run?.results.map(({ locations }) => locations)).toContainEqual([
      { logicalLocations: [{ fullyQualifiedName: "shop/Deployment/checkout/checkout", kind: "resource" }] },
    ]);
    expect(JSON.stringify(run)).not.toContain("physicalLocation");
    expect(JSON.stringify(run?.invocations)).toContain(
      "not evaluated: poddisruptionbudgets.policy; without it also pdb-allows-one (left out)",
    );
    expect(text["junit"]).toContain(
      "shop/Deployment/checkout spec.template.spec.containers[0].lifecycle.preStop.exec.command: ",
    );
    expect(text["junit"]).toContain('classname="poddisruptionbudgets.policy"');
    expect(text["checkstyle"]).toContain('<file name="shop/Deployment/checkout">');
    expect(text["checkstyle"]).not.toContain("line=");
    expect(text["github"]).toContain("::error title=prestop-fits-grace::Deployment/checkout container checkout: ");
    expect(text["github"]).toContain(
      "::warning title=not evaluated::poddisruptionbudgets.policy; left out; pdb-allows-one",
    );
  });
});

interface SarifLog {
  readonly runs: readonly {
    readonly results: readonly { readonly locations: unknown }[];
    readonly invocations: unknown;
  }[];
}
