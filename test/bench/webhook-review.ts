function container(index: number, pad: number): object {
  return {
    name: `c${index}`,
    image: "registry.example/shop/web:1.2.3",
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
    env: Array.from({ length: 8 }, (_, each) => ({
      name: `SETTING_${each}`,
      value: `value ${each} ${"x".repeat(pad)}`,
    })),
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
    readinessProbe: {
      httpGet: { path: "/ready", port: "http", scheme: "HTTP" },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    volumeMounts: [
      { name: "kube-api-access-00000", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
    ],
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  };
}

/**
 * The review of a pod's creation, with the fields and in the order of an API server of 1.37. `pad`: characters in each
 * variable; `revision`: what tells its template from others.
 */
export function review(
  containers: number,
  pad: number,
  annotation: number,
  { revision = "7d4b9c" }: { readonly revision?: string } = {},
): Buffer {
  const object = {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name: `web-${revision}-00000`,
      generateName: `web-${revision}-`,
      namespace: "shop",
      uid: "d729568d-49ec-4347-9e51-0ea396100000",
      generation: 1,
      creationTimestamp: "2026-11-23T03:12:28Z",
      labels: { app: "web", "pod-template-hash": revision, "gracewarden.io/inject": "true" },
      annotations: { "example.com/notes": "n".repeat(annotation) },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: "web-7d4b9c",
          uid: "1",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [
        {
          manager: "kube-controller-manager",
          operation: "Update",
          apiVersion: "v1",
          time: "2026-11-23T03:12:28Z",
          fieldsType: "FieldsV1",
          fieldsV1: { "f:metadata": { "f:generateName": {} }, "f:spec": { "f:containers": {} } },
        },
      ],
    },
    spec: {
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      serviceAccountName: "default",
      securityContext: {},
      schedulerName: "default-scheduler",
      tolerations: ["not-ready", "unreachable"].map((key) => ({
        key: `node.kubernetes.io/${key}`,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 300,
      })),
      enableServiceLinks: true,
      containers: Array.from({ length: containers }, (_, index) => container(index, pad)),
      volumes: [
        {
          name: "kube-api-access-00000",
          projected: {
            defaultMode: 420,
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }],
          },
        },
      ],
    },
  };
  const pod = { group: "", version: "v1", kind: "Pod" };
  const pods = { group: "", version: "v1", resource: "pods" };
  return Buffer.from(
    `${JSON.stringify({
      kind: "AdmissionReview",
      apiVersion: "admission.k8s.io/v1",
      request: {
        uid: "705ab4f5-6393-11e8-b7cc-420100000002",
        kind: pod,
        resource: pods,
        requestKind: pod,
        requestResource: pods,
        name: `web-${revision}-00000`,
        namespace: "shop",
        operation: "CREATE",
        userInfo: { username: "system:serviceaccount:kube-system:replicaset-controller" },
        object,
        oldObject: null,
        dryRun: false,
        options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
      },
    })}\n`,
  );
}
