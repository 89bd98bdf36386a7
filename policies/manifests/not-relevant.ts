import { isRecord } from "../record.ts";

/**
 * Kinds, by API group, that hold no pod and say nothing about one's shutdown. A kind of the same name in another group
 * is a different thing and is read.
 */
const notRelevant: Readonly<Record<string, readonly string[]>> = {
  "": [
    "ConfigMap",
    "Endpoints",
    "Event",
    "LimitRange",
    "Namespace",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ResourceQuota",
    "Secret",
    "ServiceAccount",
  ],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
  "apiregistration.k8s.io": ["APIService"],
  "certificates.k8s.io": ["CertificateSigningRequest"],
  "coordination.k8s.io": ["Lease"],
  "discovery.k8s.io": ["EndpointSlice"],
  "events.k8s.io": ["Event"],
  "flowcontrol.apiserver.k8s.io": ["FlowSchema", "PriorityLevelConfiguration"],
  "monitoring.coreos.com": [
    "AlertmanagerConfig",
    "PodMonitor",
    "Probe",
    "PrometheusRule",
    "ScrapeConfig",
    "ServiceMonitor",
  ],
  "networking.istio.io": [
    "DestinationRule",
    "EnvoyFilter",
    "Gateway",
    "ServiceEntry",
    "Sidecar",
    "VirtualService",
    "WorkloadEntry",
    "WorkloadGroup",
  ],
  "networking.k8s.io": ["IngressClass", "NetworkPolicy"],
  "node.k8s.io": ["RuntimeClass"],
  "rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
  "scheduling.k8s.io": ["PriorityClass"],
  "snapshot.storage.k8s.io": ["VolumeSnapshot", "VolumeSnapshotClass", "VolumeSnapshotContent"],
  "storage.k8s.io": [
    "CSIDriver",
    "CSINode",
    "CSIStorageCapacity",
    "StorageClass",
    "VolumeAttachment",
    "VolumeAttributesClass",
  ],
};

const kinds = new Set(Object.entries(notRelevant).flatMap(([group, names]) => names.map((name) => `${group}/${name}`)));

/**
 * The kind of a document that cannot matter, read from its text before parsing; undefined where that is not certain.
 * `content` begins with the document's first character that is no comment.
 */
export function irrelevantKind(content: string): string | undefined {
  // In a flow collection or a quoted text a line's start says nothing about the level.
  if (!blockKey.test(content)) return undefined;
  const kind = topLevelWord(content, "kind");
  const apiVersion = kind === undefined ? undefined : topLevelWord(content, "apiVersion");
  if (kind === undefined || apiVersion === undefined) return undefined;
  return isIrrelevant(apiVersion, kind) || (isCustom(apiVersion, kind) && !matters.test(content)) ? kind : undefined;
}

/** Groups whose objects are judged, or judged by, though they hold no `containers`. */
const judgedGroups = new Set([
  "argoproj.io",
  "cloud.google.com",
  "keda.sh",
  "kyverno.io",
  "mutations.gatekeeper.sh",
  "policies.kyverno.io",
  "tekton.dev",
]);

/** A kind of somebody's own matters by the pods that it holds; of those of Kubernetes some matter by what they are. */
function isCustom(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion);
  return group.includes(".") && !group.endsWith("k8s.io") && !judgedGroups.has(group) && !kind.endsWith("List");
}

/** A pod is found by its list of `containers`, a waiver by its annotation. Behind a backslash either could be written otherwise. */
const matters = /containers|gracewarden\.io|\\/;

const blockKey = /^["']?[A-Za-z][\w.-]*["']?[ \t]*:(?=[ \t\r\n])/;

/** The same question for a document that had to be parsed, as JSON has. */
export function irrelevantKindOf(value: unknown): string | undefined {
  if (!isRecord(value) || typeof value["kind"] !== "string" || typeof value["apiVersion"] !== "string")
    return undefined;
  return isIrrelevant(value["apiVersion"], value["kind"]) ? value["kind"] : undefined;
}

function isIrrelevant(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion);
  return kinds.has(`${group}/${kind}`) || (kind.endsWith("List") && kinds.has(`${group}/${kind.slice(0, -4)}`));
}

const groupOf = (apiVersion: string): string => apiVersion.slice(0, Math.max(0, apiVersion.indexOf("/")));

const word = /:[ \t]+(["']?)([A-Za-z0-9./-]+)\1[ \t]*(?:#[^\n]*)?\r?(?:\n|$)/y;

/** The value of a key that stands once at the start of a line. Twice, a `---` may be missing between two objects. */
function topLevelWord(text: string, key: string): string | undefined {
  const atLineStart = `\n${key}:`;
  const first = text.startsWith(`${key}:`) ? 0 : text.indexOf(atLineStart) + 1;
  if (first === 0 && !text.startsWith(`${key}:`)) return undefined;
  if (text.includes(atLineStart, first)) return undefined;
  word.lastIndex = first + key.length;
  return word.exec(text)?.[2];
}
