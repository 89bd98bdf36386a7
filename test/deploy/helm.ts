import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

export const chart = resolve(import.meta.dirname, "../../deploy/chart");
export const namespace = "gracewarden-system";

/** The program by its name, or undefined where it cannot be started. */
export function programOnPath(name: string, versionArgs: readonly string[]): string | undefined {
  return spawnSync(name, versionArgs).status === 0 ? name : undefined;
}

/** Another one can be named by `HELM`. */
export const helm = programOnPath(process.env["HELM"] ?? "helm", ["version", "--client"]);

export interface Rendered {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the chart becomes with these values, as YAML. A `helm` built from source believes in a cluster of 1.20, so the version is told. */
export function render(values: object = {}): Rendered {
  if (helm === undefined) throw new Error("helm is not on the PATH");
  const { status, stdout, stderr } = spawnSync(
    helm,
    ["template", "gracewarden", chart, "--namespace", namespace, "--kube-version", "1.30.0", "--values", "-"],
    { input: JSON.stringify(values), encoding: "utf8" },
  );
  return { code: status, stdout, stderr };
}
