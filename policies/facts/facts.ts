import { admission } from "./admission.ts";
import { endpoints } from "./endpoints.ts";
import type { Fact } from "./fact.ts";
import { hooks } from "./hooks.ts";
import { processes } from "./processes.ts";
import { startup } from "./startup.ts";
import { termination } from "./termination.ts";

/** Every fact that a rule may cite, by slug. */
export const facts = {
  ...termination,
  ...hooks,
  ...endpoints,
  ...processes,
  ...startup,
  ...admission,
};

export type FactId = keyof typeof facts;

/** Finds a fact by slug ("two-second-floor") or ref ("A5"), in any case. */
export function findFact(idOrRef: string): { id: FactId; fact: Fact } | undefined {
  const wanted = idOrRef.toLowerCase();
  const entries = Object.entries(facts) as [FactId, Fact][];
  const found = entries.find(([id, fact]) => id.toLowerCase() === wanted || fact.ref.toLowerCase() === wanted);
  return found && { id: found[0], fact: found[1] };
}
