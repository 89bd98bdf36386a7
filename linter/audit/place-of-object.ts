import type { KubernetesObject } from "../../policies/pods/object.ts";

/** What a live object is called where a file has its name: `shop/Deployment/web`. */
export const placeOfObject = ({ namespace, kind, name }: KubernetesObject): string =>
  [namespace, kind, name].filter((part) => part !== undefined).join("/");
