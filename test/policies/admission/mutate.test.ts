import { describe, expect, it } from "vitest";
import { applyPatch } from "../../../policies/admission/json-patch.ts";
import { mutate } from "../../../policies/admission/mutate.ts";
import { defaultConfig } from "../../../policies/config.ts";
import { definePodRule } from "../../../policies/rule.ts";
import { mutated, podOf, requestOf, settings, type Json } from "./review-of.ts";

const proxyPod = podOf(`
spec:
  containers:
    - { name: proxy, image: "registry.example/gracewarden-proxy:1", ports: [{ containerPort: 8080 }] }
`);
const optedIn = (spec: string, labels = `gracewarden.io/inject: "true"`): Json =>
  podOf(`{ metadata: { labels: { ${labels} } }, spec: ${spec} }`);
const app = "{ containers: [{ name: app, image: app }] }";

const specOf = (pod: Json): { containers: Json[]; terminationGracePeriodSeconds: number } => pod["spec"] as never;
const noted = (pod: Json): unknown =>
  JSON.parse(((pod["metadata"] as Json)["annotations"] as Record<string, string>)["gracewarden.io/injected"] ?? "null");

describe("a pod that runs the proxy", () => {
  const { decision, pod } = mutated(proxyPod, { preStopToken: () => "s3cret" });

  it("gets the proxy's own hook with its token, and is told its budget", () => {
    expect(specOf(pod).containers[0]).toMatchObject({
      lifecycle: {
        preStop: {
          httpGet: { path: "/prestop", port: 8081, httpHeaders: [{ name: "Authorization", value: "Bearer s3cret" }] },
        },
      },
      env: [
        { name: "GRACEWARDEN_GRACE_SECONDS", value: "30" },
        { name: "GRACEWARDEN_PRESTOP_SECONDS", value: "5" },
        { name: "GRACEWARDEN_PRESTOP_TOKEN", value: "s3cret" },
      ],
    });
  });

  it("says what and why, but not the token, in its annotation", () => {
    expect(noted(pod)).toEqual({
      rules: ["prestop-delay"],
      hooks: { proxy: "httpGet /prestop" },
      env: { proxy: ["GRACEWARDEN_GRACE_SECONDS", "GRACEWARDEN_PRESTOP_SECONDS", "GRACEWARDEN_PRESTOP_TOKEN"] },
    });
    expect(JSON.stringify([pod["metadata"], decision.warnings, decision.auditAnnotations])).not.toContain("s3cret");
    expect(decision.auditAnnotations).toEqual({ outcome: "patched", rules: "prestop-delay" });
  });

  it("gets no header where no token is set", () => {
    expect(JSON.stringify(mutated(proxyPod).pod)).not.toMatch(/httpHeaders|PRESTOP_TOKEN/);
  });

  it("gets a sleep where its admin port is bound to loopback", () => {
    const { pod: bound } = mutated(
      podOf(`{ spec: { containers: [{ name: proxy, image: gracewarden-proxy, args: [--host, "127.0.0.1"] }] } }`),
    );
    expect(specOf(bound).containers[0]?.["lifecycle"]).toEqual({ preStop: { sleep: { seconds: 5 } } });
    expect(specOf(bound).containers[0]?.["env"]).toContainEqual({ name: "GRACEWARDEN_PRESTOP_SECONDS", value: "5" });
  });

  it.each([
    ["a flag", `image: gracewarden-proxy, args: [--admin-port, "9000"]`, 9000],
    [
      "a flag, over the environment",
      `image: gracewarden-proxy, args: [--admin-port=9000], env: [{ name: GRACEWARDEN_ADMIN_LISTEN, value: "0.0.0.0:9001" }]`,
      9000,
    ],
    [
      "the environment, whatever flags the server behind it has",
      `image: x, command: [tini, --, gracewarden-proxy, --, npx, server, --admin-port, "1"], env: [{ name: GRACEWARDEN_ADMIN_LISTEN, value: "0.0.0.0:9001" }]`,
      9001,
    ],
  ])("is asked where it listens: by %s", (_name, container, port) => {
    const { pod: hooked } = mutated(podOf(`{ spec: { containers: [{ name: proxy, ${container} }] } }`));
    expect(specOf(hooked).containers[0]?.["lifecycle"]).toMatchObject({ preStop: { httpGet: { port } } });
  });

  it.each(["0.0.0.0:99999", "0.0.0.0:0"])("gets a sleep where its admin port is none: %s", (listen) => {
    const env = `[{ name: GRACEWARDEN_ADMIN_LISTEN, value: "${listen}" }]`;
    const { pod: odd } = mutated(
      podOf(`{ spec: { containers: [{ name: proxy, image: gracewarden-proxy, env: ${env} }] } }`),
    );
    expect(specOf(odd).containers[0]?.["lifecycle"]).toEqual({ preStop: { sleep: { seconds: 5 } } });
  });

  it("tells the audit log only of the rules of this call, whatever its annotation says", () => {
    const faked = { ...proxyPod, metadata: { annotations: { "gracewarden.io/injected": '{"rules":["s3cret"]}' } } };
    expect(mutated(faked).decision.auditAnnotations).toEqual({ outcome: "patched", rules: "prestop-delay" });
  });

  it.each([
    ["no ports and a sibling with some", "{ name: app, image: app, ports: [{ containerPort: 80 }] }"],
    ["a sibling with a hook", "{ name: app, image: app, lifecycle: { preStop: { exec: { command: [/app/stop] } } } }"],
  ])("gets it beside %s as well", (_name, sibling) => {
    const { pod: both } = mutated(
      podOf(`{ spec: { containers: [${sibling}, { name: proxy, image: gracewarden-proxy }] } }`),
    );
    expect(specOf(both).containers[1]?.["lifecycle"]).toEqual({
      preStop: { httpGet: { path: "/prestop", port: 8081 } },
    });
  });

  it("is told a longer grace period that it needs, and has it", () => {
    const { pod: long } = mutated(
      podOf(`
spec:
  containers:
    - name: proxy
      image: gracewarden-proxy
      env: [{ name: GRACEWARDEN_DRAIN_SECONDS, value: "60" }]
`),
    );
    expect(specOf(long).terminationGracePeriodSeconds).toBe(72);
    expect(specOf(long).containers[0]?.["env"]).toContainEqual({ name: "GRACEWARDEN_GRACE_SECONDS", value: "72" });
    expect(noted(long)).toMatchObject({ grace: { from: 30, to: 72 } });
  });

  it("keeps what its author wrote, and says what does not fit", () => {
    const { pod: own, decision: said } = mutated(
      podOf(`
spec:
  containers:
    - name: proxy
      image: gracewarden-proxy
      lifecycle: { preStop: { sleep: { seconds: 7 } } }
      env: [{ name: GRACEWARDEN_GRACE_SECONDS, value: "25" }]
`),
      { preStopToken: () => "s3cret" },
    );
    expect(specOf(own).containers[0]).toMatchObject({
      lifecycle: { preStop: { sleep: { seconds: 7 } } },
      env: [
        { name: "GRACEWARDEN_GRACE_SECONDS", value: "25" },
        { name: "GRACEWARDEN_PRESTOP_SECONDS", value: "7" },
      ],
    });
    expect(said.warnings).toEqual([
      `GRACEWARDEN_GRACE_SECONDS of proxy is "25", though 30 would be right; it is left as it is.`,
    ]);
  });

  it("warns of no more than the API server passes on, and quotes no long value (F15)", () => {
    const env = `[{ name: GRACEWARDEN_GRACE_SECONDS, value: "${"9".repeat(500)}" }]`;
    const container = (index: number) => `    - { name: proxy-${index}, image: gracewarden-proxy, env: ${env} }`;
    const { decision: said } = mutated(
      podOf(`spec:\n  containers:\n${Array.from({ length: 200 }, (_, i) => container(i)).join("\n")}`),
    );
    expect(said.warnings.join("").length).toBeLessThanOrEqual(4096);
    expect(said.warnings[0]).toMatch(
      /^GRACEWARDEN_GRACE_SECONDS of proxy-0 is "9+…", though \d+ would be right; it is left as it is\.$/,
    );
    expect(said.warnings.at(-1)).toMatch(/^gracewarden found \d+ more/);
  });

  it.each([
    ["its author's own token", `{ name: GRACEWARDEN_PRESTOP_TOKEN, value: own }`, "Bearer own", []],
    [
      "no token that only the cluster knows",
      `{ name: GRACEWARDEN_PRESTOP_TOKEN, valueFrom: { secretKeyRef: { name: s, key: k } } }`,
      undefined,
      ["The preStop hook of proxy has no token: only the cluster knows its GRACEWARDEN_PRESTOP_TOKEN."],
    ],
  ])("is asked with %s", (_name, variable, header, warnings) => {
    const { pod: own, decision: said } = mutated(
      podOf(`{ spec: { containers: [{ name: proxy, image: gracewarden-proxy, env: [${variable}] }] } }`),
      { preStopToken: () => "s3cret" },
    );
    expect(JSON.stringify(own).match(/Bearer \w+/)?.[0]).toBe(header);
    expect(JSON.stringify(own)).not.toContain("s3cret");
    expect(said.warnings).toEqual(warnings);
  });
});

describe("a pod that is opted in", () => {
  it("gets a delay, and the grace period for it", () => {
    const { pod } = mutated({
      ...optedIn(app),
      metadata: {
        labels: { "gracewarden.io/inject": "true" },
        annotations: { "gracewarden.io/drain-seconds": "40" },
      },
    });
    expect(specOf(pod)).toMatchObject({
      terminationGracePeriodSeconds: 46,
      containers: [{ name: "app", lifecycle: { preStop: { sleep: { seconds: 5 } } } }],
    });
    expect(noted(pod)).toEqual({
      rules: ["grace-covers-shutdown", "prestop-delay"],
      grace: { from: 30, to: 46 },
      hooks: { app: "sleep 5" },
    });
  });

  it("by its namespace gets the same", () => {
    expect(mutated(podOf(`spec: ${app}`), { namespaceOptedIn: true }).decision.outcome).toBe("patched");
  });

  it("gets no delay where the rule is off, waived, or its author declines", () => {
    const hook = (changed: object, pod = optedIn(app)): unknown =>
      specOf(mutated(pod, changed).pod).containers[0]?.["lifecycle"];
    expect(hook({ config: { ...defaultConfig, rules: { "prestop-delay": { severity: "off" } } } })).toBeUndefined();
    const waiver = "waive.gracewarden.io/prestop-delay";
    const waived = {
      ...optedIn(app),
      metadata: {
        labels: { "gracewarden.io/inject": "true" },
        annotations: { [waiver]: "tried; owner=a; expires=2027-01-31" },
      },
    };
    expect(hook({}, waived)).toBeUndefined();
    expect(hook({ now: new Date("2027-02-01") }, waived)).toBeDefined();
    const strict = { ...defaultConfig, enforcement: { ...defaultConfig.enforcement, inlineWaivers: false } };
    expect(hook({ config: strict }, waived)).toBeDefined();
    const denied = { ...defaultConfig.enforcement, rules: { "prestop-delay": "deny" as const } };
    expect(hook({ config: { ...defaultConfig, enforcement: denied } }, waived)).toBeDefined();
    const declined = "{ containers: [{ name: app, image: app, lifecycle: { preStop: { sleep: { seconds: 0 } } } }] }";
    expect(mutated(optedIn(declined)).decision.outcome).toBe("unchanged");
  });

  it("is left alone with a warning where the kubelets cannot sleep", () => {
    const config = { ...defaultConfig, kubernetes: { oldestMinor: 29 } };
    const { decision } = mutated(optedIn(app), { config });
    expect(decision.outcome).toBe("unchanged");
    expect(decision.warnings.join()).toMatch(/^\[prestop-delay\] spec\.containers\[0\]\.lifecycle: .*\.$/);
  });

  it("gets no grace period above the limit, and no delay that would need one", () => {
    const slow = {
      ...optedIn(app),
      metadata: { labels: { "gracewarden.io/inject": "true" }, annotations: { "gracewarden.io/drain-seconds": "900" } },
    };
    expect(mutated(slow).decision).toMatchObject({
      outcome: "unchanged",
      warnings: [expect.stringMatching(/SIGTERM/)],
    });
  });

  it("never gets a sleep above its grace period (B6)", () => {
    const { pod } = mutated(optedIn("{ terminationGracePeriodSeconds: 1, containers: [{ name: app, image: app }] }"), {
      config: { ...defaultConfig, budget: { ...defaultConfig.budget, delaySeconds: 20 } },
    });
    expect(specOf(pod).terminationGracePeriodSeconds).toBeGreaterThanOrEqual(20);
  });
});

describe("a pod is skipped", () => {
  const job = { ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "import", controller: true }] };
  const proxy = "{ name: proxy, image: gracewarden-proxy }";
  it.each<[string, unknown, string]>([
    ["neither proxy nor opted in", podOf(`spec: ${app}`), "not-in-scope"],
    [
      "with the proxy, but opted out",
      optedIn(`{ containers: [${proxy}] }`, `gracewarden.io/inject: "false"`),
      "opted-out",
    ],
    [
      "of a static pod",
      { ...proxyPod, metadata: { annotations: { "kubernetes.io/config.mirror": "" } } },
      "mirror-pod",
    ],
    ["on Windows", optedIn("{ os: { name: windows }, containers: [{ name: app, image: app }] }"), "windows"],
    ["of a Job", { ...proxyPod, metadata: job }, "job"],
    ["that runs once", optedIn("{ restartPolicy: Never, containers: [{ name: app, image: app }] }"), "job"],
    [
      "whose proxy is a native sidecar",
      podOf(
        `spec: { initContainers: [{ name: proxy, image: gracewarden-proxy, restartPolicy: Always }], containers: [{ name: app, image: app }] }`,
      ),
      "proxy-is-sidecar",
    ],
    ["without containers", optedIn("{ containers: [] }"), "unreadable"],
    [
      "with a field of the wrong type",
      optedIn(`{ terminationGracePeriodSeconds: "30", containers: [${proxy}] }`),
      "unreadable",
    ],
    [
      "in a Deployment",
      { apiVersion: "apps/v1", kind: "Deployment", spec: { template: proxyPod } },
      "not-a-pod-creation",
    ],
  ])("%s", (_name, object, reason) => {
    expect(mutated(object).decision).toMatchObject({ outcome: "skipped", reason, warnings: [] });
  });

  it("once it runs", () => {
    expect(mutate(requestOf(proxyPod, { operation: "UPDATE" }), settings)).toMatchObject({
      reason: "not-a-pod-creation",
    });
  });
});

const faulty = (check: () => Iterable<never>): (typeof settings)["rules"] => [
  ...settings.rules,
  definePodRule({
    id: "faulty",
    title: "A rule that fails",
    category: "hook",
    severity: "error",
    why: "For this test.",
    cites: [],
    needs: "pod",
    check,
    examples: [],
  }),
];

const alwaysFixes = (at: (string | number)[], value: () => unknown): (typeof settings)["rules"] =>
  faulty(function* () {
    const edits = [{ op: "set", at, value: value() }];
    yield { at, message: "not right yet, whatever it is", fix: { title: "Set it", safe: true, edits } } as never;
  });

describe("a pod is admitted as it is, with a warning, when", () => {
  it("a rule crashes", () => {
    const rules = faulty(() => {
      throw new Error("boom");
    });
    expect(mutated(proxyPod, { rules }).decision).toMatchObject({
      outcome: "failed",
      reason: "rule-crash",
      rule: "faulty",
      cause: new Error("boom"),
      warnings: [expect.stringMatching(/rule faulty failed.*admitted unchanged/)],
      auditAnnotations: { outcome: "failed: rule-crash (faulty)" },
    });
  });

  it("rules never agree", () => {
    let value = 0;
    const rules = alwaysFixes(["spec", "priority"], () => value++);
    expect(mutated(proxyPod, { rules }).decision).toMatchObject({
      outcome: "failed",
      reason: "no-fixpoint",
      rule: "faulty",
    });
  });

  it("a fix would write what Kubernetes cannot read", () => {
    const config = { ...defaultConfig, budget: { ...defaultConfig.budget, delaySeconds: 2.5 } };
    expect(mutated(optedIn(app), { config }).decision).toMatchObject({ outcome: "failed", reason: "unsafe-patch" });
  });

  it("its annotations would outgrow what the API server takes", () => {
    const full = { ...proxyPod, metadata: { annotations: { a: "x".repeat(256 * 1024 - 10) } } };
    expect(mutated(full).decision).toMatchObject({ outcome: "failed", reason: "unsafe-patch" });
  });

  it("anything else goes wrong", () => {
    const config = new Proxy(defaultConfig, {
      get: () => {
        throw new Error("no configuration");
      },
    });
    expect(mutated(proxyPod, { config }).decision).toMatchObject({ outcome: "failed", reason: "internal-error" });
  });
});

const inSpec = (pod: Json, change: (containers: Json[]) => Json[], key = "containers"): Json => ({
  ...pod,
  spec: { ...specOf(pod), [key]: change(((pod["spec"] as Json)[key] as Json[] | undefined) ?? []) },
});

describe("a second call", () => {
  const envoy = { name: "istio-proxy", image: "docker.io/istio/proxyv2:1.27.0" };
  const linkerd = {
    name: "linkerd-proxy",
    image: "cr.l5d.io/linkerd/proxy:edge-26.1.1",
    lifecycle: { postStart: { exec: { command: ["/usr/lib/linkerd/linkerd-await"] } } },
  };
  const hooked = { ...envoy, lifecycle: { preStop: { exec: { command: ["pilot-agent", "drain"] } } } };
  const native = { ...envoy, restartPolicy: "Always" };

  it("changes nothing", () => {
    for (const first of [proxyPod, optedIn(app)]) {
      const { pod } = mutated(first, { preStopToken: () => "s3cret" });
      expect(mutated(pod, { preStopToken: () => "s3cret" }).decision).toMatchObject({ outcome: "unchanged" });
    }
  });

  it.each<[string, (pod: Json) => Json]>([
    ["a mesh proxy comes last", (pod) => inSpec(pod, (all) => [...all, envoy])],
    ["a mesh proxy comes first", (pod) => inSpec(pod, (all) => [envoy, ...all])],
    ["one with a start hook comes first", (pod) => inSpec(pod, (all) => [linkerd, ...all])],
    ["one with its own hook comes first", (pod) => inSpec(pod, (all) => [hooked, ...all])],
    ["a native sidecar comes", (pod) => inSpec(pod, () => [native], "initContainers")],
    [
      "containers are turned round",
      (pod) =>
        inSpec(
          inSpec(pod, (all) => [...all, envoy]),
          (all) => all.toReversed(),
        ),
    ],
  ])("ends alike whether %s before or after", (_name, injectOther) => {
    for (const received of [proxyPod, optedIn(app)]) {
      const before = mutated(injectOther(received));
      const after = mutated(injectOther(mutated(received).pod));
      expect(after.pod["spec"]).toEqual(before.pod["spec"]);
      expect(mutated(after.pod).decision.outcome).toBe("unchanged");
    }
  });

  it("leaves another injector's hook as it is", () => {
    const { pod } = mutated(inSpec(proxyPod, (all) => [hooked, ...all]));
    expect(specOf(pod).containers[0]).toEqual(hooked);
  });

  it("corrects the variables that the first has set, and no others", () => {
    const { pod } = mutated(proxyPod);
    const longer = { ...pod, spec: { ...specOf(pod), terminationGracePeriodSeconds: 90 } };
    const { pod: again, decision } = mutated(longer);
    expect(decision).toMatchObject({
      patch: [{ op: "replace", path: "/spec/containers/0/env/0/value", value: "90" }],
    });
    expect(noted(again)).toEqual(noted(pod));
  });

  it.each(["{", "null", "[]", `{"env":{"proxy":"all"},"rules":7,"grace":{}}`, `{"__proto__":{"env":1}}`])(
    "is not confused by an annotation that says %s",
    (text) => {
      const forged = { ...proxyPod, metadata: { annotations: { "gracewarden.io/injected": text } } };
      expect(noted(mutated(forged).pod)).toEqual(noted(mutated(proxyPod).pod));
    },
  );
});

it("patches 500 containers", () => {
  const many = Array.from(
    { length: 500 },
    (_, index) => `{ name: c${index}, image: app, ports: [{ containerPort: 80 }] }`,
  );
  const received = optedIn(`{ containers: [${many.join(", ")}] }`);
  const decision = mutate(requestOf(received), settings);
  expect(decision.outcome).toBe("patched");
  const pod = applyPatch(received, decision.outcome === "patched" ? decision.patch : []) as Json;
  expect(specOf(pod).containers.every(({ lifecycle }) => lifecycle !== undefined)).toBe(true);
});
