import type { IContainer } from "kubernetes-models/v1/Container";
import type { IPod } from "kubernetes-models/v1/Pod";
import type { Shape, ShapeContainer } from "./shapes.ts";

/** Touched to make the liveness probe fail. */
export const unhealthyFile = "/tmp/unhealthy";
/** The ConfigMap that holds app.mjs. */
export const appConfigMap = "app";

export interface Images {
  /** Node with sh, coreutils, curl and procps. */
  readonly debian: string;
  /** Node alone. */
  readonly distroless: string;
}

/** The pod as a user would write it, with what the program needs to leave in gracewarden's annotations. */
export function manifest(shape: Shape, name: string, batch: string, images: Images): IPod {
  const sidecars = shape.sidecars ?? [];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      labels: { batch },
      annotations: Object.fromEntries(
        [...shape.containers, ...sidecars]
          .filter(({ unstated }) => !unstated)
          .map((c) => [`gracewarden.io/drain-seconds.${c.name}`, drainSeconds(c, shape)]),
      ),
    },
    spec: {
      terminationGracePeriodSeconds: shape.graceSeconds,
      automountServiceAccountToken: false,
      ...(shape.sharesProcessNamespace && { shareProcessNamespace: true }),
      ...(sidecars.length > 0 && {
        initContainers: sidecars.map((c) => ({ ...container(c, images), restartPolicy: "Always" })),
      }),
      containers: shape.containers.map((c) => container(c, images)),
      volumes: [{ name: "app", configMap: { name: appConfigMap } }],
    },
  };
}

/** What the author of the pod knows of the program; an hour where it never ends by itself. */
function drainSeconds({ drain }: ShapeContainer, shape: Shape): string {
  if (typeof drain === "number") return String(drain);
  // As PID 1 a process without a listener ignores SIGTERM; with a shared namespace it is not PID 1 (D9).
  return drain === "no-listener" && shape.sharesProcessNamespace ? "0" : "3600";
}

function container(shape: ShapeContainer, images: Images): IContainer {
  const { name, drain, preStop, command = ["node", "APP"], image = "debian", answersAfter, liveness } = shape;
  const behaviour =
    typeof drain === "number" ? { DRAIN_MS: drain * 1000 } : { ON_SIGTERM: drain === "ignores" ? "ignore" : "default" };
  const settings = { ...behaviour, ...(answersAfter !== undefined && { PORT: 8080, ANSWER_MS: answersAfter * 1000 }) };
  return {
    name,
    image: images[image],
    imagePullPolicy: "IfNotPresent",
    command: command.map((word) => word.replace("APP", "/app/app.mjs")),
    env: Object.entries(settings).map(([key, value]) => ({ name: key, value: String(value) })),
    volumeMounts: [{ name: "app", mountPath: "/app" }],
    ...(preStop && { lifecycle: { preStop } }),
    ...(liveness && {
      livenessProbe: {
        exec: { command: ["test", "!", "-f", unhealthyFile] },
        periodSeconds: 1,
        failureThreshold: 1,
        timeoutSeconds: 5,
        ...(liveness.graceSeconds !== undefined && { terminationGracePeriodSeconds: liveness.graceSeconds }),
      },
    }),
  };
}
