import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "./client.ts";
import type { Message } from "./exchange.ts";
import type { Serving, Underway } from "./situation.ts";

/** A call of each client whose server asks its user something; `answers`: whether the user answers, late, in 2025-11-25. */
export async function elicitations(serving: Serving, answers: boolean): Promise<Underway[]> {
  const all = await Promise.all(
    serving.clients.map((client) =>
      client.era === "2026-07-28" ? retriedLate(client, serving) : heldOpen(client, serving, answers),
    ),
  );
  return all.flat();
}

/** 2025-11-25: the server asks in the middle of the call. It is answered late, or never. */
async function heldOpen(client: Client, serving: Serving, answers: boolean): Promise<Underway[]> {
  const { promise: asked, resolve } = Promise.withResolvers<unknown>();
  const onMessage = (message: Message): void => {
    if (message["method"] === "elicitation/create") resolve(message["id"]);
  };
  void client.listen({ onMessage });
  const call = client.call("ask", {}, {}, { onMessage }).then(({ seen }) => seen);
  const id = await Promise.race([asked, call.then(() => undefined), wait(2000)]);
  if (id === undefined && !serving.backendIsDown) serving.note("elicitation does not pass (2025-11-25)");
  if (answers) {
    void serving.signalled.then(async () => {
      await wait(400);
      await client.respond(id, { action: "accept", content: { name: "late" } });
    });
  }
  const promised = answers ? "answered" : "cut";
  const what = "call with a question pending (2025-11-25)";
  return [{ what, promised: serving.backendIsDown ? "told" : promised, seen: call }];
}

/** 2026-07-28: the question is a result; the call that answers it is a new one, and comes late. */
async function retriedLate(client: Client, serving: Serving): Promise<Underway[]> {
  const { seen: question } = await client.call("ask", {});
  if (question.what !== "result" || question.result["resultType"] !== "input_required") {
    if (!serving.backendIsDown) serving.note("elicitation does not pass (2026-07-28)");
    return [];
  }
  const answer = {
    inputResponses: Object.fromEntries(
      Object.keys(question.result["inputRequests"] ?? {}).map((key) => [
        key,
        { action: "accept", content: { name: "late" } },
      ]),
    ),
    requestState: question.result["requestState"],
  };
  const retry = serving.signalled.then(async () => {
    await wait(300);
    return client.call("ask", {}, answer);
  });
  const what = "call that answers a question (2026-07-28)";
  return [{ what, promised: "answered", seen: retry.then(({ seen }) => seen) }];
}
