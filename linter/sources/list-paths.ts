import { isSameValue } from "../../policies/manifests/same-value.ts";
import { valueAt, type Path } from "../../policies/path.ts";
import { isRecord } from "../../policies/record.ts";

/**
 * How far a path of one object leads in another that it was made from: items of lists are found by their name, as a
 * patch puts others before them. The steps end where the other object has nothing that corresponds.
 */
export function correspondingPath(path: Path, made: unknown, from: unknown): Path {
  const found: (string | number)[] = [];
  for (const [index, step] of path.entries()) {
    const there = valueAt(from, found);
    const next = typeof step === "number" ? correspondingItem(valueAt(made, path.slice(0, index)), step, there) : step;
    if (next === undefined || valueAt(from, [...found, next]) === undefined) break;
    found.push(next);
  }
  return found;
}

function correspondingItem(made: unknown, index: number, from: unknown): number | undefined {
  if (!Array.isArray(made) || !Array.isArray(from)) return undefined;
  const item: unknown = made[index];
  const name = isRecord(item) ? item["name"] : undefined;
  const is = (other: unknown): boolean =>
    typeof name === "string" ? isRecord(other) && other["name"] === name : isSameValue(other, item);
  const at = from.findIndex(is);
  return at === -1 || from.findLastIndex(is) !== at ? undefined : at;
}
