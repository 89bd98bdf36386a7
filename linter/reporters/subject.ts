import type { PlacedFinding } from "../judging/report.ts";

/** `Deployment/web container app`: what a finding is about; empty for what is wrong with a file as such. */
export function subjectOf({ object, container }: Pick<PlacedFinding, "object" | "container">): string {
  if (object === undefined) return "";
  const name = `${object.kind}/${object.name === "" ? "(unnamed)" : object.name}`;
  if (container === undefined) return name;
  // One without a name is called by its place already.
  return container.includes(" ") ? `${name} ${container}` : `${name} container ${container}`;
}
