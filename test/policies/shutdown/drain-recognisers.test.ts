import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPath } from "../../../policies/path.ts";
import { drainOf } from "../../../policies/shutdown/drain.ts";
import { formatSeconds } from "../../../policies/shutdown/interval.ts";
import { recognisers } from "../../../policies/shutdown/recognisers.ts";
import { kindOf } from "../../../policies/shutdown/recognisers/by-name.ts";
import { podWith, type Written } from "./drain-pod.ts";

/** `0 to 30 s: gunicorn --graceful-timeout @ spec.containers[0].args[1]`, with `?` in front where not known. */
function told(written: Written, hookTells = false): string {
  const { pod, container } = podWith(written);
  const { seconds, known, origin } = drainOf(container, pod, { hookTells });
  return `${known ? "" : "? "}${formatSeconds(seconds)}: ${origin.text}${origin.at ? ` @ ${formatPath(origin.at)}` : ""}`;
}

const run = (...command: string[]): Written => ({ container: { command } });
const image = (name: string, ...args: string[]): Written => ({ container: { image: name, args } });
const env = (name: string, value: string, more: Written = {}): Written => ({
  ...more,
  container: { ...more.container, env: [{ name, value }] },
});
const fromCluster = (name: string, more: Written = {}): Written => ({
  ...more,
  container: { ...more.container, env: [{ name, valueFrom: { configMapKeyRef: { name: "settings", key: "k" } } }] },
});
const c = "spec.containers[0]";

describe("programs", () => {
  const table: readonly (readonly [string, Written, string])[] = [
    [
      "gunicorn with a flag",
      run("gunicorn", "--graceful-timeout", "60", "shop"),
      `0 to 60 s: gunicorn --graceful-timeout @ ${c}.command[2]`,
    ],
    ["with =", run("gunicorn", "--graceful-timeout=45"), `0 to 45 s: gunicorn --graceful-timeout @ ${c}.command[1]`],
    [
      "args apart",
      { container: { command: ["gunicorn"], args: ["shop", "--graceful-timeout", "60"] } },
      `0 to 60 s: gunicorn --graceful-timeout @ ${c}.args[2]`,
    ],
    [
      "by default",
      run("/usr/local/bin/gunicorn", "shop"),
      "0 to 30 s: documented default of gunicorn --graceful-timeout",
    ],
    [
      "behind a configuration file",
      run("gunicorn", "-c", "conf.py", "shop"),
      `? at least 0 s: gunicorn --graceful-timeout depends on -c @ ${c}.command[1]`,
    ],
    [
      "a flag beside the file",
      run("gunicorn", "-c", "conf.py", "--graceful-timeout=5"),
      `0 to 5 s: gunicorn --graceful-timeout @ ${c}.command[3]`,
    ],
    [
      "in a variable",
      env("GUNICORN_CMD_ARGS", "--workers 2 --graceful-timeout=20", run("gunicorn", "shop")),
      `0 to 20 s: gunicorn --graceful-timeout in GUNICORN_CMD_ARGS @ ${c}.env[0].value`,
    ],
    [
      "expanded by the kubelet",
      run("gunicorn", "--graceful-timeout", "$(T)"),
      `? at least 0 s: the value of gunicorn --graceful-timeout cannot be read @ ${c}.command[2]`,
    ],
    [
      "without a value",
      run("gunicorn", "--graceful-timeout"),
      `? at least 0 s: the value of gunicorn --graceful-timeout cannot be read @ ${c}.command[1]`,
    ],
    [
      "inside a script",
      {
        container: { command: ["sh", "-c", "exec gunicorn --graceful-timeout 50 shop"] },
        process: { program: "gunicorn", programArgs: ["--graceful-timeout", "50", "shop"] },
      },
      `0 to 50 s: gunicorn --graceful-timeout @ ${c}.command[2]`,
    ],
    [
      "uvicorn",
      run("uvicorn", "shop:app"),
      "? at least 0 s: uvicorn waits for its connections without a limit unless --timeout-graceful-shutdown sets one",
    ],
    [
      "uvicorn with a limit",
      run("uvicorn", "--timeout-graceful-shutdown", "15"),
      `0 to 15 s: uvicorn --timeout-graceful-shutdown @ ${c}.command[2]`,
    ],
    [
      "uvicorn, variable",
      env("UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN", "9", run("uvicorn")),
      `0 to 9 s: uvicorn UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN @ ${c}.env[0].value`,
    ],
    ["hypercorn", run("hypercorn", "shop:app"), "0 to 3 s: documented default of hypercorn --graceful-timeout"],
    [
      "granian",
      run("granian", "--workers-kill-timeout", "1m"),
      `0 to 60 s: granian --workers-kill-timeout @ ${c}.command[2]`,
    ],
    [
      "dramatiq",
      run("dramatiq", "shop", "--worker-shutdown-timeout", "20000"),
      `0 to 20 s: dramatiq --worker-shutdown-timeout @ ${c}.command[3]`,
    ],
    [
      "celery",
      run("celery", "-A", "shop", "worker"),
      "? at least 0 s: celery finishes the tasks it is at, however long they take",
    ],
    [
      "celery's web page is no worker",
      run("celery", "flower"),
      "? at least 0 s: nothing says how long app needs; set gracewarden.io/drain-seconds",
    ],
    ["sidekiq", run("bundle", "exec", "sidekiq"), "0 to 25 s: documented default of sidekiq -t"],
    ["sidekiq, short flag", run("bundle", "exec", "sidekiq", "-t8"), `0 to 8 s: sidekiq -t @ ${c}.command[3]`],
    [
      "sidekiq, configuration file",
      run("sidekiq", "-C", "config/sidekiq.yml"),
      `? at least 0 s: sidekiq -t depends on -C @ ${c}.command[1]`,
    ],
    ["unicorn", run("unicorn"), "0 to 1 s: unicorn kills its workers at once on SIGTERM"],
    [
      "kube-apiserver",
      run("kube-apiserver", "--shutdown-delay-duration=70s"),
      `? at least 70 s: kube-apiserver finishes the requests in flight, and watches for --shutdown-watch-termination-grace-period @ ${c}.command[1]`,
    ],
    [
      "vector",
      image("timberio/vector:0.50-alpine"),
      "0 to 60 s: documented default of vector --graceful-shutdown-limit-secs",
    ],
    [
      "vector without a limit",
      image("timberio/vector", "--no-graceful-shutdown-limit"),
      `? at least 0 s: vector --graceful-shutdown-limit-secs depends on --no-graceful-shutdown-limit @ ${c}.args[0]`,
    ],
    ["PM2", run("pm2-runtime", "app.js"), "0 to 1.6 s: documented default of PM2 kill_timeout"],
    [
      "PM2 with a process file",
      run("pm2-runtime", "ecosystem.config.js"),
      `? at least 0 s: PM2 kill_timeout depends on ecosystem.config.js @ ${c}.command[1]`,
    ],
    [
      ".NET",
      env("ASPNETCORE_SHUTDOWNTIMEOUTSECONDS", "12", run("dotnet", "shop.dll")),
      `0 to 12 s: .NET ASPNETCORE_SHUTDOWNTIMEOUTSECONDS @ ${c}.env[0].value`,
    ],
    ["pause", image("registry.k8s.io/pause:3.10"), "0 to 0.1 s: pause ends at once on SIGTERM"],
    [
      "a program wins over its image",
      { container: { image: "postgres:17", command: ["gunicorn"] } },
      "0 to 30 s: documented default of gunicorn --graceful-timeout",
    ],
    [
      "envFrom may hold a variable",
      { container: { command: ["vector"], envFrom: [{ configMapRef: { name: "x" } }] } },
      `? at least 0 s: envFrom may set vector --graceful-shutdown-limit-secs @ ${c}.envFrom`,
    ],
  ];
  it.each(table)("%s", (_name, written, expected) => {
    expect(told(written)).toBe(expected);
  });

  it.each([
    "nginx",
    "docker.io/library/nginx:1.29",
    "nginxinc/nginx-unprivileged:stable@sha256:00",
    "localhost:5000/nginx/nginx:1",
  ])("%s does not show its stop signal (D15)", (name) => {
    expect(told(image(name))).toMatch(/^\? at least 0 s: nginx finishes its requests without a limit on SIGQUIT/);
  });

  it.each(["shop/nginx-config-reloader", "nginx/nginx-prometheus-exporter:1"])("%s is not nginx", (name) => {
    expect(told(image(name))).toMatch(/nothing says/);
  });

  it.each([
    ["haproxy:3.2", "haproxy"],
    ["caddy:2", "caddy"],
    ["httpd:2.4", "httpd"],
    ["postgres:17", "PostgreSQL"],
    ["redis:8-alpine", "Redis"],
  ])("%s has a reason for its unknown", (name, called) => {
    const { pod, container } = podWith(image(name));
    const { known, origin } = drainOf(container, pod, { hookTells: false });
    expect(known).toBe(false);
    expect(origin).toMatchObject({
      kind: "unknown",
      text: expect.stringMatching(new RegExp(`^${called} `)),
      source: expect.stringMatching(/^https:/),
    });
  });
});

describe("gateways and sidecars", () => {
  const ingress = "registry.k8s.io/ingress-nginx/controller:v1.13.0";
  const table: readonly (readonly [string, Written, string])[] = [
    [
      "ingress-nginx adds up",
      image(ingress, "/nginx-ingress-controller", "--shutdown-grace-period=5"),
      `15 to 255 s: ingress-nginx --shutdown-grace-period + documented default of ingress-nginx worker-shutdown-timeout + documented default of ingress-nginx --post-shutdown-grace-period @ ${c}.args[1]`,
    ],
    [
      "ingress-nginx in an image of others",
      image("docker.io/bitnami/nginx-ingress-controller:1.13.1"),
      "10 to 250 s: documented default of ingress-nginx worker-shutdown-timeout + documented default of ingress-nginx --post-shutdown-grace-period",
    ],
    [
      "ingress-nginx with a ConfigMap",
      image(ingress, "--configmap=$(NS)/x"),
      `? at least 10 s: ingress-nginx worker-shutdown-timeout depends on --configmap=$(NS)/x @ ${c}.args[0]`,
    ],
    [
      "linkerd",
      image("cr.l5d.io/linkerd/proxy:edge"),
      "0 to 120 s: documented default of linkerd-proxy config.linkerd.io/shutdown-grace-period",
    ],
    [
      "linkerd, annotated",
      { ...image("cr.l5d.io/linkerd/proxy:edge"), annotations: { "config.linkerd.io/shutdown-grace-period": "10s" } },
      '0 to 10 s: linkerd-proxy config.linkerd.io/shutdown-grace-period @ metadata.annotations["config.linkerd.io/shutdown-grace-period"]',
    ],
    [
      "dapr adds up",
      image("docker.io/daprio/daprd:1.15", "--dapr-block-shutdown-duration", "10s"),
      `0 to 15 s: daprd --dapr-block-shutdown-duration + documented default of daprd --dapr-graceful-shutdown-seconds @ ${c}.args[1]`,
    ],
    [
      "Cloud SQL",
      image("gcr.io/cloud-sql-connectors/cloud-sql-proxy:2", "--max-sigterm-delay=30s"),
      `0 to 30 s: cloud-sql-proxy --max-sigterm-delay @ ${c}.args[0]`,
    ],
    [
      "Traefik by default",
      image("traefik:v3", "--entryPoints.web.address=:80"),
      "0 to 10 s: documented default of Traefik's transport.lifeCycle.graceTimeOut",
    ],
    [
      "Traefik's slowest entry point",
      image(
        "docker.io/traefik:v3",
        "--entrypoints.web.address=:80",
        "--entryPoints.web.transport.lifeCycle.requestAcceptGraceTimeout=15",
        "--entryPoints.api.transport.lifeCycle.graceTimeOut=1m",
      ),
      `15 to 60 s: Traefik's transport.lifeCycle @ ${c}.args[1]`,
    ],
    [
      "Traefik with a file",
      image("traefik:v3", "--configFile=/x.yml"),
      `? at least 0 s: Traefik takes transport.lifeCycle from its configuration file (10 s by default) @ ${c}.args[0]`,
    ],
    [
      "Traefik's variable",
      env("TRAEFIK_ENTRYPOINTS_WEB_TRANSPORT_LIFECYCLE_GRACETIMEOUT", "4", image("traefik:v3")),
      `0 to 4 s: Traefik's transport.lifeCycle @ ${c}.env[0].value`,
    ],
    [
      "Istio by default",
      { role: "sidecar", container: { name: "istio-proxy" } },
      "5 s: documented default of istio-proxy terminationDrainDuration",
    ],
    [
      "Istio, annotated",
      {
        ...image("docker.io/istio/proxyv2:1.29"),
        annotations: { "proxy.istio.io/config": "terminationDrainDuration: 20s\n" },
      },
      '20 s: istio-proxy terminationDrainDuration @ metadata.annotations["proxy.istio.io/config"]',
    ],
    [
      "Istio, injected",
      env("PROXY_CONFIG", '{"terminationDrainDuration":"8s"}', image("istio/proxyv2")),
      `8 s: istio-proxy terminationDrainDuration @ ${c}.env[0].value`,
    ],
    [
      "Istio until the last connection",
      env("EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "true", image("istio/proxyv2")),
      `? at least 5 s: istio-proxy waits for its last connection (EXIT_ON_ZERO_ACTIVE_CONNECTIONS) @ ${c}.env[0].value`,
    ],
    [
      "the same by annotation",
      {
        ...image("istio/proxyv2"),
        annotations: {
          "proxy.istio.io/config":
            "proxyMetadata: {EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true', MINIMUM_DRAIN_DURATION: 9s}",
        },
      },
      '? at least 9 s: istio-proxy waits for its last connection (EXIT_ON_ZERO_ACTIVE_CONNECTIONS) @ metadata.annotations["proxy.istio.io/config"]',
    ],
    [
      "Istio with broken YAML",
      { ...image("istio/proxyv2"), annotations: { "proxy.istio.io/config": "{" } },
      '? at least 0 s: proxy.istio.io/config is no YAML that can be read @ metadata.annotations["proxy.istio.io/config"]',
    ],
  ];
  it.each(table)("%s", (_name, written, expected) => {
    expect(told(written)).toBe(expected);
  });
});

describe("Spring Boot", () => {
  const phase = "SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE";
  const table: readonly (readonly [string, Written, string])[] = [
    [
      "variable",
      env(phase, "20s", run("java", "-jar", "app.jar")),
      `0 to 20 s: Spring Boot ${phase} @ ${c}.env[0].value`,
    ],
    ["a bare number counts milliseconds", env(phase, "20000"), `0 to 20 s: Spring Boot ${phase} @ ${c}.env[0].value`],
    [
      "system property",
      run("java", "-Dspring.lifecycle.timeout-per-shutdown-phase=PT45S", "-jar", "app.jar"),
      `0 to 45 s: Spring Boot -Dspring.lifecycle.timeout-per-shutdown-phase @ ${c}.command[1]`,
    ],
    [
      "argument",
      run("java", "-jar", "app.jar", "--spring.lifecycle.timeout-per-shutdown-phase=10s"),
      `0 to 10 s: Spring Boot --spring.lifecycle.timeout-per-shutdown-phase @ ${c}.command[3]`,
    ],
    [
      "options variable",
      env(
        "JAVA_TOOL_OPTIONS",
        "-Xmx1g -Dspring.lifecycle.timeout-per-shutdown-phase=7s",
        run("java", "-Dspring.profiles.active=x"),
      ),
      `0 to 7 s: Spring Boot -Dspring.lifecycle.timeout-per-shutdown-phase in JAVA_TOOL_OPTIONS @ ${c}.env[0].value`,
    ],
    [
      "graceful by default",
      env("SERVER_SHUTDOWN", "graceful"),
      "0 to 30 s: documented default of Spring Boot spring.lifecycle.timeout-per-shutdown-phase",
    ],
    [
      "configured inside the jar",
      env("SPRING_PROFILES_ACTIVE", "prod"),
      "? at least 0 s: Spring Boot takes spring.lifecycle.timeout-per-shutdown-phase from its own configuration (30 s by default)",
    ],
    [
      "known to the cluster only",
      fromCluster(phase),
      `? at least 0 s: the value of Spring Boot ${phase} cannot be read @ ${c}.env[0].valueFrom`,
    ],
  ];
  it.each(table)("%s", (_name, written, expected) => {
    expect(told(written)).toBe(expected);
  });
});

describe("programs without a handler", () => {
  const table: readonly (readonly [string, Written, string])[] = [
    ["sleep for ever", run("sleep", "infinity"), `forever: sleep as PID 1 ignores SIGTERM @ ${c}.command`],
    ["sleep for an hour", run("sleep", "1h"), `0 to 3600 s: sleep as PID 1 ignores SIGTERM @ ${c}.command`],
    ["tail", run("tail", "-f", "/dev/null"), `forever: tail as PID 1 ignores SIGTERM @ ${c}.command`],
    [
      "cat with an open stdin",
      { container: { command: ["cat"], tty: true } },
      `forever: cat as PID 1 ignores SIGTERM @ ${c}.command`,
    ],
    [
      "in a shared namespace",
      { ...run("sleep", "infinity"), pod: { shareProcessNamespace: true } },
      `0 to 0.1 s: sleep ends at once on SIGTERM @ ${c}.command`,
    ],
    [
      "in the node's namespace",
      { ...run("sleep", "infinity"), pod: { hostPID: true } },
      `0 to 0.1 s: sleep ends at once on SIGTERM @ ${c}.command`,
    ],
    [
      "behind an init",
      { ...run("tini", "sleep", "infinity"), process: { program: "sleep", programArgs: ["infinity"], first: "init" } },
      `0 to 0.1 s: sleep ends at once on SIGTERM @ ${c}.command`,
    ],
    [
      "a cat that ends by itself",
      run("cat"),
      "? at least 0 s: nothing says how long app needs; set gracewarden.io/drain-seconds",
    ],
  ];
  it.each(table)("%s", (_name, written, expected) => {
    expect(told(written)).toBe(expected);
  });
});

describe("our own proxy", () => {
  const proxy: Written = { isProxy: true };
  it("needs less where its hook has told it", () => {
    expect(told(proxy, true)).toBe("0 to 16 s: gracewarden-proxy: drain 10 + backend stop 5 + flush 1 s");
    expect(told(proxy, false)).toBe(
      "5 to 21 s: gracewarden-proxy: propagation 5 + drain 10 + backend stop 5 + flush 1 s",
    );
  });
  it("follows its settings", () => {
    expect(told(env("GRACEWARDEN_DRAIN_SECONDS", "40", proxy), true)).toBe(
      `0 to 46 s: gracewarden-proxy: drain 40 + backend stop 5 + flush 1 s @ ${c}.env[0].value`,
    );
  });
  it("takes no notice of the grace period it was told", () => {
    expect(told(env("GRACEWARDEN_GRACE_SECONDS", "300", proxy), true)).toMatch(/^0 to 16 s/);
    expect(told(env("GRACEWARDEN_GRACE_SECONDS", "300"), true)).toMatch(/nothing says/);
    expect(told(env("GRACEWARDEN_DRAIN_SECONDS", "300"), true)).toMatch(/nothing says/);
  });
  it("is unknown where a setting cannot be read", () => {
    expect(told(env("GRACEWARDEN_DRAIN_SECONDS", "ten", proxy))).toBe(
      `? at least 0 s: GRACEWARDEN_DRAIN_SECONDS must be a number of seconds from 0 up, not "ten" @ ${c}.env[0].value`,
    );
    expect(told(fromCluster("GRACEWARDEN_DRAIN_SECONDS", proxy))).toBe(
      `? at least 0 s: only the cluster knows GRACEWARDEN_DRAIN_SECONDS @ ${c}.env[0].valueFrom`,
    );
  });
});

describe("names that sound like a drain", () => {
  const table: readonly (readonly [string, Written, string])[] = [
    ["seconds", env("SHUTDOWN_TIMEOUT", "25"), `0 to 25 s: by the name of SHUTDOWN_TIMEOUT @ ${c}.env[0].value`],
    [
      "milliseconds by name",
      env("APP_SHUTDOWN_TIMEOUT_MS", "500"),
      `0 to 0.5 s: by the name of APP_SHUTDOWN_TIMEOUT_MS @ ${c}.env[0].value`,
    ],
    [
      "milliseconds by size",
      env("SHUTDOWN_TIMEOUT", "25000"),
      `0 to 25 s: by the name of SHUTDOWN_TIMEOUT @ ${c}.env[0].value`,
    ],
    [
      "a Go duration",
      run("shopd", "--graceful-shutdown-timeout=1m30s"),
      `0 to 90 s: by the name of --graceful-shutdown-timeout @ ${c}.command[1]`,
    ],
    [
      "a flag and its value",
      run("shopd", "-server.graceful-shutdown-timeout", "15s"),
      `0 to 15 s: by the name of -server.graceful-shutdown-timeout @ ${c}.command[2]`,
    ],
    [
      "a delay alone is a lower bound",
      run("shopd", "--shutdown-delay-duration=10s"),
      `? at least 10 s: by the name of --shutdown-delay-duration: what follows the delay is not told @ ${c}.command[1]`,
    ],
    [
      "a delay and a timeout",
      run("shopd", "--shutdown-delay=5s", "--shutdown-timeout=20s"),
      `5 to 25 s: by the name of --shutdown-delay and --shutdown-timeout @ ${c}.command[2]`,
    ],
    [
      "two timeouts",
      run("shopd", "--drain-timeout=5s", "--shutdown-timeout=20s"),
      `? at least 0 s: by the name of --drain-timeout and --shutdown-timeout: more than one such name @ ${c}.command[1]`,
    ],
    [
      "known to the cluster only",
      fromCluster("DRAIN_TIMEOUT"),
      `? at least 0 s: by the name of DRAIN_TIMEOUT: only the cluster knows its value @ ${c}.env[0].valueFrom`,
    ],
    [
      "bounds a program that has no other bound",
      env("SHUTDOWN_TIMEOUT", "25", run("puma")),
      `0 to 25 s: by the name of SHUTDOWN_TIMEOUT @ ${c}.env[0].value`,
    ],
    [
      "no number",
      env("SHUTDOWN_TIMEOUT", "true"),
      "? at least 0 s: nothing says how long app needs; set gracewarden.io/drain-seconds",
    ],
  ];
  it.each(table)("%s", (_name, written, expected) => {
    expect(told(written)).toBe(expected);
  });

  it.each([
    "APP_GRACE_PERIOD_SECONDS",
    "shutdownTimeoutMs",
    "HTTP_DRAIN_TIMEOUT",
    "GRACEFUL_TIMEOUT",
    "SHUTDOWN_GRACE_MS",
  ])("%s does", (name) => {
    expect(kindOf(name)).toBe("timeout");
  });
  it.each([
    "TERMINATION_GRACE_PERIOD_SECONDS",
    "PRESTOP_DRAIN_SECONDS",
    "TOKEN_GRACE_PERIOD_SECONDS",
    "REPO_ERROR_GRACE_PERIOD_SECONDS",
    "pod-creation-grace-period",
    "default-sidecar-proxy-lifecycle-shutdown-grace-period-seconds",
    "GRACEWARDEN_DRAIN_SECONDS",
    "GRACEWARDEN_GRACE_SECONDS",
    "node-drain-timeout",
    "REQUEST_TIMEOUT",
    "SHUTDOWN_PORT",
    "GRACE",
    "",
  ])("%j does not", (name) => {
    expect(kindOf(name)).toBeUndefined();
  });
});

describe("every recogniser", () => {
  it("has a name of its own", () => {
    const names = recognisers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("answers any container without throwing, and with an endless upper bound where it knows none", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "gunicorn",
        "--graceful-timeout",
        "traefik",
        "--entrypoints.web",
        "istio-proxy",
        "-t",
        "sleep",
        "-c",
      ),
    );
    const written = fc.record({
      container: fc.record({
        name: word,
        image: word,
        command: fc.array(word),
        args: fc.array(word),
        env: fc.array(fc.record({ name: word, value: word })),
      }),
      annotations: fc.dictionary(fc.oneof(fc.string(), fc.constant("proxy.istio.io/config")), fc.string()),
      isProxy: fc.boolean(),
    });
    fc.assert(
      fc.property(written, (any) => {
        const { pod, container } = podWith(any);
        const { seconds, known } = drainOf(container, pod, { hookTells: false });
        expect(seconds.min).toBeGreaterThanOrEqual(0);
        expect(seconds.max).toBeGreaterThanOrEqual(seconds.min);
        expect(known || seconds.max === Infinity).toBe(true);
      }),
    );
  });
});
