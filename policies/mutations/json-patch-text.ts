import type { Path } from "../path.ts";
import { secondsOf, type Mutation } from "./mutation.ts";

/** One operation of a JSON Patch, as YAML in a text or as CEL's `JSONPatch{...}`. */
const operation = /\bpath"?\s*:\s*["']?([^\s"',}]*)["']?/g;

/** What a JSON Patch that stands as text in a policy does; operations are told apart, a value is read where it is a number. */
export function jsonPatchMutations(text: string, at: Path, applies: Mutation["applies"]): readonly Mutation[] {
  // Each operation begins with its `op`, or with `path` where that stands first.
  const items = text.split(/(?=JSONPatch\s*\{)|(?=^\s*-\s)|(?=\{\s*"op")/m);
  return items.flatMap((item): Mutation[] => {
    const [path] = [...item.matchAll(operation)].map(([, found]) => found ?? "");
    const op = /\bop"?\s*:\s*["']?(\w+)/.exec(item)?.[1];
    if (path === undefined || op === "test") return [];
    const value = /\bvalue"?\s*:\s*["']?(-?\d+)["']?\s*[,}\n]?/.exec(item)?.[1];
    if (path.endsWith("/terminationGracePeriodSeconds"))
      // Without one the API server's default of 30 holds.
      return [{ at, field: "grace", value: op === "remove" ? 30 : secondsOf(value ?? null), applies }];
    if (/\/(?:lifecycle|preStop)(?:\/|$)/.test(path) && !path.endsWith("/postStart"))
      return [{ at, field: "preStop", value: op === "remove" ? null : undefined, applies }];
    return [];
  });
}
