import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../proxy/message.ts";
import type { ClientRequest } from "../../proxy/relay/relay.ts";
import { stdioConfig, until } from "./backend-fixture.ts";
import {
  answerTo,
  type Answered,
  legacyClient,
  modernClient,
  relayOf,
  toolCallFrom,
  type RelayUnderTest,
} from "./relay-of.ts";

const shared = stdioConfig("polite.mjs", ["--era", "legacy"], { name: "s" });

/** A modern client's call that is asked something, and comes back or not. */
async function suspended({ relay }: RelayUnderTest): Promise<string> {
  const { resultType, requestState } = await answerTo(relay.request(toolCallFrom(modernClient, "s__ask")));
  expect(resultType).toBe("input_required");
  return requestState ?? "";
}

const accept = async (): Promise<Outcome> => ({ kind: "result", text: '{"action":"accept"}' });

/** What a legacy client's call gets that is asked something, while others may be in the way. */
async function askedBeside({ relay }: RelayUnderTest): Promise<string> {
  const request = toolCallFrom(legacyClient, "s__ask");
  const { content } = await answerTo(relay.request({ ...request, onRequest: accept }));
  return content?.[0]?.text ?? "";
}

const otherRound = (state: string): ClientRequest => toolCallFrom(modernClient, "s__ask", {}, { requestState: state });

describe("a call that waits for its client's answer", () => {
  it("is counted, and named when it is cut", async () => {
    const made = await relayOf([shared]);
    await suspended(made);
    const { waitingCalls } = made.relay;
    expect(waitingCalls.count()).toBe(1);
    expect(waitingCalls.cut()).toMatchObject([{ method: "tools/call", name: "s__ask", backend: "s", wasAsked: true }]);
    expect(waitingCalls.count()).toBe(0);
    await until(() => made.backends[0]?.health().inFlight === 0);
  });

  it("ends where its client does not take the question", async () => {
    const made = await relayOf([shared]);
    const call = made.relay.request(toolCallFrom(modernClient, "s__ask"));
    await answerTo(call);
    call.cancel("the client closed the response");
    expect(made.relay.waitingCalls.count()).toBe(0);
    expect(await askedBeside(made)).toContain("accept");
  });

  it("goes on where the round before is told off late", async () => {
    const made = await relayOf([shared]);
    const first = made.relay.request(toolCallFrom(modernClient, "s__ask"));
    const { requestState = "" } = await answerTo(first);
    // What is left out is asked again.
    expect((await answerTo(made.relay.request(otherRound(requestState)))).resultType).toBe("input_required");
    first.cancel("the client closed the response");
    expect(made.relay.waitingCalls.count()).toBe(1);
  });

  it("makes way for others who are asked there, once its client has had a while", async () => {
    const made = await relayOf([shared], { waiting: { inTheWaySeconds: 0.3 } });
    const state = await suspended(made);
    expect(await askedBeside(made)).toContain("cannot tell which client");
    expect(made.relay.waitingCalls.count()).toBe(1);
    await wait(350);
    // Nothing tells whose question this one was; the next is clear.
    expect(await askedBeside(made)).toContain("cannot tell which client");
    expect(await askedBeside(made)).toContain("accept");
    expect((await answerTo(made.relay.request(otherRound(state)))).error?.message).toContain("begin it again");
    expect(made.logs.map(({ msg }) => msg)).toContain("a call that waited for its client's answer is given up");
  });

  it("stays as long as nobody is in its way, and not for ever", async () => {
    const made = await relayOf([shared], { waiting: { inTheWaySeconds: 0.1, seconds: 0.6 } });
    await suspended(made);
    await wait(300);
    expect((await answerTo(made.relay.request(toolCallFrom(legacyClient, "s__echo", { text: "x" })))).content).toEqual([
      { type: "text", text: "x" },
    ]);
    expect(made.relay.waitingCalls.count()).toBe(1);
    await until(() => made.relay.waitingCalls.count() === 0, 2);
    expect(made.backends[0]?.health().inFlight).toBe(0);
  });

  it("is one of a bounded number, of which one client cannot have all", async () => {
    const made = await relayOf([shared, { ...shared, name: "t" }], { waiting: { calls: 2 } });
    const ask = (who: string, tool: string): Promise<Answered> =>
      answerTo(made.relay.request({ ...toolCallFrom(modernClient, tool), who }));
    expect((await ask("ada", "s__ask")).resultType).toBe("input_required");
    expect((await ask("ada", "t__ask")).error?.message).toContain("answer those first");
    expect((await ask("bob", "t__ask")).resultType).toBe("input_required");
    expect(made.relay.waitingCalls.share.refused()).toEqual({ share: 1, full: 0 });
  });
});
