import { leastReplicas } from "../pods/replicas.ts";
import { defineObjectRule } from "../rule.ts";
import { variablesOf } from "../shutdown/recognisers/environment.ts";

/** How gracewarden's proxy is told the keys of its session ids. */
const keyVariables = ["GRACEWARDEN_SESSION_KEYS", "GRACEWARDEN_SESSION_KEYS_FILE"] as const;

export default defineObjectRule({
  id: "proxy-replicas-share-a-key",
  title: "Replicas of the proxy open each other's session ids",
  category: "traffic",
  severity: "error",
  why: `gracewarden's proxy seals what a replica must know of an MCP session into the session's id, so that any replica,
and the pod that takes the place of this one, serves it on. That needs one key for all. A proxy without a key makes one
when it starts: another replica cannot open its ids and answers 404, and a rollout, which runs old and new pods side by
side and then ends the old ones, makes every client begin anew.`,
  cites: ["deployment-terminating-not-counted"],
  needs: "set",
  kinds: ["Deployment", "StatefulSet", "ReplicaSet", "Rollout"],
  *check(workload, _options, { set }) {
    for (const pod of set.podsIn(workload)) {
      const replicas = leastReplicas(workload, set);
      if (replicas?.count === 0) continue;
      for (const container of pod.mainContainers) {
        if (!container.isProxy) continue;
        const variables = variablesOf(container);
        const key = keyVariables.map((name) => variables.get(name)).find((variable) => variable !== undefined);
        if (key !== undefined && key.value !== "") continue;
        const isOne = replicas?.count === 1 && !replicas.isMinimum;
        const harm = isOne
          ? "a rollout makes every client begin its session anew"
          : `${replicas === undefined ? "replicas" : `the ${replicas.count} or more replicas (${replicas.text})`} answer 404 to each other's sessions, and a rollout makes every client begin anew`;
        const told = `${container.name} has no key for session ids`;
        if ((container.spec.envFrom ?? []).length > 0)
          yield {
            at: container.path("envFrom"),
            container: container.name,
            verdict: "undetermined",
            message: `nothing shows whether ${container.name} has a key for session ids: envFrom may hold it; name it in env, ${keyVariables[0]} from a Secret`,
          };
        else
          yield {
            at: key?.at ?? container.path("env"),
            container: container.name,
            severity: isOne ? "warn" : "error",
            message: `${told}, so ${harm}; set ${keyVariables[0]} from a Secret that all replicas share`,
          };
      }
    }
  },
  examples: [
    {
      name: "two replicas, each with a key of its own",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: mcp }
spec:
  replicas: 2
  template:
    metadata: { labels: { app: mcp } }
    spec:
      containers:
        - { name: proxy, image: registry.example/gracewarden-proxy:1 }
`,
      reports: ["spec.template.spec.containers[0].env"],
    },
    {
      name: "one replica, and an empty key",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: mcp }
spec:
  template:
    metadata: { labels: { app: mcp } }
    spec:
      containers:
        - name: proxy
          image: registry.example/gracewarden-proxy:1
          env: [{ name: GRACEWARDEN_SESSION_KEYS, value: "" }]
`,
      reports: ["spec.template.spec.containers[0].env[0].value"],
    },
    {
      name: "the key may come with envFrom",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: mcp }
spec:
  replicas: 2
  template:
    metadata: { labels: { app: mcp } }
    spec:
      containers:
        - name: proxy
          image: registry.example/gracewarden-proxy:1
          envFrom: [{ secretRef: { name: mcp } }]
`,
      reports: ["? spec.template.spec.containers[0].envFrom"],
    },
    {
      name: "a key from a Secret, and one from a file",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: mcp }
spec:
  replicas: 3
  template:
    metadata: { labels: { app: mcp } }
    spec:
      containers:
        - name: proxy
          image: registry.example/gracewarden-proxy:1
          env: [{ name: GRACEWARDEN_SESSION_KEYS, valueFrom: { secretKeyRef: { name: mcp, key: keys } } }]
        - name: second
          image: registry.example/gracewarden-proxy:1
          env: [{ name: GRACEWARDEN_SESSION_KEYS_FILE, value: /keys/session }]
`,
    },
    {
      name: "no replica at all, and another program",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: mcp }
spec:
  replicas: 0
  template:
    metadata: { labels: { app: mcp } }
    spec:
      containers:
        - { name: proxy, image: registry.example/gracewarden-proxy:1 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: registry.example/web:1 }
`,
    },
  ],
});
