import { formatPath } from "../../policies/path.ts";
import { builtin } from "../builtin.ts";
import type { PlacedFinding } from "../judging/report.ts";

/** Stable when lines move: rule, object, container and path, and a number where that is said twice. */
export function fingerprints(): (finding: PlacedFinding) => string {
  const { createHash } = builtin("node:crypto");
  const seen = new Map<string, number>();
  return ({ rule, file, object, container, at, message }) => {
    const identity =
      object === undefined
        ? [file, message.replaceAll(/\d+/g, "#")]
        : [object.apiVersion.replace(/\/[^/]*$/, ""), object.kind, object.namespace ?? "", object.name];
    const key = JSON.stringify([rule, identity, container ?? "", formatPath(at)]);
    const index = seen.get(key) ?? 0;
    seen.set(key, index + 1);
    return createHash("sha256")
      .update(`${key}${index === 0 ? "" : `#${index}`}`)
      .digest("hex")
      .slice(0, 32);
  };
}
