import type { Backend } from "../backends/backend.ts";
import type { JsonObject, JsonText, Outcome } from "../message.ts";
import type { ClientRequest } from "./relay.ts";
import { withMembers } from "./splice.ts";

/** A requestState as clients of several backends see it has the backend's name in front, so that none gets another's. */
const prefixOf = ({ name }: Backend): string => `${name}.`;

/** A result that asks for input, whose state names its backend. */
export function withOwner(outcome: Outcome, backend: Backend): Outcome {
  const state = (JSON.parse(outcome.text) as JsonObject)["requestState"];
  if (typeof state !== "string") return outcome;
  return {
    kind: "result",
    text: withMembers(outcome.text, { requestState: JSON.stringify(prefixOf(backend) + state) }),
  };
}

/** The backend's own requestState; `foreign` for one that is not its. Undefined where the request has none. */
export function ownState(
  { params }: ClientRequest,
  backend: Backend,
): { readonly text: JsonText } | "foreign" | undefined {
  const state = params?.["requestState"];
  if (typeof state !== "string") return undefined;
  const prefix = prefixOf(backend);
  return state.startsWith(prefix) ? { text: JSON.stringify(state.slice(prefix.length)) } : "foreign";
}
