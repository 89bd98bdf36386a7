import type { ObjectMatch } from "./config.ts";
import type { KubernetesObject } from "./pods/object.ts";
import { workloadsOf, type Workload } from "./pods/workload-of.ts";
import type { Pod } from "./pods/pod.ts";

/**
 * Whether an override or waiver is for the object; labels may stand on the object or on its pod. Kind and name are those of
 * the workload: a Pod that a Deployment made is matched as the Deployment, in a file and at admission.
 */
export function matchesObject(match: ObjectMatch, object: KubernetesObject, pod?: Pod): boolean {
  const { kinds, namespaces, names, labels, paths } = match;
  if ((kinds !== undefined || names !== undefined) && !workloadsOf(object).some(isMeant)) return false;
  if (namespaces !== undefined && !namespaces.some((pattern) => matchesName(pattern, object.namespace ?? "default")))
    return false;
  if (
    labels !== undefined &&
    !Object.entries(labels).every(([key, value]) => object.labels[key] === value || pod?.labels[key] === value)
  )
    return false;
  return (
    paths === undefined ||
    (object.file !== undefined && paths.some((pattern) => matchesPath(pattern, object.file ?? "")))
  );

  function isMeant({ kind, name }: Workload): boolean {
    if (kinds !== undefined && !kinds.includes(kind)) return false;
    return names === undefined || names.some((pattern) => matchesName(pattern, name));
  }
}

function matchesName(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.split("*").map(escape).join(".*")}$`).test(name);
}

/** `legacy/**`, `**\/test/*.yaml`; a pattern without a wildcard is a file or a folder. */
function matchesPath(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/^\.\//, "")
    .replace(/\/$/, "")
    .split(/(\*\*\/|\*\*|\*)/)
    .map((part) => (part === "**/" ? "(?:.*/)?" : part === "**" ? ".*" : part === "*" ? "[^/]*" : escape(part)))
    .join("");
  return new RegExp(`^${source}(?:/.*)?$`).test(path.replaceAll("\\", "/").replace(/^\.\//, ""));
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
