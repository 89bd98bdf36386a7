import type { AccessRule } from "../config/config.ts";
import type { Identity } from "./identity.ts";
import { matches } from "./name-filter.ts";
import { readingsOf } from "./uri-readings.ts";

/** Whether an identity may see and use a name as clients see it. */
export type Allows = (identity: Identity, name: string) => boolean;

/**
 * The same function filters lists and gates calls. A rule holds for whoever has one of its roles; `*` is everybody.
 * What any of them denies is denied; else some rule must allow it, so that a rule with `deny` alone only takes away.
 */
export function accessList(rules: readonly AccessRule[]): Allows {
  if (rules.length === 0) return () => true;
  // Lists ask for hundreds of names by the same few sets of roles.
  const byRoles = new Map<string, { readonly allow: readonly string[]; readonly deny: readonly string[] }>();
  const rulesFor = (roles: readonly string[]): { allow: readonly string[]; deny: readonly string[] } => {
    const key = JSON.stringify(roles);
    const known = byRoles.get(key);
    if (known !== undefined) return known;
    const holding = rules.filter((rule) => rule.roles.some((role) => role === "*" || roles.includes(role)));
    const found = { allow: holding.flatMap(({ allow }) => allow), deny: holding.flatMap(({ deny }) => deny) };
    // Roles come from tokens that others sign: there may be endlessly many.
    if (byRoles.size >= mostRoleSets) byRoles.clear();
    byRoles.set(key, found);
    return found;
  };
  return ({ roles }, name) => {
    const { allow, deny } = rulesFor(roles);
    const isAllowed = (one: string): boolean => allow.some((pattern) => matches(pattern, one));
    const isDenied = (one: string): boolean => deny.some((pattern) => matches(pattern, one));
    if (!isAllowed(name) || isDenied(name)) return false;
    const { spellings, target } = readingsOf(name);
    return !spellings.some(isDenied) && (target === undefined || (isAllowed(target) && !isDenied(target)));
  };
}

const mostRoleSets = 1000;
