import type { Program } from "./program.ts";

export const sidecars: readonly Program[] = [
  {
    name: "linkerd-proxy",
    programs: ["linkerd2-proxy", "linkerd2-proxy-identity"],
    images: [/(^|\/)linkerd\/proxy$/],
    stages: [
      {
        settings: [
          { env: "LINKERD2_PROXY_SHUTDOWN_GRACE_PERIOD", unit: "s" },
          { annotation: "config.linkerd.io/shutdown-grace-period", unit: "s" },
        ],
        otherwise: 120,
        called: "config.linkerd.io/shutdown-grace-period",
      },
    ],
    source: "https://linkerd.io/2/tasks/graceful-shutdown/",
  },
  {
    name: "daprd",
    programs: ["daprd"],
    images: [/(^|\/)daprio\/(daprd|dapr)$/],
    stages: [
      {
        settings: [
          { flags: ["--dapr-block-shutdown-duration", "-dapr-block-shutdown-duration"], unit: "s" },
          { annotation: "dapr.io/block-shutdown-duration", unit: "s" },
        ],
        otherwise: 0,
      },
      {
        settings: [
          { flags: ["--dapr-graceful-shutdown-seconds", "-dapr-graceful-shutdown-seconds"], unit: "s" },
          { annotation: "dapr.io/graceful-shutdown-seconds", unit: "s" },
        ],
        otherwise: 5,
      },
    ],
    source: "https://docs.dapr.io/reference/arguments-annotations-overview/",
  },
  {
    name: "cloud-sql-proxy",
    programs: ["cloud-sql-proxy"],
    images: [/(^|\/)cloud-sql-connectors\/cloud-sql-proxy$/],
    stages: [
      {
        settings: [
          { flags: ["--min-sigterm-delay"], unit: "s" },
          { env: "CSQL_PROXY_MIN_SIGTERM_DELAY", unit: "s" },
        ],
        otherwise: 0,
        fixed: true,
        serves: true,
      },
      {
        settings: [
          { flags: ["--max-sigterm-delay"], unit: "s" },
          { env: "CSQL_PROXY_MAX_SIGTERM_DELAY", unit: "s" },
        ],
        otherwise: 0,
      },
    ],
    source: "https://github.com/GoogleCloudPlatform/cloud-sql-proxy/blob/main/docs/cmd/cloud-sql-proxy.md",
  },
  {
    name: "pause",
    programs: ["pause"],
    images: [/(^|\/)pause(-(amd64|arm64))?$/],
    stages: [{ settings: [], otherwise: 0.1, because: "ends at once on SIGTERM" }],
    source: "https://github.com/kubernetes/kubernetes/blob/master/build/pause/linux/pause.c",
  },
];
