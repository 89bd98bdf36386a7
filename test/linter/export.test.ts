import { MutatingAdmissionPolicy } from "kubernetes-models/admissionregistration.k8s.io/v1/MutatingAdmissionPolicy";
import { MutatingAdmissionPolicyBinding } from "kubernetes-models/admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding";
import { ValidatingAdmissionPolicy } from "kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy";
import { ValidatingAdmissionPolicyBinding } from "kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { rules } from "../../policies/rules/index.ts";
import { folder } from "./folder.ts";
import { gracewarden } from "./program.ts";

interface Policy {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly failurePolicy?: string;
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
    readonly matchConditions?: readonly { readonly name: string }[];
    readonly matchConstraints?: { readonly namespaceSelector: unknown };
  };
}

const models: Readonly<Record<string, new (data?: never) => { validate(): void }>> = {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
};

function validate(policy: Policy): void {
  const Model = models[policy.kind];
  if (Model === undefined) throw new Error(`no model for ${policy.kind}`);
  new Model(policy as never).validate();
}

const policiesIn = (yaml: string): Policy[] => parseAllDocuments(yaml).map((document) => document.toJS() as Policy);

async function exportVap(args: readonly string[], config = ""): Promise<{ text: string; policies: Policy[] }> {
  const cwd = folder(config === "" ? {} : { "gracewarden.yaml": config });
  const { code, stdout, stderr } = await gracewarden(["export", "vap", ...args], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return { text: stdout, policies: policiesIn(stdout) };
}

describe("gracewarden export vap", () => {
  it("writes valid policies, each with a binding, that our own linter has nothing against", async () => {
    const { text, policies } = await exportVap(["--workloads"]);
    for (const policy of policies) validate(policy);
    const names = (kind: string): string[] =>
      policies.filter((policy) => policy.kind === kind).map(({ metadata }) => metadata.name);
    expect(names("ValidatingAdmissionPolicy")).toEqual(names("ValidatingAdmissionPolicyBinding"));
    expect(new Set(names("ValidatingAdmissionPolicy")).size).toBe(policies.length / 2);
    const { code, stdout } = await gracewarden(["lint", "--fail-on", "advice", "-"], { cwd: folder(), stdin: text });
    expect(`${code} ${stdout}`).toMatch(/^0 [^]*no findings/);
  });

  it("says in its head what is in it and what is not", async () => {
    const { text } = await exportVap(
      [],
      `
overrides: [{ match: { namespaces: [batch] }, rules: { grace-not-zero: off } }]
waivers: [{ rule: grace-not-zero, owner: a, reason: b, expires: 2027-01-31 }]
customRules: [{ id: team-label, message: no team, assert: true }]
`,
    );
    const head = text.slice(0, text.indexOf("---")).replaceAll("\n#   ", " ");
    expect(head).toContain("# exact grace-not-zero: warn\n");
    expect(head).toMatch(/# approximate prestop-delay: warn, audit\n# misses: /);
    expect(head).toContain("# no policy lb-deregistration-fits: it compares");
    expect(head).toContain("1 override of the configuration");
    expect(head).toContain("1 waiver of the configuration");
    expect(head).toContain("the configuration's own rules: team-label");
    expect(head).toContain("Not in here: a clock.");
  });

  it("denies only where the configuration does, and then what cannot be judged, too", async () => {
    const args = ["--rules", "grace-not-zero", "--workloads"];
    const { policies } = await exportVap(args, "enforcement: { rules: { grace-not-zero: deny } }");
    const said = policies.map(({ metadata, spec }) => [metadata.name, spec.failurePolicy ?? spec.validationActions]);
    expect(said).toEqual([
      ["gracewarden-grace-not-zero-deny", "Fail"],
      ["gracewarden-grace-not-zero-deny", ["Deny", "Audit"]],
      ["gracewarden-grace-not-zero-warn-workloads", "Ignore"],
      ["gracewarden-grace-not-zero-warn-workloads", ["Warn", "Audit"]],
      ["gracewarden-grace-not-zero-warn-cronjobs", "Ignore"],
      ["gracewarden-grace-not-zero-warn-cronjobs", ["Warn", "Audit"]],
    ]);
  });

  it.each<[string, string, boolean]>([
    ["lets an annotation waive a warning", "", true],
    ["but no denial", "enforcement: { rules: { grace-not-zero: deny } }", false],
    [
      "unless the configuration names the rule",
      "enforcement: { rules: { grace-not-zero: deny }, inlineWaivers: [grace-not-zero] }",
      true,
    ],
    ["and nothing where the rule is locked", "enforcement: { locked: [grace-not-zero] }", false],
    ["or annotations count nowhere", "enforcement: { inlineWaivers: false }", false],
  ])("%s", async (_name, config, waives) => {
    const { policies } = await exportVap(["--rules", "grace-not-zero"], config);
    const conditions = policies[0]?.spec.matchConditions?.map(({ name }) => name) ?? [];
    expect(conditions.includes("not-waived")).toBe(waives);
  });

  it("chooses rules, fidelity, namespaces and names", async () => {
    const { policies } = await exportVap([
      "--rules",
      "grace-not-zero, prestop-delay",
      "--fidelity",
      "exact",
      "--namespaces",
      "shop,till",
      "--name",
      "shop",
    ]);
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(Array(2).fill("shop-grace-not-zero-warn"));
    expect(policies[0]?.spec.matchConstraints?.namespaceSelector).toEqual({
      matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["shop", "till"] }],
    });
    expect(policies[0]?.metadata.annotations).toMatchObject({
      "gracewarden.io/rule": "grace-not-zero",
      "gracewarden.io/fidelity": "exact",
      "gracewarden.io/exported": "2026-11-22",
    });
  });

  it("writes valid mutations that our own linter has nothing against", async () => {
    const cwd = folder();
    const { code, stdout } = await gracewarden(["export", "map", "--namespaces", "shop"], { cwd });
    expect(code).toBe(0);
    const policies = policiesIn(stdout);
    for (const policy of policies) validate(policy);
    expect(policies.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "MutatingAdmissionPolicy gracewarden-delay",
      "MutatingAdmissionPolicyBinding gracewarden-delay-pods",
      "MutatingAdmissionPolicyBinding gracewarden-delay-namespaces",
      "MutatingAdmissionPolicy gracewarden-delay-proxies",
      "MutatingAdmissionPolicyBinding gracewarden-delay-proxies",
    ]);
    const linted = await gracewarden(["lint", "--fail-on", "advice", "-"], { cwd, stdin: stdout });
    expect(`${linted.code} ${linted.stdout}`).toMatch(/^0 [^]*no findings/);
  });

  it.each<[string, string, string]>([
    ["the rule is off", "rules: { prestop-delay: off }", "no policy: prestop-delay is off"],
    ["no delay is wanted", "budget: { delaySeconds: 0 }", "no policy: prestop-delay is off"],
  ])("writes no mutations where %s, and says so", async (_name, config, said) => {
    const { code, stdout } = await gracewarden(["export", "map"], { cwd: folder({ "gracewarden.yaml": config }) });
    expect(code).toBe(0);
    expect(stdout).toContain(said);
    expect(stdout).not.toContain("kind:");
  });

  it("lists every rule with its fidelity", async () => {
    const { stdout } = await gracewarden(["export", "vap", "--list"], { cwd: folder() });
    for (const { id } of rules)
      expect(stdout).toMatch(new RegExp(`^${id} +(exact|approximate|not-exportable)( |$)`, "m"));
  });

  it.each<[string, readonly string[], string]>([
    ["another kind", ["opa"], 'export cannot be "opa": use vap or map'],
    ["no kind", [], "vap | map is missing"],
    ["to choose rules of a mutation", ["map", "--rules", "prestop-delay"], "map and --rules exclude each other"],
    ["workloads of a mutation", ["map", "--workloads"], "map and --workloads exclude each other"],
    ["an unknown rule", ["vap", "--rules", "grace-not-zer"], 'did you mean "grace-not-zero"?'],
    ["a fidelity that is none", ["vap", "--fidelity", "exakt"], 'did you mean "exact"?'],
    ["a name that Kubernetes refuses", ["vap", "--name", "Grace_"], '--name cannot be "Grace_"'],
    ["a namespace that there cannot be", ["vap", "--namespaces", "a,B"], '--namespaces cannot be "B"'],
    ["two ways to say which configuration", ["vap", "--config", "a.yaml", "--no-config"], "exclude each other"],
  ])("refuses %s", async (_name, args, message) => {
    const { code, stdout, stderr } = await gracewarden(["export", ...args], { cwd: folder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
