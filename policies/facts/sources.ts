/** URL prefixes and pages that several facts cite. Code is linked at the version in which its lines can be read. */

/** Kubernetes source, as of the release the facts were checked in. */
export const kubernetes = "https://github.com/kubernetes/kubernetes/blob/v1.37.2";
export const kubelet = `${kubernetes}/pkg/kubelet`;
export const apiserver = `${kubernetes}/staging/src/k8s.io/apiserver/pkg`;
export const kubectl = `${kubernetes}/staging/src/k8s.io/kubectl/pkg`;
export const podSecurity = `${kubernetes}/staging/src/k8s.io/pod-security-admission/policy`;
const api = `${kubernetes}/staging/src/k8s.io/api`;

/** Kubernetes files that more than one fact cites. */
export const code = {
  killContainer: `${kubelet}/kuberuntime/kuberuntime_container.go`,
  syncPod: `${kubelet}/kuberuntime/kuberuntime_manager.go`,
  sidecarOrder: `${kubelet}/kuberuntime/kuberuntime_termination_order.go`,
  hooks: `${kubelet}/lifecycle/handlers.go`,
  kubelet: `${kubelet}/kubelet.go`,
  podWorkers: `${kubelet}/pod_workers.go`,
  podStatus: `${kubelet}/status/status_manager.go`,
  probeWorker: `${kubelet}/prober/worker.go`,
  probeManager: `${kubelet}/prober/prober_manager.go`,
  eviction: `${kubelet}/eviction/eviction_manager.go`,
  containerHelpers: `${kubelet}/container/helpers.go`,
  kubeletConfig: `${kubernetes}/staging/src/k8s.io/kubelet/config/v1beta1/types.go`,
  cri: `${kubernetes}/staging/src/k8s.io/cri-api/pkg/apis/runtime/v1/api.proto`,
  gates: `${kubernetes}/pkg/features/kube_features.go`,
  podValidation: `${kubernetes}/pkg/apis/core/validation/validation.go`,
  podDefaults: `${kubernetes}/pkg/apis/core/v1/defaults.go`,
  podDroppedFields: `${kubernetes}/pkg/api/pod/util.go`,
  podTypes: `${api}/core/v1/types.go`,
  appsTypes: `${api}/apps/v1/types.go`,
  batchTypes: `${api}/batch/v1/types.go`,
  policyTypes: `${api}/policy/v1/types.go`,
  admissionTypes: `${api}/admission/v1/types.go`,
  appsDefaults: `${kubernetes}/pkg/apis/apps/v1/defaults.go`,
  podDelete: `${apiserver}/registry/rest/delete.go`,
  endpoints: `${kubernetes}/staging/src/k8s.io/endpointslice/utils.go`,
  webhookDispatch: `${apiserver}/admission/plugin/webhook/mutating/dispatcher.go`,
  webhookDefaults: `${kubernetes}/pkg/apis/admissionregistration/v1/defaults.go`,
  webhookValidation: `${kubernetes}/pkg/apis/admissionregistration/validation/validation.go`,
  apiserverGates: `${apiserver}/features/kube_features.go`,
} as const;

/** GitHub threads of kubernetes/kubernetes. */
export const issue = "https://github.com/kubernetes/kubernetes/issues";
export const pull = "https://github.com/kubernetes/kubernetes/pull";

/** Enhancement proposals: `${kep}/3960`. */
export const kep = "https://kep.k8s.io";

/** Runtimes, as of the releases that were read. */
export const containerd = "https://github.com/containerd/containerd/blob/v2.3.4";
export const runc = "https://github.com/opencontainers/runc/blob/v1.5.1";
export const crio = "https://github.com/cri-o/cri-o/blob/v1.36.3";

const concepts = "https://kubernetes.io/docs/concepts";

/** Pages of the Kubernetes documentation. */
export const docs = {
  podLifecycle: `${concepts}/workloads/pods/pod-lifecycle/`,
  hooks: `${concepts}/containers/container-lifecycle-hooks/`,
  sidecars: `${concepts}/workloads/pods/sidecar-containers/`,
  disruptions: `${concepts}/workloads/pods/disruptions/`,
  nodeShutdown: `${concepts}/cluster-administration/node-shutdown/`,
  webhookPractices: `${concepts}/cluster-administration/admission-webhooks-good-practices/`,
  nodePressure: `${concepts}/scheduling-eviction/node-pressure-eviction/`,
  apiEviction: `${concepts}/scheduling-eviction/api-eviction/`,
  preemption: `${concepts}/scheduling-eviction/pod-priority-preemption/`,
  endpointSlices: `${concepts}/services-networking/endpoint-slices/`,
  statefulSet: `${concepts}/workloads/controllers/statefulset/`,
  deployment: `${concepts}/workloads/controllers/deployment/`,
  probes: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
  sharedPids: "https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/",
  forceDelete: "https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/",
  virtualIps: "https://kubernetes.io/docs/reference/networking/virtual-ips/",
  endpointTermination: "https://kubernetes.io/docs/tutorials/services/pods-and-endpoint-termination-flow/",
  webhooks: "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
} as const;
