import type { Shape } from "./shape.ts";

const httpGet: Shape = { fields: { path: "string", port: "integer-or-string", host: "string", scheme: "string" } };

const handler: Shape = {
  fields: {
    exec: { fields: { command: { list: "string" } } },
    httpGet,
    tcpSocket: { fields: { port: "integer-or-string", host: "string" } },
    sleep: { fields: { seconds: "integer" } },
  },
};

const probe: Shape = {
  fields: {
    exec: { fields: { command: { list: "string" } } },
    httpGet,
    tcpSocket: { fields: { port: "integer-or-string" } },
    grpc: { fields: { port: "integer", service: "string" } },
    initialDelaySeconds: "integer",
    periodSeconds: "integer",
    timeoutSeconds: "integer",
    successThreshold: "integer",
    failureThreshold: "integer",
    terminationGracePeriodSeconds: "integer",
  },
};

const container: Shape = {
  fields: {
    name: "string",
    image: "string",
    command: { list: "string" },
    args: { list: "string" },
    env: { list: { fields: { name: "string", value: "string", valueFrom: { fields: {} } } } },
    envFrom: { list: { fields: {} } },
    ports: { list: { fields: { name: "string", containerPort: "integer", protocol: "string" } } },
    lifecycle: { fields: { preStop: handler, postStart: handler, stopSignal: "string" } },
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
    restartPolicy: "string",
    targetContainerName: "string",
    securityContext: {
      fields: {
        runAsUser: "integer",
        runAsNonRoot: "boolean",
        privileged: "boolean",
        capabilities: { fields: { add: { list: "string" }, drop: { list: "string" } } },
      },
    },
  },
};

/** The fields of a pod spec that gracewarden reads; all others pass unread. */
export const podSpecShape: Shape = {
  fields: {
    terminationGracePeriodSeconds: "integer",
    activeDeadlineSeconds: "integer",
    shareProcessNamespace: "boolean",
    hostPID: "boolean",
    hostNetwork: "boolean",
    restartPolicy: "string",
    os: { fields: { name: "string" } },
    nodeSelector: { fields: {} },
    securityContext: { fields: { runAsUser: "integer", runAsNonRoot: "boolean" } },
    containers: { list: container },
    initContainers: { list: container },
    ephemeralContainers: { list: container },
  },
};
