import type { Program } from "./program.ts";

export const servers: readonly Program[] = [
  {
    name: "nginx",
    programs: ["nginx", "nginx-debug"],
    images: [
      /^((docker\.io|registry-1\.docker\.io)\/)?(library\/)?nginx$/,
      /(^|\/)nginx\/nginx$/,
      /(^|\/)nginx-unprivileged$/,
    ],
    // D15: SIGTERM would end it at once, but the official images set STOPSIGNAL SIGQUIT, and no manifest shows that.
    stages: [
      {
        settings: [],
        otherwise:
          "finishes its requests without a limit on SIGQUIT (the official image's stop signal) unless worker_shutdown_timeout sets one, and ends at once on SIGTERM",
      },
    ],
    source: "https://nginx.org/en/docs/control.html",
  },
  {
    name: "ingress-nginx",
    programs: ["nginx-ingress-controller"],
    images: [
      /(^|\/)ingress-nginx\/controller(-chroot)?$/,
      /(^|\/)(bitnami|kubernetes-ingress-controller|rancher)\/nginx-ingress-controller$/,
    ],
    stages: [
      { settings: [{ flags: ["--shutdown-grace-period"], unit: "s" }], otherwise: 0, fixed: true, serves: true },
      { settings: [], otherwise: 240, called: "worker-shutdown-timeout", hidden: [/^--configmap(=.*)?$/] },
      { settings: [{ flags: ["--post-shutdown-grace-period"], unit: "s" }], otherwise: 10, fixed: true },
    ],
    source: "https://kubernetes.github.io/ingress-nginx/user-guide/cli-arguments/",
  },
  {
    name: "haproxy",
    programs: ["haproxy"],
    images: [/^(docker\.io\/)?(library\/)?haproxy$/, /(^|\/)haproxytech\/haproxy-(alpine|debian|ubuntu)$/],
    stages: [
      {
        settings: [],
        otherwise:
          "keeps its connections without a limit on SIGUSR1 (the official image's stop signal) unless hard-stop-after sets one, and ends at once on SIGTERM",
      },
    ],
    source: "https://docs.haproxy.org/3.2/management.html#4",
  },
  {
    name: "caddy",
    programs: ["caddy"],
    images: [/^(docker\.io\/)?(library\/)?caddy$/],
    stages: [
      {
        settings: [],
        otherwise: "waits for its requests without a limit unless grace_period in its configuration sets one",
      },
    ],
    source: "https://caddyserver.com/docs/caddyfile/options#grace-period",
  },
  {
    name: "httpd",
    programs: ["httpd", "httpd-foreground", "apache2ctl", "apache2-foreground"],
    images: [/^(docker\.io\/)?(library\/)?httpd$/],
    stages: [
      {
        settings: [],
        otherwise:
          "finishes its requests without a limit on SIGWINCH (the official image's stop signal) unless GracefulShutdownTimeout sets one, and ends at once on SIGTERM",
      },
    ],
    source: "https://httpd.apache.org/docs/2.4/stopping.html",
  },
  {
    name: "kube-apiserver",
    programs: ["kube-apiserver"],
    images: [/(^|\/)kube-apiserver(-(amd64|arm64))?$/],
    stages: [
      { settings: [{ flags: ["--shutdown-delay-duration"], unit: "s" }], otherwise: 0, fixed: true, serves: true },
      {
        settings: [],
        otherwise: "finishes the requests in flight, and watches for --shutdown-watch-termination-grace-period",
      },
    ],
    source: "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/",
  },
  {
    name: "vector",
    programs: ["vector"],
    images: [/(^|\/)timberio\/vector$/],
    stages: [
      {
        settings: [
          { flags: ["--graceful-shutdown-limit-secs"], unit: "s" },
          { env: "VECTOR_GRACEFUL_SHUTDOWN_LIMIT_SECS", unit: "s" },
        ],
        otherwise: 60,
      },
    ],
    hidden: [/^--no-graceful-shutdown-limit$/],
    source: "https://vector.dev/docs/reference/cli/",
  },
  {
    name: "PM2",
    programs: ["pm2-runtime", "pm2-docker"],
    stages: [{ settings: [{ env: "PM2_KILL_TIMEOUT", unit: "ms" }], otherwise: 1.6, called: "kill_timeout" }],
    hidden: [/\.(json5?|ya?ml|config\.[cm]?js)$/],
    source: "https://pm2.keymetrics.io/docs/usage/signals-clean-restart/",
  },
  {
    name: ".NET",
    programs: ["dotnet"],
    stages: [
      {
        settings: [{ env: "ASPNETCORE_SHUTDOWNTIMEOUTSECONDS", unit: "s" }],
        otherwise: "stops within the ShutdownTimeout of its host, which its code sets (30 s since .NET 6)",
      },
    ],
    source: "https://learn.microsoft.com/aspnet/core/fundamentals/host/web-host#shutdown-timeout",
  },
];
