import { describe, expect, it } from "vitest";
import { formatPath } from "../../../policies/path.ts";
import type { Process } from "../../../policies/pods/process.ts";
import { documentedServing, drainOf, servesAfterSigterm } from "../../../policies/shutdown/drain.ts";
import { formatSeconds } from "../../../policies/shutdown/interval.ts";
import type { Term } from "../../../policies/shutdown/term.ts";
import { podWith, type Written } from "./drain-pod.ts";

function drain(written: Written, hookTells = false): Term {
  const { pod, container } = podWith(written);
  return drainOf(container, pod, { hookTells });
}

describe("how long a container's program needs", () => {
  it("is unknown where nobody says", () => {
    expect(drain({ container: { image: "shop:1" } })).toEqual({
      term: "drain",
      seconds: { min: 0, max: Infinity },
      known: false,
      origin: { kind: "unknown", text: "nothing says how long app needs; set gracewarden.io/drain-seconds" },
    });
  });

  it("asks a sidecar for the annotation with its name", () => {
    const { origin } = drain({ role: "sidecar", container: { name: "log" } });
    expect(origin.text).toBe("nothing says how long log needs; set gracewarden.io/drain-seconds.log");
  });

  it("is what the annotation says", () => {
    expect(drain({ annotations: { "gracewarden.io/drain-seconds": "20" } })).toEqual({
      term: "drain",
      seconds: { min: 20, max: 20 },
      known: true,
      origin: {
        kind: "annotation",
        text: "annotation gracewarden.io/drain-seconds",
        at: ["metadata", "annotations", "gracewarden.io/drain-seconds"],
      },
    });
  });

  it("prefers the annotation for this container", () => {
    const annotations = { "gracewarden.io/drain-seconds": "20", "gracewarden.io/drain-seconds.app": "2.5" };
    expect(drain({ annotations }).seconds).toEqual({ min: 2.5, max: 2.5 });
  });

  it.each(["", "20s", "-1", "soon", "Infinity", "1e3"])("does not guess at an annotation of %j", (value) => {
    const { known, seconds, origin } = drain({ annotations: { "gracewarden.io/drain-seconds": value } });
    expect({ known, seconds }).toEqual({ known: false, seconds: { min: 0, max: Infinity } });
    expect(origin.text).toContain("is no number of seconds");
    expect(formatPath(origin.at ?? [])).toBe('metadata.annotations["gracewarden.io/drain-seconds"]');
  });

  it("does not give the plain annotation to a sidecar", () => {
    const annotations = { "gracewarden.io/drain-seconds": "20" };
    expect(drain({ role: "sidecar", annotations }).known).toBe(false);
    expect(drain({ role: "sidecar", annotations: { "gracewarden.io/drain-seconds.app": "3" } }).seconds.max).toBe(3);
  });

  it("is endless where the signal is lost", () => {
    const lost = { command: ["sh", "-c", "gunicorn shop"] };
    const { seconds, known, origin } = drain({
      container: lost,
      process: { first: "shell", signal: "lost", program: "gunicorn", why: "`sh -c` keeps the shell as first process" },
    });
    expect({ known, text: origin.text, seconds: formatSeconds(seconds) }).toEqual({
      known: true,
      text: "`sh -c` keeps the shell as first process",
      seconds: "forever",
    });
  });

  it("is nothing where the program is cut with its parent", () => {
    const { seconds, known, origin } = drain({ process: { signal: "cut", why: "npm ends before its child" } });
    expect({ seconds, known }).toEqual({ seconds: { min: 0, max: 0 }, known: true });
    expect(origin.text).toBe("the program is cut at once: npm ends before its child");
  });

  it("is for ever where the signal does not arrive, whatever an annotation says", () => {
    const annotations = { "gracewarden.io/drain-seconds": "7" };
    expect(drain({ annotations, process: { signal: "lost" } }).seconds.min).toBe(Infinity);
  });

  it.each<[Partial<Process>, seconds: string, known: boolean]>([
    [{ signal: "unknown", ifDash: "lost" }, "at least 7 s", false],
    [{ signal: "unknown", ifDash: "cut" }, "0 to 7 s", true],
    [{ signal: "cut", ifDash: "lost" }, "at least 0 s", false],
  ])("reaches from what dash makes of the signal to what other shells do: %j", (process, seconds, known) => {
    const found = drain({ annotations: { "gracewarden.io/drain-seconds": "7" }, process });
    expect({ seconds: formatSeconds(found.seconds), known: found.known }).toEqual({ seconds, known });
  });
});

describe("who serves on after SIGTERM", () => {
  const serves = "gracewarden.io/serves-after-sigterm-seconds";

  it("is a pod that says so", () => {
    const { pod, container } = podWith({ annotations: { [serves]: "5" } });
    expect(servesAfterSigterm(pod)?.seconds).toEqual({ min: 5, max: 5 });
    expect(servesAfterSigterm(pod, container)?.origin.kind).toBe("annotation");
  });

  it("is our proxy, for its propagation window", () => {
    const { pod } = podWith({ isProxy: true });
    expect(servesAfterSigterm(pod)?.seconds).toEqual({ min: 5, max: 5 });
    const env = [{ name: "GRACEWARDEN_PROPAGATION_SECONDS", value: "8" }];
    const slow = servesAfterSigterm(podWith({ isProxy: true, container: { env } }).pod);
    expect(slow?.seconds.max).toBe(8);
    expect(formatPath(slow?.origin.at ?? [])).toBe("spec.containers[0].env[0].value");
  });

  it("is nobody else", () => {
    const { pod, container } = podWith({});
    expect(servesAfterSigterm(pod)).toBeUndefined();
    expect(servesAfterSigterm(pod, container)).toBeUndefined();
  });

  it("is no sidecar by the pod's annotation", () => {
    const { pod, container } = podWith({ role: "sidecar", annotations: { [serves]: "5" } });
    expect(servesAfterSigterm(pod, container)).toBeUndefined();
  });
});

describe("how long a program is documented to go on accepting", () => {
  const gateway = { image: "docker.io/istio/proxyv2:1.29.1", args: ["proxy", "router"] };
  const ingress = "registry.k8s.io/ingress-nginx/controller:v1.13.0";
  it.each<[string, Written, number]>([
    ["an Istio gateway while it drains", { container: gateway }, 5],
    [
      "an Istio gateway that is told how long",
      { container: gateway, annotations: { "proxy.istio.io/config": "terminationDrainDuration: 20s" } },
      20,
    ],
    ["ingress-nginx as it comes", { container: { image: ingress } }, 0],
    ["ingress-nginx that is told to", { container: { image: ingress, args: ["--shutdown-grace-period=7"] } }, 7],
    [
      "the Cloud SQL proxy that is told to",
      { container: { command: ["/cloud-sql-proxy"], args: ["--min-sigterm-delay=3s", "db"] } },
      3,
    ],
    [
      "the least of Traefik's entry points, its own left out",
      {
        container: {
          command: ["traefik"],
          args: [
            "--entryPoints.web.transport.lifeCycle.requestAcceptGraceTimeout=9",
            "--entryPoints.websecure.transport.lifeCycle.requestAcceptGraceTimeout=6s",
            "--entryPoints.traefik.address=:8080",
          ],
        },
      },
      6,
    ],
    ["one that waits for what is in flight alone", { container: { command: ["gunicorn", "app:app"] } }, 0],
    ["one that the signal does not reach", { container: gateway, process: { signal: "lost" } }, 0],
    ["nobody knows what", { container: { image: "shop:1" } }, 0],
  ])("%s", (_name, written, seconds) => {
    const { pod, container } = podWith(written);
    expect(documentedServing(pod, container)).toBe(seconds);
  });
});
