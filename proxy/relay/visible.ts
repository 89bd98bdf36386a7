import type { Identity } from "../access/identity.ts";
import type { Backend } from "../backends/backend.ts";
import { listKinds, listMethods } from "./catalogue.ts";
import type { ListsOptions } from "./lists.ts";
import { exposedName } from "./names.ts";

/** Whether somebody may see anything at all of what a backend lists. */
export function seesAnything(
  identity: Identity,
  backend: Backend,
  { offers, separator, mayUse, isShared }: Pick<ListsOptions, "offers" | "separator" | "mayUse" | "isShared">,
): boolean {
  if (isShared()) return true;
  const offer = offers.of(backend);
  return listKinds.some((kind) => {
    const isNamed = listMethods[kind].key === "name";
    return offer[kind].some(({ key }) => mayUse(identity, isNamed ? exposedName(backend.name, key, separator()) : key));
  });
}
