import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder with files, gone when the test is over. It counts as a repository, so that no configuration above is found. */
export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "gracewarden-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, ".git"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

/** A pod without anything to report. */
export const pod = (name = "app"): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  containers:
    - name: app
      image: registry.example/app:1
`;

/** A pod with a grace period of 0: one warning of grace-not-zero, on line 6, that --fix mends. */
export const hasty = (name = "hasty"): string =>
  pod(name).replace("spec:\n", "spec:\n  terminationGracePeriodSeconds: 0 # in a hurry\n");

/** The same on a StatefulSet: an error. */
export const hastySet = (name = "db"): string => `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: ${name}
  namespace: data
spec:
  serviceName: ${name}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: db
          image: registry.example/db:1
`;
