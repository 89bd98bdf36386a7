import { copyFileSync, globSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface TreeSize {
  readonly definitions: number;
  readonly others: number;
}

/** The proportions of large repositories of operators: nine tenths of the bytes are CustomResourceDefinitions. */
export const largeTree: TreeSize = { definitions: 460, others: 9800 };
export const smallTree: TreeSize = { definitions: 0, others: 1000 };

const definitionBytes = 357_000;

/** Writes a tree of manifests, the same each time, and tells its bytes. */
export function writeTree(folder: string, { definitions, others }: TreeSize): number {
  let bytes = 0;
  const write = (part: string, index: number, text: string): void => {
    const path = join(folder, part, String(Math.floor(index / 100)));
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, `${index}.yaml`), text);
    bytes += text.length;
  };
  for (let index = 0; index < definitions; index++) write("crds", index, definition(index));
  for (let index = 0; index < others; index++) write("apps", index, other(index));
  return bytes;
}

/** Copies so many of a folder's manifests, evenly spread over it and in their folders, and tells their bytes. */
export function copySample(from: string, to: string, count: number): number {
  const files = globSync("**/*.{yaml,yml,json}", { cwd: from }).toSorted();
  const sample = Array.from({ length: count }, (_, index) => files[Math.floor((index * files.length) / count)] ?? "");
  let bytes = 0;
  for (const file of sample) {
    mkdirSync(join(to, dirname(file)), { recursive: true });
    copyFileSync(join(from, file), join(to, file));
    bytes += statSync(join(to, file)).size;
  }
  return bytes;
}

/** A definition that embeds pod templates, as those of operators do, until it has its size. */
function definition(index: number): string {
  const head = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things${index}.example.org
spec:
  group: example.org
  names: { kind: Thing${index}, plural: things${index} }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
`;
  const parts = [head];
  for (let length = head.length, part = 0; length < definitionBytes; part++) {
    const text = podSchema(`template${part}`);
    parts.push(text);
    length += text.length;
  }
  return parts.join("");
}

const podSchema = (name: string): string => `            ${name}:
              description: >-
                The pod that this part of the thing runs, with its containers, probes and hooks; what is left out is
                filled in by the operator when the thing is created or changed.
              type: object
              properties:
                containers:
                  description: List of containers belonging to the pod. There must be at least one container in a Pod.
                  type: array
                  items:
                    type: object
                    required: [name]
                    properties:
                      image: { type: string, description: "Container image name, as in any pod." }
                      name: { type: string }
                      lifecycle:
                        type: object
                        properties:
                          preStop:
                            type: object
                            properties:
                              exec: { type: object, properties: { command: { type: array, items: { type: string } } } }
                              sleep: { type: object, properties: { seconds: { type: integer, format: int64 } } }
                terminationGracePeriodSeconds:
                  description: Optional duration in seconds the pod needs to terminate gracefully.
                  format: int64
                  type: integer
`;

/**
 * A Deployment with its Service in one file, one of them impolite in ten; every fourth file is a ConfigMap. Of 2 kB each, as
 * in public repositories (993 files of 26 of them: 2 MB).
 */
function other(index: number): string {
  const name = `app-${index}`;
  if (index % 4 === 3) {
    const keys = Array.from({ length: 40 }, (_, key) => `  setting-${key}: "the value of setting ${key} of ${name}"\n`);
    return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n${keys.join("")}`;
  }
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: bench
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      serviceAccountName: ${name}
      terminationGracePeriodSeconds: ${index % 10 === 0 ? 5 : 60}
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
      volumes:
        - name: settings
          configMap:
            name: ${name}
        - name: scratch
          emptyDir: {}
      containers:
        - name: server
          image: registry.example/team/${name}:1.${index}
          command: ["/usr/local/bin/${name}", "--listen=:8080"]
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          env:
            - name: LOG_LEVEL
              value: info
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: ${name}
                  key: database-password
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: settings
              mountPath: /etc/${name}
              readOnly: true
            - name: scratch
              mountPath: /tmp
          lifecycle:
            preStop:
              sleep:
                seconds: 10
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
          livenessProbe:
            httpGet:
              path: /live
              port: 8080
            periodSeconds: 20
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
        - name: exporter
          image: registry.example/observability/exporter:2.4
          args: ["--source=http://127.0.0.1:8080/stats", "--listen=:9090"]
          ports:
            - name: metrics
              containerPort: 9090
          resources:
            requests:
              cpu: 10m
              memory: 32Mi
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
`;
}
