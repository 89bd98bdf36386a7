import { readStringMap } from "../pods/read-object.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { isRecord } from "../record.ts";
import type { Fixed } from "./fixpoint.ts";

export const injectedAnnotation = "gracewarden.io/injected";

/** What the webhook has put into a pod, and why: the value of the annotation, as JSON. */
export interface Injected {
  /** The rules that asked for it. */
  readonly rules: readonly string[];
  readonly grace?: { readonly from: number; readonly to: number };
  /** By container: `httpGet /prestop`, `sleep 5`. */
  readonly hooks?: Readonly<Record<string, string>>;
  /** By container, the names of its variables that are ours. Their values are not told: one is a token. */
  readonly env?: Readonly<Record<string, readonly string[]>>;
}

/** Reads what an earlier call has noted; nothing where the annotation is missing or was not written by us. */
export function readInjected(annotations: Readonly<Record<string, string>>): Injected {
  const text = Object.hasOwn(annotations, injectedAnnotation) ? annotations[injectedAnnotation] : undefined;
  const noted = text === undefined || text.length > maxLength ? undefined : parse(text);
  if (!isRecord(noted)) return { rules: [] };
  const { rules, grace, hooks, env } = noted;
  const from = isRecord(grace) ? grace["from"] : undefined;
  const to = isRecord(grace) ? grace["to"] : undefined;
  return {
    rules: texts(rules),
    ...(typeof from === "number" && typeof to === "number" && { grace: { from, to } }),
    ...(isRecord(hooks) && {
      hooks: readStringMap(hooks),
    }),
    ...(isRecord(env) && {
      env: Object.fromEntries(Object.entries(env).map(([container, names]) => [container, texts(names)])),
    }),
  };
}

/** All annotations of an object together may have 256 KiB. */
const maxLength = 65_536;

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];

/** What a call puts in; `added`: the containers whose hook is new, `env`: the variables set in a container. */
export function noteOf(
  received: Pod,
  { pod, injections }: Fixed,
  added: readonly Container[],
  env: readonly (readonly [string, readonly string[]])[],
): Injected {
  return {
    rules: injections.map(({ rule }) => rule),
    ...(received.graceSeconds !== pod.graceSeconds && {
      grace: { from: received.graceSeconds, to: pod.graceSeconds },
    }),
    hooks: Object.fromEntries(added.map((container) => [container.name, describeHook(container)])),
    env: Object.fromEntries(env.filter(([, names]) => names.length > 0)),
  };
}

function describeHook({ preStop }: Container): string {
  return preStop?.httpGet === undefined
    ? `sleep ${preStop?.sleep?.seconds ?? 0}`
    : `httpGet ${preStop.httpGet.path ?? "/"}`;
}

/** What was noted before, and what has come to it; parts that say nothing are left out. */
export function withMore(before: Injected, more: Injected): Injected {
  const env = new Map(Object.entries(before.env ?? {}));
  for (const [container, names] of Object.entries(more.env ?? {})) env.set(container, union(env.get(container), names));
  const hooks = { ...before.hooks, ...more.hooks };
  const grace = more.grace === undefined ? before.grace : { ...more.grace, from: (before.grace ?? more.grace).from };
  return {
    rules: union(before.rules, more.rules),
    ...(grace !== undefined && { grace }),
    ...(Object.keys(hooks).length > 0 && { hooks }),
    ...(env.size > 0 && { env: Object.fromEntries(env) }),
  };
}

const union = (before: readonly string[] = [], more: readonly string[] = []): readonly string[] => [
  ...new Set([...before, ...more]),
];
