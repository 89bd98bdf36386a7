import { ownAnnotationProblems } from "../pods/own-annotations.ts";
import { defineObjectRule } from "../rule.ts";

export default defineObjectRule({
  id: "readable-manifest",
  title: "A manifest can be read as Kubernetes reads it",
  category: "manifest",
  severity: "error",
  why: `What cannot be read cannot be judged, and the API server would refuse it or read something else than
its author meant. Syntax errors, files that are not UTF-8, duplicate keys and fields of a wrong type are
reported here with their position, and never count as clean.`,
  cites: [],
  needs: "pod",
  *check(object, _options, { set }) {
    yield* set.problemsIn(object);
    // They keep no pod from being judged: the numbers that they meant to state count as unknown.
    for (const { annotations, metadataAt } of set.podsIn(object)) yield* ownAnnotationProblems(annotations, metadataAt);
  },
  examples: [
    {
      name: "a grace period in quotes",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: quoted }
spec:
  terminationGracePeriodSeconds: "30"
  containers:
    - { name: app, image: app }
`,
      reports: ["spec.terminationGracePeriodSeconds"],
    },
    {
      name: "containers that are no list",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: mapping }
spec:
  template:
    spec:
      containers:
        app: { image: app }
`,
      reports: ["spec.template.spec.containers"],
    },
    {
      name: "spec is null",
      yaml: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: "null" }
spec: null
`,
      reports: ["spec"],
    },
    {
      name: "a placeholder may become anything",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: placeholder }
spec:
  terminationGracePeriodSeconds: \${GRACE}
  containers:
    - { name: app, image: app }
`,
      reports: ["? spec.terminationGracePeriodSeconds"],
    },
    {
      name: "annotations of ours that say nothing",
      yaml: `
apiVersion: v1
kind: Pod
metadata:
  name: unsaid
  annotations:
    gracewarden.io/drain-seconds: "45s"
    gracewarden.io/drain-secs: "45"
spec:
  containers:
    - { name: app, image: app }
`,
      reports: [
        'metadata.annotations["gracewarden.io/drain-seconds"]',
        'metadata.annotations["gracewarden.io/drain-secs"]',
      ],
    },
    {
      name: "whole numbers",
      yaml: `
apiVersion: v1
kind: Pod
metadata: { name: good }
spec:
  terminationGracePeriodSeconds: 30
  containers:
    - { name: app, image: app }
`,
    },
  ],
});
