import type { NameFilter } from "../config/config.ts";

/** Whether a name passes: some `allow` (or none is written) and no `deny`. */
export function passes({ allow, deny }: NameFilter, name: string): boolean {
  return (
    (allow?.some((pattern) => matches(pattern, name)) ?? true) &&
    !(deny ?? []).some((pattern) => matches(pattern, name))
  );
}

/** `*` stands for any text. Linear in both lengths: a pattern is written by us, a name is not. */
export function matches(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
