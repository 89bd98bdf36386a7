import type { IContainer } from "kubernetes-models/v1/Container";
import type { ILifecycle } from "kubernetes-models/v1/Lifecycle";
import { cells, type Cell } from "./load.ts";

/** A proxy in an image: any that serves Streamable HTTP at :8080/mcp in front of a stdio server. */
export interface Subject {
  readonly name: string;
  /** The container but for its name, hook and mounts. */
  container(backend: readonly string[]): Omit<IContainer, "name">;
  readonly hooks: readonly Hook[];
  /** The ways of calling that it can be asked in at all. */
  readonly cells: readonly Cell[];
  /** How many of them are loaded at a time; fewer where it could not bear the calls of all. */
  readonly cellsAtOnce: number;
  /** Sends a client to the same pod, for those whose sessions live in one. */
  readonly sticky?: true;
}

export type Hook = "none" | "sleep" | "prestop";

const token = "rollouts";

export const lifecycles: Readonly<Record<Hook, ILifecycle | undefined>> = {
  none: undefined,
  sleep: { preStop: { sleep: { seconds: 5 } } },
  // As the webhook writes it.
  prestop: {
    preStop: {
      httpGet: { path: "/prestop", port: 8081, httpHeaders: [{ name: "Authorization", value: `Bearer ${token}` }] },
    },
  },
};

// A busy machine must not look like an unready proxy.
const every = { periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 3 };

/** This repository's proxy, as deploy/Dockerfile makes it. */
export const gracewarden = (image: string): Subject => ({
  name: "gracewarden-proxy",
  hooks: ["none", "sleep", "prestop"],
  cells,
  cellsAtOnce: 4,
  container: (backend) => ({
    image,
    args: ["--", ...backend],
    env: Object.entries({
      GRACEWARDEN_LISTEN: "0.0.0.0:8080",
      GRACEWARDEN_ADMIN_LISTEN: "0.0.0.0:8081",
      GRACEWARDEN_PRESTOP_TOKEN: token,
      // The same in all replicas: any of them serves any session.
      GRACEWARDEN_SESSION_KEYS: Buffer.alloc(32, "rollouts").toString("base64"),
    }).map(([name, value]) => ({ name, value })),
    startupProbe: { httpGet: { path: "/startupz", port: 8081 }, ...every, failureThreshold: 60 },
    readinessProbe: { httpGet: { path: "/readyz", port: 8081 }, ...every },
    livenessProbe: { httpGet: { path: "/livez", port: 8081 }, periodSeconds: 10, timeoutSeconds: 5 },
  }),
});

/** A control: it leaves at SIGTERM as others do. */
export const hurried = (subject: Subject): Subject => ({
  ...subject,
  name: `hurried-${subject.name}`,
  hooks: ["none"],
  container(backend) {
    const { env = [], ...container } = subject.container(backend);
    return { ...container, env: [...env, { name: "GRACEWARDEN_PROPAGATION_SECONDS", value: "0" }] };
  },
});

/** npm's, from an image with both installed in /peers, each with the settings that lose least. */
export const peersOf = (image: string): readonly Subject[] => [
  {
    name: "mcp-proxy",
    hooks: ["none", "sleep"],
    cells,
    cellsAtOnce: 1,
    // Without sessions: no replica knows another's.
    container: (backend) => ({
      image,
      command: ["node", "/peers/node_modules/mcp-proxy/dist/bin/mcp-proxy.mjs"],
      args: [..."--host 0.0.0.0 --port 8080 --server stream --stateless --".split(" "), ...backend],
      readinessProbe: { httpGet: { path: "/ping", port: 8080 }, ...every },
    }),
  },
  {
    name: "supergateway",
    hooks: ["none", "sleep"],
    // It starts a process for each request in the other revision, and without sessions in this one.
    cells: cells.filter(({ revision }) => revision === "2025-11-25"),
    cellsAtOnce: 1,
    sticky: true,
    container: (backend) => ({
      image,
      command: ["node", "/peers/node_modules/supergateway/dist/index.js"],
      args: [
        ..."--outputTransport streamableHttp --stateful --port 8080 --logLevel none --healthEndpoint /healthz --stdio".split(
          " ",
        ),
        backend.join(" "),
      ],
      readinessProbe: { httpGet: { path: "/healthz", port: 8080 }, ...every },
    }),
  },
];
