import { valueAt } from "../path.ts";
import type { KubernetesObject } from "./object.ts";

/** True for a Service with `clusterIP: None`: its DNS name leads to the pods themselves and no proxy balances. */
export function isHeadless(service: KubernetesObject): boolean {
  return valueAt(service.value, ["spec", "clusterIP"]) === "None";
}
