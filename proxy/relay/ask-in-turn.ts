import type { Call, JsonObject, JsonText, Outcome } from "../message.ts";
import { notAnswerable } from "./client-capability.ts";
import { asksForInput } from "./dialogue.ts";
import type { ClientRequest } from "./relay.ts";
import { failed } from "./rpc-error.ts";
import { membersOf, textAt } from "./splice.ts";

/** A server that never stops asking. */
const maxRounds = 32;

/**
 * For a legacy client what a modern backend says by `input_required`: the client is asked by requests, the call is sent
 * again with its answers, until it is complete.
 */
export async function askInTurn(
  first: Outcome,
  request: ClientRequest,
  again: (members: Readonly<Record<string, JsonText | undefined>>) => Promise<Outcome>,
): Promise<Outcome> {
  let outcome = first;
  for (let round = 0; asksForInput(outcome); round += 1) {
    if (round === maxRounds) return failed("internalError", `the backend asked for input ${maxRounds} times`);
    const result = membersOf(outcome.text);
    const asked = result.get("inputRequests");
    const state = result.get("requestState");
    const answers = asked === undefined ? "{}" : await answersTo(textAt(outcome.text, asked), request);
    if (typeof answers !== "string") return answers;
    outcome = await again({
      inputResponses: answers,
      requestState: state === undefined ? undefined : textAt(outcome.text, state),
    });
  }
  return outcome;
}

/** The text of `inputResponses`, or why there is none. */
async function answersTo(text: JsonText, request: ClientRequest): Promise<JsonText | Outcome> {
  const { onRequest, client } = request;
  if (onRequest === undefined)
    return failed("internalError", "the backend asks for input, and this client cannot be asked on this connection");
  const calls = [...membersOf(text)].map(([key, span]) => ({ key, call: callOf(textAt(text, span)) }));
  for (const { call } of calls) {
    const unable =
      call === undefined
        ? failed("internalError", "the backend asks for what is no request")
        : notAnswerable(client, call);
    if (unable !== undefined) return unable;
  }
  const answers = await Promise.all(
    calls.map(async ({ key, call }) => ({ key, call, outcome: await onRequest(call!) })),
  );
  const refused = answers.find(
    ({ call, outcome }) => outcome.kind === "error" && call?.method !== "elicitation/create",
  );
  if (refused !== undefined) return refused.outcome;
  const members = answers.map(
    // An answer has no place for an error; an elicitation can be cancelled.
    ({ key, outcome }) => `${JSON.stringify(key)}:${outcome.kind === "error" ? '{"action":"cancel"}' : outcome.text}`,
  );
  return `{${members.join(",")}}`;
}

function callOf(text: JsonText): Call | undefined {
  const { method } = JSON.parse(text) as JsonObject;
  const params = membersOf(text).get("params");
  return typeof method === "string" ? { method, params: params && textAt(text, params) } : undefined;
}
