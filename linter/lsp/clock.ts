import { objectSet } from "../../policies/pods/object-set.ts";
import type { Path } from "../../policies/path.ts";
import { drawTimeline } from "../../policies/shutdown/draw.ts";
import { computeTimeline, type Cause } from "../../policies/shutdown/timeline.ts";
import type { LoadedFile } from "../reading/load.ts";
import { pathAt } from "./path-at.ts";

/** The clock of the pod whose grace period or hook is written at an offset; undefined anywhere else. */
export function clockAt({ objects }: LoadedFile, offset: number): string | undefined {
  for (const { object, document, at } of objects) {
    if (offset < document.span.start || offset > document.span.end) continue;
    const path = pathAt(document, offset);
    const field = path.slice(at.length);
    const cause = causeOf(field);
    if (cause === undefined || !isPrefix(at, path)) continue;
    const [pod] = objectSet([object])
      .podsIn(object)
      .filter((one) => isPrefix(one.at, field))
      .sort((a, b) => b.at.length - a.at.length);
    if (pod !== undefined) return drawTimeline(computeTimeline(pod, cause), { width: 80, color: false });
  }
  return undefined;
}

/** What a field is about: the grace period of a probe counts for its restart, all else for a deletion. */
function causeOf(field: Path): Cause | undefined {
  if (field.includes("preStop") || field.at(-1) === "lifecycle") return { kind: "delete" };
  if (field.at(-1) !== "terminationGracePeriodSeconds") return undefined;
  return { kind: field.includes("livenessProbe") || field.includes("startupProbe") ? "liveness" : "delete" };
}

const isPrefix = (start: Path, path: Path): boolean => start.every((step, index) => step === path[index]);
