import { valueAt } from "../path.ts";
import type { Pod } from "../pods/pod.ts";
import { isRecord } from "../record.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The Pod that would be created from a pod or pod template, as the API server shows it to admission webhooks: nulls
 * dropped and its defaults filled in (F14; `SetDefaults_*` of pkg/apis/core/v1/defaults.go, v1.37). What the built-in
 * admission plugins add (service account, tolerations, priority) has no say in how a pod stops, and is left out.
 * Undefined where the containers stand outside of a pod spec, as a workflow engine's steps do.
 */
export function defaultedPod(pod: Pod): Fields | undefined {
  const { object } = pod;
  const spec = withoutNulls(valueAt(object.value, pod.at));
  if (!isRecord(spec) || !Array.isArray(spec["containers"])) return undefined;
  const written = withoutNulls(valueAt(object.value, pod.metadataAt));
  const metadata = isRecord(written) ? written : {};
  const namespace = object.namespace ?? "default";
  if (object.kind === "Pod")
    return { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, namespace }, spec: podSpec(spec) };
  const { labels, ...owner } = ownerOf(object);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      ...(labels !== undefined && { labels: { ...pod.labels, ...labels } }),
      generateName: `${owner.name}-`,
      namespace,
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: podSpec(spec),
  };
}

/** Stands for the hash of a pod template, and for the minute of a CronJob's run. */
const hash = "5d9c7b6f4f";
const minute = "29748960";

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** What the owner's controller adds to its pods. */
  readonly labels?: Fields;
}

/** Who makes the pods of a workload: a Deployment's are its ReplicaSet's, a CronJob's its Job's. */
function ownerOf({ apiVersion, kind, name }: Pod["object"]): Owner {
  if (kind === "Deployment")
    return {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      name: `${name}-${hash}`,
      labels: { "pod-template-hash": hash },
    };
  if (kind === "CronJob") return { apiVersion: "batch/v1", kind: "Job", name: `${name}-${minute}` };
  return { apiVersion, kind, name };
}

function podSpec(spec: Fields): Fields {
  const { terminationGracePeriodSeconds: grace } = spec;
  const onHost = spec["hostNetwork"] === true;
  return {
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    securityContext: {},
    enableServiceLinks: true,
    ...spec,
    // A negative one arrives as 1 (A25).
    terminationGracePeriodSeconds: grace === undefined ? 30 : typeof grace === "number" && grace < 0 ? 1 : grace,
    ...mapped(spec, "containers", (container) => containerOf(container, onHost)),
    ...mapped(spec, "initContainers", (container) => containerOf(container, onHost)),
    ...mapped(spec, "ephemeralContainers", (container) => containerOf(container, onHost)),
    ...mapped(spec, "volumes", volumeOf),
  };
}

function containerOf(container: Fields, onHost: boolean): Fields {
  const { image, lifecycle } = container;
  return {
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: typeof image === "string" && isLatest(image) ? "Always" : "IfNotPresent",
    resources: {},
    ...container,
    ...mapped(container, "ports", (port) => ({
      protocol: "TCP",
      ...(onHost ? { hostPort: port["containerPort"] } : {}),
      ...port,
    })),
    ...present(container, ["livenessProbe", "readinessProbe", "startupProbe"], probeOf),
    ...(isRecord(lifecycle)
      ? { lifecycle: { ...lifecycle, ...present(lifecycle, ["preStop", "postStart"], handlerOf) } }
      : {}),
  };
}

function isLatest(image: string): boolean {
  const tagged = image.slice(image.lastIndexOf("/") + 1);
  return !tagged.includes("@") && (!tagged.includes(":") || tagged.endsWith(":latest"));
}

const probeOf = (probe: Fields): Fields => ({
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
  ...handlerOf(probe),
});

const handlerOf = (handler: Fields): Fields => ({
  ...handler,
  ...present(handler, ["httpGet"], (get) => ({ path: "/", scheme: "HTTP", ...get })),
  ...present(handler, ["grpc"], (grpc) => ({ service: "", ...grpc })),
});

function volumeOf(volume: Fields): Fields {
  return {
    ...(Object.keys(volume).length === 1 ? { emptyDir: {} } : {}),
    ...volume,
    ...present(volume, ["secret", "configMap", "projected", "downwardAPI"], (source) => ({
      defaultMode: 420,
      ...source,
    })),
  };
}

/** The mappings among some members, each made anew. */
function present(parent: Fields, keys: readonly string[], make: (value: Fields) => Fields): Fields {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = parent[key];
      return isRecord(value) ? [[key, make(value)]] : [];
    }),
  );
}

/** A list with its mappings made anew; nothing where it is no list. */
function mapped(parent: Fields, key: string, make: (item: Fields) => Fields): Fields {
  const list = parent[key];
  return Array.isArray(list) ? { [key]: list.map((item: unknown) => (isRecord(item) ? make(item) : item)) } : {};
}

/** Null means unset to the API server; in a list it stays, to be refused. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNulls(member)]])),
  );
}
