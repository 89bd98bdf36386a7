import type { AdmissionSettings, ReviewRequest } from "../../policies/admission/decision.ts";
import type { Config } from "../../policies/config.ts";
import { isRecord } from "../../policies/record.ts";

/** Decisions by what they rest on. Pods of one template come in numbers: a rollout or a scale-up sends the same pod again and again. */
export interface Remembered<D> {
  /** The decision on a request, remembered or made. */
  readonly decide: (request: ReviewRequest, settings: AdmissionSettings) => D;
}

export interface RememberedOptions<D> {
  readonly decide: (request: ReviewRequest, settings: AdmissionSettings) => D;
  /** What may be told of another pod of the template, as text; undefined where it must be made anew each time. */
  readonly textOf: (decision: D) => string | undefined;
  /** The decision without what only the first answer needs. */
  readonly trimmed: (decision: D) => D;
}

/** Templates in use at a time on a busy cluster; with the longest text, 8 MiB. */
const maxEntries = 256;
const maxKeyLength = 32_768;
/** Waivers expire at the end of a day, which is the end of an hour. */
const hourMilliseconds = 3_600_000;
/**
 * The volume that the API server adds for the service account's token has five random letters in its name. Only there and
 * in its mounts: a container, a label or an argument that looks like it says what its author wants it to.
 */
const tokenVolume =
  /(?<="name":"kube-api-access-)[a-z0-9]{5}(?=","(?:projected":|readOnly":true,"mountPath":"\/var\/run\/secrets\/kubernetes\.io\/serviceaccount"))/g;

/** Remembers the decisions of one path: those on the creation of pods that are alike but for their generated name. */
export function remember<D>({ decide, textOf, trimmed }: RememberedOptions<D>): Remembered<D> {
  let decisions = new Map<string, D>();
  let config: Config | undefined;
  let hour = 0;
  return {
    decide(request, settings) {
      const thisHour = Math.floor(settings.now.getTime() / hourMilliseconds);
      if (settings.config !== config || thisHour !== hour) {
        decisions = new Map();
        ({ config } = settings);
        hour = thisHour;
      }
      const key = keyOf(request, settings.config);
      if (key === undefined) return decide(request, settings);
      const known = decisions.get(key);
      if (known !== undefined) {
        // The map keeps the order of insertion: what is used again goes last, what is oldest is dropped.
        decisions.delete(key);
        decisions.set(key, known);
        return known;
      }
      const decision = decide(request, settings);
      const text = textOf(decision);
      if (text === undefined || mentions(text, request)) return decision;
      decisions.set(key, trimmed(decision));
      if (decisions.size > maxEntries) for (const oldest of decisions.keys()) return forget(oldest, decision);
      return decision;
    },
  };

  function forget(key: string, decision: D): D {
    decisions.delete(key);
    return decision;
  }
}

/** What a decision rests on, as text: all of the object but what is generated for each pod. */
function keyOf(
  { operation, resource, subResource, object, oldObject }: ReviewRequest,
  config: Config,
): string | undefined {
  if (operation !== "CREATE" || resource !== "pods" || subResource !== "" || oldObject !== undefined) return undefined;
  const { metadata, ...rest } = object.value;
  if (!isRecord(metadata)) return undefined;
  const {
    uid: _uid,
    creationTimestamp: _created,
    managedFields: _managed,
    resourceVersion: _version,
    ...lasting
  } = metadata;
  if (typeof metadata["generateName"] === "string" && !namesMatter(config)) delete lasting["name"];
  const text = JSON.stringify([object.namespace, lasting, rest]);
  return text.length > maxKeyLength ? undefined : text.replace(tokenVolume, "");
}

/** Whether an override, a waiver or a rule of the configuration's own looks at an object's name. */
const namesMatter = ({ overrides, waivers, customRules }: Config): boolean =>
  customRules.length > 0 || [...overrides, ...waivers].some(({ match }) => match.names !== undefined);

/** Whether a text tells of what is generated for each pod. */
function mentions(text: string, { object }: ReviewRequest): boolean {
  const { metadata } = object.value;
  const name = isRecord(metadata) ? metadata["name"] : undefined;
  return text.includes("kube-api-access-") || (typeof name === "string" && name !== "" && text.includes(name));
}
