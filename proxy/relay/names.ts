import type { Backend } from "../backends/backend.ts";

/** What a client calls the tool or prompt of a backend. */
export const exposedName = (backend: string, name: string, separator: string): string =>
  separator === "" ? name : `${backend}${separator}${name}`;

/**
 * Whose tool or prompt a client means, and its own name there. The name of a backend never has the separator in it, so
 * the first one ends it. Undefined where no backend has that name.
 */
export function ownName(
  exposed: string,
  backends: readonly Backend[],
  separator: string,
): { readonly backend: Backend; readonly name: string } | undefined {
  const [only] = backends;
  if (separator === "") return only === undefined ? undefined : { backend: only, name: exposed };
  const at = exposed.indexOf(separator);
  const backend = at < 0 ? undefined : backends.find(({ name }) => name === exposed.slice(0, at));
  return backend && { backend, name: exposed.slice(at + separator.length) };
}
