import { describe, expect, it } from "vitest";
import { exportRules } from "../../../policies/cel/exported-rule.ts";
import { validatingPolicies } from "../../../policies/cel/validating-policy.ts";
import { defaultConfig, type EnforcementSettings } from "../../../policies/config.ts";
import { rules } from "../../../policies/rules/index.ts";
import { kubectl, kubectlOutput } from "../kubectl.ts";
import { withPolicies } from "./policies-in-force.ts";
import { settingsIn } from "./settings.ts";

const today = "2026-11-22";

const policiesUnder =
  (enforcement: Partial<EnforcementSettings>, ids: readonly string[]) =>
  (namespace: string): readonly object[] => {
    const config = { ...defaultConfig, enforcement: { ...defaultConfig.enforcement, ...enforcement } };
    const settings = settingsIn(namespace, { today, enforcement: config.enforcement });
    return exportRules(rules, config, today)
      .filter(({ rule }) => ids.includes(rule.id))
      .flatMap((one) => validatingPolicies(one, settings));
  };

const container = { name: "app", image: "app" };

const hasty = (annotations: Readonly<Record<string, string>> = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "hasty", annotations },
  spec: { terminationGracePeriodSeconds: 0, containers: [container] },
});

const waiver = "waive.gracewarden.io/grace-not-zero";

/** `denied`, `warned` or `silent`. */
type Outcome = "denied" | "warned" | "silent";

/** A debugger beside the proxy, as `kubectl debug` adds it. */
const debug = (runAsUser: number) => ({
  spec: {
    ephemeralContainers: [
      {
        name: `debug-${runAsUser}`,
        image: "busybox",
        targetContainerName: "proxy",
        securityContext: { runAsUser, capabilities: { drop: ["ALL"] } },
      },
    ],
  },
});

describe("what the API server does by the exported policies", () => {
  it.each<[string, Partial<EnforcementSettings>, string | undefined, Outcome]>([
    ["warns", {}, undefined, "warned"],
    ["denies where the configuration says deny", { rules: { "grace-not-zero": "deny" } }, undefined, "denied"],
    ["only audits where it says audit", { rules: { "grace-not-zero": "audit" } }, undefined, "silent"],
    ["warns of nothing that is waived", {}, "known; owner=team-a; expires=2027-01-31", "silent"],
    ["lets a waiver hold through its last day", {}, `known; owner=team-a; expires=${today}`, "silent"],
    ["does not count a waiver that had ended", {}, "known; owner=team-a; expires=2026-11-21", "warned"],
    ["or that has no owner", {}, "known; expires=2027-01-31", "warned"],
    ["or that ends on no day", {}, "known; owner=team-a; expires=2027-02-30", "warned"],
    [
      "denies what a pod waives itself",
      { rules: { "grace-not-zero": "deny" } },
      "known; owner=team-a; expires=2027-01-31",
      "denied",
    ],
    [
      "unless the configuration lets it",
      { rules: { "grace-not-zero": "deny" }, inlineWaivers: ["grace-not-zero"] },
      "known; owner=team-a; expires=2027-01-31",
      "silent",
    ],
    [
      "asks the namespace",
      { default: "off", namespaces: [{ match: ["gracewarden-export-*"], rules: { "grace-not-zero": "deny" } }] },
      undefined,
      "denied",
    ],
    [
      "asks the last entry that matches it",
      {
        rules: { "grace-not-zero": "deny" },
        namespaces: [
          { match: ["*-export-*"], rules: { "grace-not-zero": "off" } },
          { match: ["gracewarden-*"], rules: { "grace-not-zero": "warn" } },
        ],
      },
      undefined,
      "warned",
    ],
  ])("%s", async (_name, enforcement, waived, expected) => {
    await withPolicies(policiesUnder(enforcement, ["grace-not-zero"]), async (judge) => {
      const path = `/api/v1/namespaces/${judge.namespace}/pods`;
      const pod = hasty(waived === undefined ? {} : { [waiver]: waived });
      const { status, body, warnings } = await judge.dryRun(path, pod);
      const outcome: Outcome = status === 422 ? "denied" : warnings.length > 0 ? "warned" : "silent";
      const said = `${String(body["message"])} ${warnings.join(" ")}`;
      expect({ outcome, said }).toMatchObject({ outcome: expected });
      const sentence = "terminationGracePeriodSeconds is 0: the object is gone at once";
      expect(said.includes(sentence)).toBe(expected !== "silent");
    });
  });

  it("denies a debugger that could signal the proxy, and lets another in", async () => {
    const proxy = { name: "proxy", image: "gracewarden-proxy", securityContext: { runAsUser: 1000 } };
    await withPolicies(policiesUnder({}, ["no-unsafe-shared-pid-namespace"]), async ({ namespace }) => {
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "tools", namespace },
        // Nobody is to run it.
        spec: { containers: [proxy], nodeSelector: { nowhere: "yes" } },
      };
      await kubectl(["create", "--filename=-"], pod);
      const patch = (uid: number) =>
        kubectlOutput([
          "patch",
          "pod",
          "tools",
          `--namespace=${namespace}`,
          "--subresource=ephemeralcontainers",
          `--patch=${JSON.stringify(debug(uid))}`,
        ]);
      await expect(patch(1000)).rejects.toThrow(/denied request: debug-1000 joins the PID namespace of proxy/);
      expect((await patch(1001)).stdout).toContain("patched");
    });
  });
});
