import type { ObjectMatch } from "./config.ts";
import { matchesObject } from "./match.ts";
import type { Path } from "./path.ts";
import type { KubernetesObject } from "./pods/object.ts";
import type { Pod } from "./pods/pod.ts";

/** Somebody's word that a finding is accepted until a day. */
export interface Waiver {
  readonly rule: string;
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it holds, `YYYY-MM-DD`, UTC. */
  readonly expires: string;
  readonly ticket?: string;
  readonly match: ObjectMatch;
  readonly origin: "config" | "annotation";
}

const prefix = "waive.gracewarden.io/";

/** An annotation that wants to be a waiver and cannot be read as one. */
export interface WaiverProblem {
  readonly at: Path;
  readonly message: string;
}

const mentionsWaiver = (annotations: Readonly<Record<string, string>>): boolean =>
  Object.keys(annotations).some((key) => key.startsWith(prefix));

const none = { waivers: [], problems: [] };

/** The waivers written as annotations on the object or on its pod. */
export function annotationWaivers(
  object: KubernetesObject,
  pod: Pod | undefined,
): {
  readonly waivers: readonly { readonly waiver: Waiver; readonly at: Path }[];
  readonly problems: readonly WaiverProblem[];
} {
  const onPod = pod !== undefined && pod.metadataAt.length > 1;
  if (!mentionsWaiver(object.annotations) && !(onPod && mentionsWaiver(pod.annotations))) return none;
  const waivers: { waiver: Waiver; at: Path }[] = [];
  const problems: WaiverProblem[] = [];
  const places: [Readonly<Record<string, string>>, Path][] = [[object.annotations, ["metadata"]]];
  if (onPod) places.push([pod.annotations, pod.metadataAt]);
  for (const [annotations, metadataAt] of places) {
    for (const [key, text] of Object.entries(annotations)) {
      if (!key.startsWith(prefix)) continue;
      const at = [...metadataAt, "annotations", key];
      const read = readWaiver(key.slice(prefix.length), text);
      if (typeof read === "string") problems.push({ at, message: read });
      else waivers.push({ waiver: read, at });
    }
  }
  return { waivers, problems };
}

/** Reads `reason; owner=…; expires=YYYY-MM-DD[; ticket=…]`, or says what is wrong with it. */
function readWaiver(rule: string, text: string): Waiver | string {
  const form = `write "reason; owner=TEAM; expires=YYYY-MM-DD"`;
  const parts = text.split(";").map((part) => part.trim());
  const fields = new Map<string, string>();
  const reasons: string[] = [];
  for (const part of parts) {
    const field = /^(owner|expires|ticket)\s*=\s*(.*)$/.exec(part);
    if (field === null) reasons.push(part);
    else fields.set(field[1] ?? "", field[2] ?? "");
  }
  const reason = reasons.join("; ").trim();
  const owner = fields.get("owner") ?? "";
  const expires = fields.get("expires") ?? "";
  const ticket = fields.get("ticket");
  if (reason === "") return `the waiver of ${rule} has no reason: ${form}`;
  if (owner === "") return `the waiver of ${rule} has no owner: ${form}`;
  if (!isDay(expires))
    return `the waiver of ${rule} ${expires === "" ? "has no expiry" : `expires on "${expires}", which is no day`}: ${form}`;
  return { rule, reason, owner, expires, ...(ticket === undefined ? {} : { ticket }), match: {}, origin: "annotation" };
}

/** Whether the text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** A waiver holds through its last day, by UTC. */
export function hasExpired(waiver: Waiver, now: Date): boolean {
  return now.toISOString().slice(0, 10) > waiver.expires;
}

/** The first waiver that holds for a rule's finding on an object today; the one place that decides it. */
export function decideWaiver(
  rule: string,
  object: KubernetesObject,
  pod: Pod | undefined,
  waivers: readonly Waiver[],
  now: Date,
): Waiver | undefined {
  return waivers.find(
    (waiver) => waiver.rule === rule && !hasExpired(waiver, now) && matchesObject(waiver.match, object, pod),
  );
}
