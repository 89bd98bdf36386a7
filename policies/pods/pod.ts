import type { IContainer } from "kubernetes-models/v1/Container";
import type { ILifecycleHandler } from "kubernetes-models/v1/LifecycleHandler";
import type { IPodSpec } from "kubernetes-models/v1/PodSpec";
import type { IProbe } from "kubernetes-models/v1/Probe";
import type { Path } from "../path.ts";
import type { KubernetesObject } from "./object.ts";
import type { Process } from "./process.ts";

/** `init` runs before the others and ends; `sidecar` is an init container with restartPolicy Always (A14). */
export type Role = "main" | "init" | "sidecar" | "ephemeral";

/** A probe with the API server's defaults filled in (E1). */
export type Probe = IProbe &
  Required<
    Pick<IProbe, "periodSeconds" | "timeoutSeconds" | "successThreshold" | "failureThreshold" | "initialDelaySeconds">
  >;

/** One container as rules see it. */
export interface Container {
  /** For messages: `container 2` where none is written. */
  readonly name: string;
  readonly role: Role;
  /** From the object's root to the container. */
  readonly at: Path;
  /** The container as written; fields of a wrong type are left out and reported apart. */
  readonly spec: IContainer;
  /** Empty where none is written. */
  readonly image: string;
  readonly preStop: ILifecycleHandler | undefined;
  readonly livenessProbe: Probe | undefined;
  readonly readinessProbe: Probe | undefined;
  readonly startupProbe: Probe | undefined;
  /** What the container's first process is and whether the stop signal reaches the program behind it. */
  readonly process: Process;
  /** Of an ephemeral container: in whose PID namespace it runs (D19). */
  readonly targetContainerName: string | undefined;
  /** True for gracewarden's own MCP proxy, by image, command or label. */
  readonly isProxy: boolean;
  /** `at` with further steps. */
  path(...steps: Path): Path;
}

/** A pod or pod template, wherever in an object it stands, with the API server's defaults applied and what the author wrote remembered. */
export interface Pod {
  readonly object: KubernetesObject;
  /** From the object's root to the pod spec. */
  readonly at: Path;
  /** From the object's root to the pod's metadata; it need not exist there. */
  readonly metadataAt: Path;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** As written; fields of a wrong type are left out and reported apart. */
  readonly spec: IPodSpec;
  /** Where the grace period belongs; undefined where the object has no place for one (steps of a workflow engine). */
  readonly graceAt: Path | undefined;
  /** The effective grace period in seconds: 30 where unset, 1 where negative (A25). */
  readonly graceSeconds: number;
  /** What the author wrote, if anything. */
  readonly writtenGraceSeconds: number | undefined;
  /** `job`: runs to completion (Job, CronJob, workflow step); `service`: runs until it is told to leave. */
  readonly lifetime: "service" | "job";
  readonly os: "linux" | "windows";
  /** All containers: init and sidecars in their order, then main, then ephemeral. */
  readonly containers: readonly Container[];
  readonly mainContainers: readonly Container[];
  /** Native sidecars, in order of listing. */
  readonly sidecars: readonly Container[];
  /** `shareProcessNamespace: true`: PID 1 is the pause process (D1). */
  readonly sharesProcessNamespace: boolean;
  /** True where one of the containers is gracewarden's own proxy. */
  readonly runsProxy: boolean;
  /** `at` with further steps. */
  path(...steps: Path): Path;
}
