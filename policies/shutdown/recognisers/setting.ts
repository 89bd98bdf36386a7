import type { Path } from "../../path.ts";
import type { Container, Pod } from "../../pods/pod.ts";
import { parseSeconds } from "../duration.ts";
import type { Subject } from "../recogniser.ts";
import { flagValue, type Word } from "./command-line.ts";

/** Where a program takes a number of seconds from. */
export type Setting =
  | { readonly flags: readonly string[]; /** What a bare number counts. */ readonly unit: "s" | "ms" }
  | { readonly env: string; readonly unit: "s" | "ms" }
  | { /** Of the pod. */ readonly annotation: string; readonly unit: "s" | "ms" }
  /** A variable that holds further flags, read like the command line. */
  | { readonly env: string; readonly flags: readonly string[]; readonly unit: "s" | "ms" };

/** A setting as found. `seconds` is undefined where its text is no duration, or only the cluster knows it. */
export interface SettingFound {
  readonly name: string;
  readonly seconds: number | undefined;
  readonly at: Path;
}

/** The first of `settings`, in their order of precedence, that the container shows. */
export function findSetting(settings: readonly Setting[], subject: Subject): SettingFound | undefined {
  for (const setting of settings) {
    const found = read(setting, subject);
    if (found !== undefined) return found;
  }
  return undefined;
}

function read(setting: Setting, { pod, words, variables }: Subject): SettingFound | undefined {
  if ("annotation" in setting) return readAnnotation(pod, setting.annotation, setting.unit);
  if (!("env" in setting)) return readFlag(words, setting.flags, setting.unit);
  const found = variables.get(setting.env);
  if (found === undefined) return undefined;
  const { name, value, at } = found;
  if (!("flags" in setting))
    return { name, at, seconds: value === undefined ? undefined : parseSeconds(value, setting.unit) };
  if (value === undefined) return { name, at, seconds: undefined };
  const inside = value.split(/\s+/).map((text) => ({ text, at }));
  const flag = readFlag(inside, setting.flags, setting.unit);
  return flag && { ...flag, name: `${flag.name} in ${name}` };
}

function readAnnotation(pod: Pod, key: string, unit: "s" | "ms"): SettingFound | undefined {
  const text = pod.annotations[key];
  return text === undefined
    ? undefined
    : { name: key, at: [...pod.metadataAt, "annotations", key], seconds: parseSeconds(text, unit) };
}

function readFlag(words: readonly Word[], flags: readonly string[], unit: "s" | "ms"): SettingFound | undefined {
  const found = flagValue(words, flags);
  return found && { name: found.flag, at: found.at, seconds: parseSeconds(found.text, unit) };
}

/** True where a value that is read from the environment may come from a ConfigMap or Secret as a whole. */
export function mayHideVariables(settings: readonly Setting[], { spec }: Container): boolean {
  return (spec.envFrom?.length ?? 0) > 0 && settings.some((setting) => "env" in setting && !("flags" in setting));
}
