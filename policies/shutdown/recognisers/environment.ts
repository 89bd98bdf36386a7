import type { Path } from "../../path.ts";
import type { Container } from "../../pods/pod.ts";

/** A variable of a container: its literal text, or undefined where the cluster fills it in. */
export interface Variable {
  readonly name: string;
  readonly value: string | undefined;
  readonly at: Path;
}

/** All variables that are written out, by name; the last of a name counts. Those behind `envFrom` are not to be seen. */
export function variablesOf({ spec, at }: Container): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>();
  for (const [index, { name, value, valueFrom }] of (spec.env ?? []).entries()) {
    if (typeof name !== "string") continue;
    const step = valueFrom === undefined ? "value" : "valueFrom";
    // `$(NAME)` is expanded by the kubelet.
    const literal = valueFrom === undefined && !/\$\(/.test(value ?? "") ? (value ?? "") : undefined;
    variables.set(name, { name, value: literal, at: [...at, "env", index, step] });
  }
  return variables;
}

/** One variable by name; undefined where it is not written out. */
export const variable = (container: Container, name: string): Variable | undefined => variablesOf(container).get(name);
