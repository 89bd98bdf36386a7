import { valueAt } from "../../policies/path.ts";
import { isRecord } from "../../policies/record.ts";

/** The owner that made an object and keeps it, as its ownerReferences say, where one does. */
export function controllerOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const owners = valueAt(value, ["metadata", "ownerReferences"]);
  const owner: unknown = Array.isArray(owners)
    ? owners.find((one) => isRecord(one) && one["controller"] === true)
    : undefined;
  return isRecord(owner) ? owner : undefined;
}
