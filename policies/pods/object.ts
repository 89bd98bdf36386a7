import type { Path } from "../path.ts";

/** One Kubernetes object of the set under judgement, its envelope checked, its body as it was written. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined where the manifest leaves it to the context. */
  readonly namespace: string | undefined;
  /** Empty where neither `name` nor `generateName` is written. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The object itself; every path of a finding starts here. */
  readonly value: Readonly<Record<string, unknown>>;
  /** The file it came from, for overrides by path; undefined at admission. */
  readonly file: string | undefined;
}

/** A place in an object that cannot be read as Kubernetes would need it. */
export interface ShapeProblem {
  readonly at: Path;
  readonly message: string;
  /** A template placeholder may become anything: then the problem is undetermined. */
  readonly verdict: "fail" | "undetermined";
}

/** `Service web`, as messages name an object. */
export function nameOf({ kind, name }: Pick<KubernetesObject, "kind" | "name">): string {
  return name === "" ? kind : `${kind} ${name}`;
}
