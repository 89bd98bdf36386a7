import { describe, expect, it } from "vitest";
import type { AdmissionSettings, ValidateDecision } from "../../../policies/admission/decision.ts";
import { validate } from "../../../policies/admission/validate.ts";
import { defaultConfig, type Config, type EnforcementSettings } from "../../../policies/config.ts";
import { definePodRule } from "../../../policies/rule.ts";
import { rules } from "../../../policies/rules/index.ts";
import { podOf, requestOf, settings, type Json } from "./review-of.ts";

const configOf = (enforcement: Partial<EnforcementSettings>): Config => ({
  ...defaultConfig,
  enforcement: { ...defaultConfig.enforcement, ...enforcement },
});

const decide = (
  object: unknown,
  enforcement: Partial<EnforcementSettings> = {},
  changed: Partial<AdmissionSettings> = {},
): ValidateDecision => validate(requestOf(object), { ...settings, config: configOf(enforcement), ...changed });
const shared = "no-unsafe-shared-pid-namespace";
const deployment = (pod: Json, metadata: Json = {}): Json => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "tools", ...metadata },
  spec: { selector: { matchLabels: { app: "tools" } }, template: pod },
});
const annotated = (pod: Json, annotations: Json): Json => ({
  ...pod,
  metadata: { ...(pod["metadata"] as Json), annotations },
});

const unsafe = podOf(`
spec:
  shareProcessNamespace: true
  securityContext: { runAsUser: 1000 }
  containers: [{ name: proxy, image: gracewarden-proxy }, { name: helper, image: helper }]
`);
const unknownUid = podOf(`
spec:
  shareProcessNamespace: true
  containers: [{ name: proxy, image: gracewarden-proxy }, { name: helper, image: helper }]
`);
const unsafeApp = podOf(`
spec:
  shareProcessNamespace: true
  containers: [{ name: app, image: app }, { name: killer, image: k, command: [sh, -c, "pkill app"] }]
`);
const hostPid = podOf("spec: { hostPID: true, containers: [{ name: proxy, image: gracewarden-proxy }] }");
const agent = podOf("spec: { hostPID: true, containers: [{ name: agent, image: agent }] }");
const short = podOf(`
metadata: { annotations: { gracewarden.io/drain-seconds: "25" } }
spec: { containers: [{ name: app, image: app, lifecycle: { preStop: { sleep: { seconds: 15 } } } }] }
`);
const unsaid = podOf(
  "spec: { containers: [{ name: app, image: app, lifecycle: { preStop: { sleep: { seconds: 20 } } } }] }",
);
const good = podOf("spec: { containers: [{ name: app, image: app }] }");

describe("a pod is denied", () => {
  it.each<[string, Json, Partial<EnforcementSettings>, boolean]>([
    ["for a shared PID namespace around the proxy, by default", unsafe, {}, true],
    ["for it where nobody says the uid", unknownUid, {}, true],
    ["for the node's PID namespace around the proxy, by default", hostPid, {}, true],
    ["not for either without the proxy", unsafeApp, {}, false],
    ["not for hostPID without the proxy", agent, {}, false],
    ["not for another error, by default", short, {}, false],
    ["for what the configuration says", short, { rules: { "grace-covers-shutdown": "deny" } }, true],
    ["for everything but advice, where that is the default", short, { default: "deny" }, true],
    ["not for what cannot be told", unsaid, { rules: { "grace-covers-shutdown": "deny" } }, false],
    ["not where the configuration only warns", unsafe, { rules: { [shared]: "warn" } }, false],
    ["not where the rule is off at admission", hostPid, { rules: { "no-host-pid": "off" } }, false],
    [
      "not in a namespace that is excepted",
      unsafe,
      { namespaces: [{ match: ["sh*"], rules: { [shared]: "audit" } }] },
      false,
    ],
    [
      "in a namespace where others are",
      unsafe,
      { namespaces: [{ match: ["kube-*"], rules: { [shared]: "audit" } }] },
      true,
    ],
    [
      "by the last namespace entry that names the rule",
      unsafe,
      {
        rules: { [shared]: "off" },
        namespaces: [
          { match: ["shop"], rules: { [shared]: "warn" } },
          { match: ["*"], rules: { [shared]: "deny", "no-host-pid": "off" } },
          { match: ["shop"], rules: { "no-host-pid": "warn" } },
        ],
      },
      true,
    ],
    ["not where nothing is wrong", good, { default: "deny" }, false],
  ])("%s", (_name, pod, enforcement, denied) => {
    const decision = decide(pod, enforcement);
    expect(decision.allowed).toBe(!denied);
    expect(decision.denial === undefined).toBe(!denied);
  });

  it("with where, what, the numbers, the fix and how to waive it", () => {
    expect(decide(short, { rules: { "grace-covers-shutdown": "deny" }, inlineWaivers: true }).denial).toBe(
      `gracewarden refuses Pod tools in namespace shop for one reason.
 [grace-covers-shutdown] At spec.terminationGracePeriodSeconds: shutdown may take preStop 15 s + drain 25 s (annotation gracewarden.io/drain-seconds) + margin 1 s = 41 s, but the grace period of 30 s ends it with SIGKILL. The numbers: preStop 15 s (preStop.sleep.seconds), drain 25 s (annotation gracewarden.io/drain-seconds), margin 1 s (margin), grace period 30 s (terminationGracePeriodSeconds). To mend it: Set terminationGracePeriodSeconds to 41. To accept it until a day, annotate the pod: waive.gracewarden.io/grace-covers-shutdown: "REASON; owner=TEAM; expires=YYYY-MM-DD"`,
    );
  });

  it("with every reason at once", () => {
    const both = {
      ...unsafe,
      spec: { ...(unsafe["spec"] as Json), ...(hostPid["spec"] as Json), shareProcessNamespace: true },
    };
    const decision = decide({
      ...both,
      spec: { ...(both.spec as Json), containers: (unsafe["spec"] as Json)["containers"] },
    });
    expect(decision.denial).toMatch(/for 2 reasons/);
  });
});

describe("a waiver", () => {
  const waived = annotated(unsafe, { [`waive.gracewarden.io/${shared}`]: "known; owner=a; expires=2027-01-31" });
  const configured = {
    rule: shared,
    owner: "a",
    reason: "known",
    expires: "2027-01-31",
    match: { names: ["tools"] },
    origin: "config" as const,
  };

  it.each<[string, Partial<EnforcementSettings>]>([
    ["where the configuration lets pods waive the rule", { inlineWaivers: [shared] }],
    ["where it lets them waive all", { inlineWaivers: true }],
  ])("on the pod lets it pass %s, and is audited", (_name, enforcement) => {
    const decision = decide(waived, enforcement);
    expect(decision).toMatchObject({ allowed: true, warnings: [] });
    expect(decision.auditAnnotations["waived"]).toBe(`${shared} spec.shareProcessNamespace until 2027-01-31`);
  });

  it.each<[string, Partial<EnforcementSettings>, Partial<AdmissionSettings>, RegExp]>([
    [
      "is of a denied rule, by default",
      {},
      {},
      /A pod cannot waive this itself, so its annotation waive\.gracewarden\.io\/[-\w]+ does not count: ask whoever/,
    ],
    ["is of a denied rule that is not listed", { inlineWaivers: ["no-host-pid"] }, {}, /cannot waive this itself/],
    ["has expired", { inlineWaivers: [shared] }, { now: new Date("2027-02-01") }, /To accept it until a day/],
    ["is of a locked rule", { locked: [shared], inlineWaivers: true }, {}, /takes no waivers here/],
    ["is inline, and those do not count", { inlineWaivers: false }, {}, /cannot waive this itself/],
  ])("on the pod that %s does not", (_name, enforcement, changed, text) => {
    expect(decide(waived, enforcement, changed).denial).toMatch(text);
  });

  it("on the pod takes a warning away unless none counts", () => {
    const warned = { rules: { [shared]: "warn" } } as const;
    expect(decide(waived, warned).warnings).toEqual([]);
    expect(decide(waived, { ...warned, inlineWaivers: false }).warnings).toHaveLength(1);
  });

  it("in the configuration for a workload counts for its pods", () => {
    const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "tools-5d4f", controller: true };
    const made = {
      ...unsafe,
      metadata: {
        name: "tools-5d4f-x2x4z",
        namespace: "shop",
        labels: { "pod-template-hash": "5d4f" },
        ownerReferences: [owner],
      },
    };
    const config = {
      ...configOf({}),
      waivers: [{ ...configured, match: { kinds: ["Deployment"], names: ["tools"] } }],
    };
    expect(decide(made, {}, { config }).allowed).toBe(true);
    expect(decide(deployment(unsafe), {}, { config }).warnings).toEqual([]);
    expect(decide(made).denial).toMatch(
      /^gracewarden refuses Pod tools-5d4f-x2x4z of Deployment tools in namespace shop/,
    );
    expect(decide({ ...made, metadata: { ...made.metadata, ownerReferences: [] } }, {}, { config }).allowed).toBe(
      false,
    );
  });

  it("in the configuration counts where inline ones do not, and where both are there", () => {
    const config = { ...configOf({ inlineWaivers: false }), waivers: [configured] };
    expect(decide(unsafe, {}, { config }).allowed).toBe(true);
    expect(decide(waived, {}, { config }).allowed).toBe(true);
  });
});

describe("a workload", () => {
  it("is never denied, but warned of what its pods will meet", () => {
    const decision = decide(deployment(unsafe), { default: "deny" });
    expect(decision.allowed).toBe(true);
    expect(decision.warnings).toEqual([
      `gracewarden would refuse the pods of Deployment tools, by ${shared}.`,
      `[${shared}] spec.template.spec.shareProcessNamespace: all containers share one PID namespace, so helper (uid 1000, as proxy) can signal proxy and whatever it has started, and end calls without a drain.`,
    ]);
  });

  it("is warned of errors in short, complete sentences, and of nothing where nothing is wrong", () => {
    expect(decide(deployment(short)).warnings).toEqual([
      expect.stringMatching(
        /^\[grace-covers-shutdown\] spec\.template\.spec\.terminationGracePeriodSeconds: .*SIGKILL\.$/,
      ),
    ]);
    expect(decide(deployment(good)).warnings).toEqual([]);
  });

  it("is not warned of advice, unless the configuration names the rule", () => {
    const served = podOf("spec: { containers: [{ name: app, image: app, ports: [{ containerPort: 80 }] }] }");
    const decision = decide(deployment(served));
    expect(decision.warnings).toEqual([]);
    expect(decision.auditAnnotations["audit"]).toMatch(
      /prestop-delay spec\.template\.spec\.containers\[0\]\.lifecycle/,
    );
    expect(decide(deployment(served), { rules: { "prestop-delay": "warn" } }).warnings).toHaveLength(1);
  });

  it("is warned of no more than the API server passes on (F15)", () => {
    const containers = Array.from({ length: 200 }, (_, index) => ({
      name: `container-${index}`,
      image: "app",
      lifecycle: { preStop: { exec: { command: ["sleep", "60"] } } },
    }));
    const { warnings } = decide(deployment({ spec: { containers } }));
    expect(warnings.join("").length).toBeLessThanOrEqual(4096);
    expect(warnings.at(-1)).toMatch(/^gracewarden found \d+ more/);
    for (const warning of warnings) expect(warning).toMatch(/^[^a-z]?.*[.]$/);
  });

  it("is warned in sentences that stay whole, however long what they quote", () => {
    const name = "x".repeat(5000);
    const containers = [{ name, image: "app", lifecycle: { preStop: { exec: { command: ["sleep", "60"] } } } }];
    for (const warning of decide(deployment({ spec: { containers } })).warnings)
      expect(warning.length).toBeLessThan(257);
  });

  it("of any kind is read", () => {
    const cron = {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "tools" },
      spec: { jobTemplate: { spec: { template: unsafe } } },
    };
    const rollout = { ...deployment(unsafe), apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
    for (const object of [cron, rollout]) expect(decide(object).warnings[0]).toMatch(/would refuse the pods/);
    expect(decide({ apiVersion: "v1", kind: "ConfigMap", data: {} })).toMatchObject({ allowed: true, warnings: [] });
  });
});

const update = (
  object: Json,
  oldObject: Json | undefined,
  more: Json = {},
  enforcement: Partial<EnforcementSettings> = {},
): ValidateDecision =>
  validate(requestOf(object, { operation: "UPDATE", oldObject: oldObject ?? null, ...more }), {
    ...settings,
    config: configOf(enforcement),
  });
const withImage = (image: string): Json => {
  const spec = unsafe["spec"] as Json;
  const [proxy, helper] = spec["containers"] as [Json, Json];
  return { ...unsafe, spec: { ...spec, containers: [{ ...proxy, image }, helper] } };
};

describe("an update", () => {
  it("that brings what is denied is denied: images are mutable", () => {
    expect(update(unsafe, withImage("app")).allowed).toBe(false);
    expect(update(unsafe, undefined).allowed).toBe(false);
  });

  it("of what a pod was before is only warned of: its finalizers must stay changeable", () => {
    const labelled = { ...unsafe, metadata: { ...(unsafe["metadata"] as Json), labels: { a: "b" }, finalizers: [] } };
    expect(update(labelled, unsafe)).toMatchObject({ allowed: true, warnings: [expect.stringMatching(shared)] });
  });

  it("that takes a waiver away is denied", () => {
    const waived = annotated(unsafe, { [`waive.gracewarden.io/${shared}`]: "known; owner=a; expires=2027-01-31" });
    expect(update(unsafe, waived, {}, { inlineWaivers: [shared] }).allowed).toBe(false);
  });

  it.each([
    ["as root is denied", { name: "debug", image: "busybox", targetContainerName: "proxy" }, false],
    [
      "of another uid without CAP_KILL passes",
      { name: "debug", image: "app", securityContext: { runAsUser: 2000, capabilities: { drop: ["ALL"] } } },
      true,
    ],
  ])("that debugs a proxy pod with a shared PID namespace %s", (_name, container, allowed) => {
    const pod = podOf(`
spec:
  shareProcessNamespace: true
  containers: [{ name: proxy, image: gracewarden-proxy, securityContext: { runAsUser: 1000 } }]
`);
    const debugged = { ...pod, spec: { ...(pod["spec"] as Json), ephemeralContainers: [container] } };
    const decision = update(debugged, pod, { subResource: "ephemeralcontainers" });
    expect(decision.allowed).toBe(allowed);
    expect(decision.denial ?? "").toMatch(allowed ? /^$/ : /debug/);
  });

  it.each([
    ["joins the proxy as root is denied", { image: "busybox", targetContainerName: "proxy" }, false],
    [
      "joins the proxy under the proxy's name is denied",
      { image: "evil.example/gracewarden-proxy", targetContainerName: "proxy" },
      false,
    ],
    ["joins it as another uid passes", { targetContainerName: "proxy", securityContext: { runAsUser: 2000 } }, true],
    ["joins another container passes", { image: "busybox", targetContainerName: "helper" }, true],
    ["joins nobody passes", { image: "busybox" }, true],
  ])("that puts in a debugger that %s", (_name, container, allowed) => {
    const apart = { ...unsafe, spec: { ...(unsafe["spec"] as Json), shareProcessNamespace: false } };
    const debugged = {
      ...apart,
      spec: { ...apart.spec, ephemeralContainers: [{ name: "debug", image: "app", ...container }] },
    };
    const decision = update(debugged, apart, { subResource: "ephemeralcontainers" });
    expect(decision.allowed).toBe(allowed);
    expect(decision.denial ?? "debug joins the PID namespace of proxy").toMatch(
      /debug (?:\(.*\) )?joins the PID namespace of proxy/,
    );
    // The next one is judged for itself.
    expect(update(debugged, debugged, { subResource: "ephemeralcontainers" }).allowed).toBe(true);
  });

  it("that adds one more who can signal the proxy is denied, though another could before", () => {
    const debugged = {
      ...unsafe,
      spec: { ...(unsafe["spec"] as Json), ephemeralContainers: [{ name: "debug", image: "busybox" }] },
    };
    expect(update(debugged, unsafe, { subResource: "ephemeralcontainers" }).allowed).toBe(false);
  });

  const kubelet = { username: "system:node:node-1", groups: ["system:nodes", "system:authenticated"] };
  it.each([
    ["by its kubelet is not denied: it runs already", kubelet, true],
    ["by anybody else is denied: the annotation alone proves nothing", { username: "me", groups: [] }, false],
    ["by one who only took a node's name is denied", { ...kubelet, groups: ["system:authenticated"] }, false],
    ["by nobody is denied", undefined, false],
  ])("of a mirror pod %s", (_name, userInfo, allowed) => {
    const mirror = annotated(unsafe, { "kubernetes.io/config.mirror": "x" });
    const decision = validate(requestOf(mirror, { userInfo }), settings);
    expect(decision.allowed).toBe(allowed);
    expect(decision.findings.map(({ finding }) => finding.rule)).toContain(shared);
  });
});

describe("a pod for Windows", () => {
  it("is not denied for sharing, which Windows does not know; no Linux node takes it", () => {
    const windows = { nodeSelector: { "kubernetes.io/os": "windows" } };
    expect(decide({ ...unsafe, spec: { ...(unsafe["spec"] as Json), ...windows } }).allowed).toBe(true);
    const linux = { nodeSelector: { "kubernetes.io/os": "linux" } };
    expect(decide({ ...unsafe, spec: { ...(unsafe["spec"] as Json), ...linux } }).allowed).toBe(false);
  });
});

describe("a rule that crashes", () => {
  const crashing = definePodRule({
    id: "faulty",
    title: "A rule that fails",
    category: "hook",
    severity: "error",
    why: "For this test.",
    cites: [],
    needs: "pod",
    check: () => {
      throw new Error("boom");
    },
    examples: [],
  });
  const faulty = (object: Json, enforcement: Partial<EnforcementSettings>): ValidateDecision =>
    decide(object, enforcement, { rules: [...rules, crashing] });

  it("denies where it is enforced as deny, and says so", () => {
    const decision = faulty(good, { rules: { faulty: "deny" } });
    expect(decision.denial).toMatch(/\[faulty\] The rule failed.*defect of gracewarden.*enforcement\.rules\.faulty/);
    expect(decision.auditAnnotations["crashed"]).toBe("faulty (deny)");
    expect(decision.crashes).toMatchObject([{ rule: "faulty", cause: new Error("boom"), enforcement: "deny" }]);
  });

  it.each(["warn", "audit"] as const)("admits where it is enforced as %s, and says so", (enforcement) => {
    const decision = faulty(good, { rules: { faulty: enforcement } });
    expect(decision).toMatchObject({ allowed: true, warnings: [expect.stringMatching(/^\[faulty\] The rule failed/)] });
  });

  it("admits a workload and a pod that waives it", () => {
    expect(faulty(deployment(good), { default: "deny" }).allowed).toBe(true);
    const waived = annotated(good, { "waive.gracewarden.io/faulty": "known; owner=a; expires=2027-01-31" });
    expect(faulty(waived, { rules: { faulty: "deny" } }).allowed).toBe(false);
    expect(faulty(waived, { rules: { faulty: "deny" }, inlineWaivers: ["faulty"] }).allowed).toBe(true);
  });

  it("leaves the others' verdicts standing", () => {
    expect(faulty(unsafe, {}).denial).toMatch(shared);
  });

  it("with everything else denies the pod that it cannot read", () => {
    const unreadable = {
      ...settings,
      now: new Proxy(new Date(), {
        get: () => {
          throw new Error("no time");
        },
      }),
    };
    expect(validate(requestOf(unsafe), unreadable)).toMatchObject({ allowed: false });
    expect(validate(requestOf(deployment(unsafe)), unreadable)).toMatchObject({ allowed: true });
  });
});

describe("the audit log", () => {
  it("is told rules and places, and what was not judged", () => {
    expect(decide(unsaid).auditAnnotations).toMatchObject({
      undetermined: "grace-covers-shutdown spec.terminationGracePeriodSeconds",
      "not-evaluated": rules.flatMap(({ id, needs }) => (needs === "set" ? [id] : [])).join("; "),
    });
    expect(decide(unsafe).notEvaluated).toContain("pdb-allows-one");
  });

  it("is told nothing of an object's values", () => {
    const secret = podOf(`
spec:
  hostPID: true
  containers:
    - { name: proxy, image: gracewarden-proxy, env: [{ name: A, value: hunter2 }], command: [sh, -c, "kill 1 hunter2"] }
`);
    expect(JSON.stringify(decide(secret).auditAnnotations)).not.toContain("hunter2");
  });

  it("gets no more than it has room for", () => {
    const containers = Array.from({ length: 500 }, (_, index) => ({
      name: `container-${index}`,
      image: "app",
      lifecycle: { preStop: { exec: { command: ["sleep", "60"] } } },
    }));
    const { auditAnnotations } = decide(podOf(`spec: { containers: ${JSON.stringify(containers)} }`));
    expect(auditAnnotations["warn"]?.length).toBeLessThanOrEqual(4200);
    expect(auditAnnotations["warn"]).toMatch(/; and \d+ more$/);
  });
});
