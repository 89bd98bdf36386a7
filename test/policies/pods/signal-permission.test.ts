import { describe, expect, it } from "vitest";
import { findPods } from "../../../policies/pods/find.ts";
import type { KubernetesObject } from "../../../policies/pods/object.ts";
import type { Pod } from "../../../policies/pods/pod.ts";
import { readPod } from "../../../policies/pods/read-pod.ts";
import { debuggerPowers, describePower, signalPowers } from "../../../policies/pods/signal-permission.ts";

function podOf(spec: Record<string, unknown>): Pod {
  const object: KubernetesObject = {
    apiVersion: "v1",
    kind: "Pod",
    namespace: undefined,
    name: "pod",
    labels: {},
    annotations: {},
    value: { spec: { shareProcessNamespace: true, ...spec } },
    file: undefined,
  };
  const [place] = findPods(object);
  if (place === undefined) throw new Error("no pod");
  return readPod(object, place).pod;
}

interface Security {
  readonly runAsUser?: number;
  readonly runAsNonRoot?: boolean;
  readonly privileged?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

/** By which ground a sibling may signal the application. */
function groundOver(
  sibling: Security,
  app: Security,
  { image = "sibling", pod = {} }: { readonly image?: string; readonly pod?: Security } = {},
): string {
  const powers = signalPowers(
    podOf({
      securityContext: pod,
      containers: [
        { name: "sibling", image, securityContext: sibling },
        { name: "app", image: "app", securityContext: app },
      ],
    }),
  );
  return powers.find(({ from }) => from.name === "sibling")?.ground ?? "none";
}

const drop = { capabilities: { drop: ["ALL"] } };

describe("who may signal whom in a shared PID namespace", () => {
  it.each<[string, Security, Security, string]>([
    ["the same uid", { runAsUser: 1000 }, { runAsUser: 1000 }, "same-uid"],
    ["another uid", { runAsUser: 1001 }, { runAsUser: 1000 }, "none"],
    ["root, with the runtime's capabilities", { runAsUser: 0 }, { runAsUser: 1000 }, "root"],
    ["root without any capability", { runAsUser: 0, ...drop }, { runAsUser: 1000 }, "none"],
    ["root without CAP_KILL", { runAsUser: 0, capabilities: { drop: ["CAP_KILL"] } }, { runAsUser: 1000 }, "none"],
    ["root without capabilities, over root", { runAsUser: 0, ...drop }, { runAsUser: 0 }, "same-uid"],
    [
      "CAP_KILL added",
      { runAsUser: 1001, capabilities: { drop: ["ALL"], add: ["KILL"] } },
      { runAsUser: 1000 },
      "cap-kill",
    ],
    ["all capabilities added", { runAsUser: 1001, capabilities: { add: ["ALL"] } }, { runAsUser: 1000 }, "cap-kill"],
    [
      "all capabilities but CAP_KILL",
      { runAsUser: 1001, capabilities: { add: ["ALL"], drop: ["KILL"] } },
      { runAsUser: 1000 },
      "none",
    ],
    ["privileged, with another uid", { runAsUser: 1001, privileged: true }, { runAsUser: 1000 }, "privileged"],
    ["no uid on either side", {}, {}, "unknown-uid"],
    ["no uid on one side", drop, { runAsUser: 1000 }, "unknown-uid"],
    ["no uid on the other side", { runAsUser: 1000 }, {}, "unknown-uid"],
    ["surely not root, over root", { runAsNonRoot: true }, { runAsUser: 0 }, "none"],
    [
      "root without capabilities, over what is surely not root",
      { runAsUser: 0, ...drop },
      { runAsNonRoot: true },
      "none",
    ],
    ["surely not root on either side", { runAsNonRoot: true }, { runAsNonRoot: true }, "unknown-uid"],
  ])("%s", (_name, sibling, app, ground) => {
    expect(groundOver(sibling, app)).toBe(ground);
  });

  it("takes the pod's uid where a container says none", () => {
    expect(groundOver({}, {}, { pod: { runAsUser: 1000 } })).toBe("same-uid");
    expect(groundOver({ runAsUser: 1001 }, {}, { pod: { runAsUser: 1000 } })).toBe("none");
  });

  it("counts a debug image without uid as root", () => {
    expect(groundOver({}, { runAsUser: 1000 }, { image: "docker.io/nicolaka/netshoot:v0.13" })).toBe("debug-image");
    expect(groundOver(drop, { runAsUser: 1000 }, { image: "busybox" })).toBe("unknown-uid");
    expect(groundOver({ runAsUser: 1001 }, { runAsUser: 1000 }, { image: "busybox" })).toBe("none");
  });

  it("leaves out init containers, counts sidecars and ephemeral containers", () => {
    const powers = signalPowers(
      podOf({
        initContainers: [
          { name: "prepare", image: "prepare" },
          { name: "sidecar", image: "sidecar", restartPolicy: "Always", securityContext: { runAsUser: 2 } },
        ],
        containers: [{ name: "app", image: "app", securityContext: { runAsUser: 1 } }],
        ephemeralContainers: [{ name: "debug", image: "debug", securityContext: { runAsUser: 0 } }],
      }),
    );
    expect(powers.map(({ from, to }) => `${from.name} -> ${to.name}`)).toEqual(["debug -> app"]);
    expect(powers.flatMap(({ targets }) => targets.flat().map(({ name }) => name))).toEqual([
      "sidecar",
      "app",
      "debug",
    ]);
  });

  it("reaches in a crowd whom each reaches alone", () => {
    const securities: Security[] = [
      {},
      drop,
      { runAsNonRoot: true },
      { runAsUser: 0 },
      { runAsUser: 0, ...drop },
      { runAsUser: 1, ...drop },
      { runAsUser: 2, capabilities: { add: ["KILL"] } },
      { runAsUser: 1 },
    ];
    const powers = signalPowers(
      podOf({
        containers: securities.map((securityContext, index) => ({ name: `c${index}`, image: "a", securityContext })),
      }),
    );
    for (const [sender, from] of securities.entries()) {
      const reached = securities.flatMap((to, index) =>
        index !== sender && groundOver(from, to) !== "none" ? [`c${index}`] : [],
      );
      const power = powers.find((one) => one.from.name === `c${sender}`);
      const names = (power?.targets ?? []).flat().map(({ name }) => name);
      expect(names.filter((name) => name !== `c${sender}`).toSorted()).toEqual(reached);
      expect(power?.to.name).toBe(reached.at(-1));
    }
  });

  it("makes no pair of thousands of containers", () => {
    const containers = Array.from({ length: 5000 }, (_, index) => ({ name: `c${index}`, image: "a" }));
    const powers = signalPowers(podOf({ containers }));
    expect(powers).toHaveLength(5000);
    expect(new Set(powers.flatMap(({ targets }) => targets)).size).toBe(1);
  });

  it("finds nobody without sharing, and on Windows", () => {
    const containers = [
      { name: "a", image: "a" },
      { name: "b", image: "b" },
    ];
    expect(signalPowers(podOf({ shareProcessNamespace: false, containers }))).toEqual([]);
    expect(signalPowers(podOf({ os: { name: "windows" }, containers }))).toEqual([]);
    expect(signalPowers(podOf({ containers }))).toHaveLength(2);
  });

  it("knows the native sidecars that an init container runs beside", () => {
    const pod = podOf({
      initContainers: [
        { name: "before", image: "a" },
        { name: "mesh", image: "mesh", restartPolicy: "Always", securityContext: { runAsUser: 1 } },
        { name: "root", image: "a", securityContext: { runAsUser: 0 } },
        { name: "other", image: "a", securityContext: { runAsUser: 2 } },
      ],
      containers: [{ name: "app", image: "app", securityContext: { runAsUser: 3 } }],
    });
    expect(signalPowers(pod).map((power) => `${describePower(pod, power)} ${power.to.name}`)).toEqual([
      "root (root with CAP_KILL, an init container that starts after mesh) mesh",
    ]);
  });

  it("knows whom a debugger joins", () => {
    const securityContext = { runAsUser: 1000 };
    const pod = podOf({
      shareProcessNamespace: false,
      containers: [
        { name: "app", image: "app", securityContext },
        { name: "root", image: "app", securityContext: { runAsUser: 0 } },
      ],
      ephemeralContainers: [
        { name: "same", image: "a", targetContainerName: "app", securityContext },
        { name: "any", image: "a", targetContainerName: "app" },
        { name: "other", image: "a", targetContainerName: "app", securityContext: { runAsUser: 1001 } },
        { name: "nobody", image: "a", targetContainerName: "gone", securityContext },
        { name: "apart", image: "a", securityContext },
      ],
    });
    expect(debuggerPowers(pod).map(({ from, to, ground }) => `${from.name} ${to.name} ${ground}`)).toEqual([
      "same app same-uid",
      "any app unknown-uid",
    ]);
    expect(signalPowers(pod)).toEqual([]);
  });

  it("names the sender and the ground", () => {
    const pod = podOf({
      containers: [
        { name: "logger", image: "logger", securityContext: { runAsUser: 1000 } },
        { name: "app", image: "app" },
      ],
    });
    expect(signalPowers(pod).map((power) => describePower(pod, power))).toEqual([
      "logger (uid 1000, while app has no runAsUser)",
      "app (no runAsUser, so perhaps the same uid)",
    ]);
  });
});
