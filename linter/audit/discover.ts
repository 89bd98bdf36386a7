import { valueAt } from "../../policies/path.ts";
import { isRecord } from "../../policies/record.ts";
import { programError } from "../errors.ts";
import type { ApiServer } from "./api-server.ts";
import type { AuditedKind } from "./kinds.ts";

/** An audited kind as a server has it. */
export interface ServedKind extends AuditedKind {
  /** `apps/v1` */
  readonly apiVersion: string;
  /** `Deployment` */
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * The kinds that the server has, each in the group's preferred version or else in the first that holds it. It is asked,
 * since a list of a kind that is not there is answered with 403 where it could not have been read either.
 */
export async function discover(api: ApiServer, kinds: readonly AuditedKind[]): Promise<readonly ServedKind[]> {
  const groups = readGroups((await found(api, "/apis"))?.body);
  const byGroup = [...Map.groupBy(kinds, ({ group }) => group)];
  const served = await Promise.all(
    byGroup.map(([group, wanted]) => inGroup(api, group === "" ? ["v1"] : (groups.get(group) ?? []), wanted)),
  );
  return served.flat();
}

async function inGroup(
  api: ApiServer,
  versions: readonly string[],
  kinds: readonly AuditedKind[],
): Promise<readonly ServedKind[]> {
  const served = new Map<AuditedKind, ServedKind>();
  for (const apiVersion of versions) {
    const missing = kinds.filter((kind) => !served.has(kind));
    if (missing.length === 0) break;
    const answer = await found(api, apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`);
    const resources = listIn(answer?.body, "resources");
    for (const one of missing) {
      const entry = resources.find(({ name }) => name === one.resource);
      if (entry === undefined || typeof entry["kind"] !== "string") continue;
      served.set(one, { ...one, apiVersion, kind: entry["kind"], namespaced: entry["namespaced"] === true });
    }
  }
  return [...served.values()];
}

async function found(api: ApiServer, path: string) {
  const answer = await api.get(path);
  if (answer.status === 200) return answer;
  if (answer.status === 404) return undefined;
  throw programError("cluster-refused", api.server, path, answer.message);
}

/** By group, its versions as `apps/v1`, the preferred one first. */
function readGroups(body: unknown): ReadonlyMap<string, readonly string[]> {
  return new Map(
    listIn(body, "groups").map((group) => {
      const preferred = valueAt(group, ["preferredVersion", "groupVersion"]);
      const versions = listIn(group, "versions").map(({ groupVersion }) => groupVersion);
      return [String(group["name"]), [...new Set([preferred, ...versions])].filter((one) => typeof one === "string")];
    }),
  );
}

function listIn(value: unknown, key: string): readonly Record<string, unknown>[] {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
