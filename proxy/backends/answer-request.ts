import type { Call, Outcome } from "../message.ts";
import { failed } from "../relay/rpc-error.ts";
import type { Unsolicited } from "./connection.ts";

const pong: Outcome = { kind: "result", text: "{}" };

/** What a backend gets to its request. `ping` asks for us, not for a client. */
export async function answerRequest(call: Call, ask: Unsolicited["onRequest"]): Promise<Outcome> {
  if (call.method === "ping") return pong;
  try {
    return await ask(call);
  } catch (error) {
    return failed("internalError", `${call.method} could not be passed to a client: ${(error as Error).message}`);
  }
}
