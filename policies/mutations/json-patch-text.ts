import type { Path } from "../path.ts";
import { secondsOf, type Mutation } from "./mutation.ts";

/** That an expression picks the containers which have no hook, so that it replaces none. */
export const picksHookless = (text: string): boolean => /!\s*has\([^)]*(?:lifecycle|preStop)\)/.test(text);

/** What a JSON Patch that stands as text in a policy does: operations are told apart, a path may be put together, a value is read where it is a number. */
export function jsonPatchMutations(text: string, at: Path, applies: Mutation["applies"]): readonly Mutation[] {
  // As YAML, as JSON, or as CEL's `JSONPatch{...}`.
  const operations = text.split(/(?=JSONPatch\s*\{)|(?=^\s*-\s)|(?=\{\s*"op")/m);
  return operations.flatMap((operation): Mutation[] => {
    const path = /\bpath"?\s*:\s*([^,\n]*)/.exec(operation)?.[1];
    const op = /\bop"?\s*:\s*["']?(\w+)/.exec(operation)?.[1];
    if (path === undefined || op === "test") return [];
    const value = /\bvalue"?\s*:\s*["']?(-?\d+)["']?\s*(?:[,}\]\n]|$)/.exec(operation)?.[1];
    if (path.includes("/terminationGracePeriodSeconds"))
      // Without one the API server's default of 30 holds.
      return [{ at, field: "grace", value: op === "remove" ? 30 : secondsOf(value ?? null), applies }];
    if (!/\/(?:lifecycle|preStop)\b/.test(path) || path.includes("postStart")) return [];
    return op !== "remove" && picksHookless(text)
      ? []
      : [{ at, field: "preStop", value: op === "remove" ? null : undefined, applies }];
  });
}
