import { valueAt } from "../path.ts";
import type { KubernetesObject } from "../pods/object.ts";
import type { ObjectSet } from "../pods/object-set.ts";
import { isOwnedBy } from "../pods/owners.ts";
import type { Pod } from "../pods/pod.ts";
import { isRecord } from "../record.ts";
import type { AdmissionSettings, ReviewRequest, SkipReason } from "./decision.ts";

/** `"true"` asks for injection, `"false"` declines it, whatever runs in the pod and whatever its namespace says. */
const injectLabel = "gracewarden.io/inject";

/** The pod that a request is to create, where the mutating side has a say in it; otherwise why not. */
export function podInScope(request: ReviewRequest, set: ObjectSet, settings: AdmissionSettings): Pod | SkipReason {
  const { object } = request;
  if (
    request.operation !== "CREATE" ||
    request.resource !== "pods" ||
    request.subResource !== "" ||
    object.kind !== "Pod"
  )
    return "not-a-pod-creation";
  if (Object.hasOwn(object.annotations, "kubernetes.io/config.mirror")) return "mirror-pod";
  const [pod] = set.podsIn(object);
  if (pod === undefined || set.problemsIn(object).length > 0 || !takesAnnotations(object)) return "unreadable";
  return reasonOfPod(pod, settings) ?? pod;
}

function reasonOfPod(pod: Pod, { namespaceOptedIn }: AdmissionSettings): SkipReason | undefined {
  const label = Object.hasOwn(pod.labels, injectLabel) ? pod.labels[injectLabel] : undefined;
  if (label === "false") return "opted-out";
  if (label !== "true" && !namespaceOptedIn && !pod.mainContainers.some(({ isProxy }) => isProxy)) {
    // The hook of a native sidecar would run while the app still needs it (A15).
    return pod.sidecars.some(({ isProxy }) => isProxy) ? "proxy-is-sidecar" : "not-in-scope";
  }
  if (pod.os === "windows") return "windows";
  return pod.lifetime === "job" || isOwnedBy(pod.object.value, "Job") ? "job" : undefined;
}

const takesAnnotations = ({ value }: KubernetesObject): boolean =>
  [["metadata"], ["metadata", "annotations"]].every((at) => isRecord(valueAt(value, at) ?? {}));
