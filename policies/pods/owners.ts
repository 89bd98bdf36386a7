import { valueAt } from "../path.ts";
import { isRecord } from "../record.ts";

type Owner = Readonly<Record<string, unknown>>;

function ownersOf(value: unknown): readonly Owner[] {
  const owners = valueAt(value, ["metadata", "ownerReferences"]);
  return Array.isArray(owners) ? owners.filter(isRecord) : [];
}

/** The owner that made an object and keeps it, as its ownerReferences say, where one does. */
export const controllerOf = (value: unknown): Owner | undefined =>
  ownersOf(value).find((owner) => owner["controller"] === true);

/** True where an object of this kind is among the owners. */
export const isOwnedBy = (value: unknown, kind: string): boolean =>
  ownersOf(value).some((owner) => owner["kind"] === kind);
