/** A pod that opted in and lacks a preStop delay: mutate patches it. */
export const plainPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "web-", namespace: "shop", labels: { app: "web", "gracewarden.io/inject": "true" } },
  spec: {
    terminationGracePeriodSeconds: 30,
    containers: [{ name: "web", image: "nginx:1.27", ports: [{ containerPort: 80, protocol: "TCP" }] }],
  },
};

/** A pod that validate denies: the proxy shares its PID namespace with a sibling of the same uid. */
export const sharingPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "tools", namespace: "shop" },
  spec: {
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: 60,
    containers: [
      { name: "proxy", image: "registry.example/gracewarden-proxy:1.0" },
      { name: "helper", image: "registry.example/helper:1.0" },
    ],
  },
};

/** The review of an object's creation; `request` replaces fields of its request. */
export function reviewOf(object: unknown, request: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "0a1b2c",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      namespace: "shop",
      operation: "CREATE",
      object,
      ...request,
    },
  });
}
