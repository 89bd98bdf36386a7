import { hasty, hastySet, pod } from "./folder.ts";

const waiver = (expires: string): string =>
  `  annotations:\n    waive.gracewarden.io/grace-not-zero: "a simulator; owner=team-a; expires=${expires}; ticket=A-1"\n`;

const waived = (name: string, expires: string): string =>
  hastySet(name).replace("  namespace: data\n", `  namespace: data\n${waiver(expires)}`);

const sharing = `apiVersion: v1
kind: Pod
metadata: { name: together }
spec:
  shareProcessNamespace: true
  containers:
    - { name: app, image: registry.example/app:1, securityContext: { runAsUser: 1000 } }
    - { name: logs, image: registry.example/logs:1, command: [sh, -c, "node logs.js | cat"], securityContext: { runAsUser: 1000 } }
    - { name: alone, image: registry.example/alone:1, securityContext: { runAsUser: 2000, capabilities: { drop: [KILL] } } }
`;

const slow = pod("slow").replace(
  "      image: registry.example/app:1\n",
  `      image: registry.example/app:1\n      lifecycle: { preStop: { exec: { command: [sh, -c, sleep 40] } } }\n`,
);

/** One of everything that a review tells of. */
export const reviewed = {
  "a.yaml": hasty("one"),
  "slow.yaml": slow,
  "sharing.yaml": sharing,
  "expired.yaml": waived("late", "2026-11-01"),
  "expiring.yaml": waived("soon", "2026-12-20"),
  "holds.yaml": waived("fine", "2027-06-30"),
  "unknown.yaml": hasty("later").replace("Seconds: 0", "Seconds: ${GRACE}"),
  "broken.yaml": "apiVersion: v1\nkind: Pod\n  metadata: [\n",
  "chart/templates/a.yaml": "{{ if .Values.x }}\nkind: Pod\n{{ end }}\n",
  "secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n",
  "gracewarden.yaml": "rules: { pid-one-reaps: off }\n",
};
