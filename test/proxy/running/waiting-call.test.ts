import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { modern, post } from "../front/post.ts";
import { configFile, fixture, hasty, startProxy, type ProxyProcess } from "../proxy-process.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const asking = { command: process.execPath, args: [fixture("polite.mjs"), "--era", "legacy"] };

/** A proxy whose client was asked something in the middle of a call; the state by which that goes on. */
async function asked(): Promise<{ readonly proxy: ProxyProcess; readonly state: string; readonly lastWords: string }> {
  const lastWords = join(temporaryFolder(), "termination-log");
  writeFileSync(lastWords, "");
  const proxy = await startProxy(["--config", configFile({ mcpServers: { s: asking } })], {
    ...hasty,
    GRACEWARDEN_TERMINATION_LOG: lastWords,
  });
  await proxy.logged(/^ready$/);
  const { requestState } = await round(proxy, {});
  return { proxy, state: requestState ?? "", lastWords };
}

interface Round {
  readonly requestState?: string;
  readonly content?: readonly { readonly text: string }[];
}

async function round({ url }: ProxyProcess, more: Record<string, unknown>): Promise<Round> {
  const { body, headers } = modern("tools/call", { name: "s__ask", arguments: {}, ...more });
  const request = body as { params: { _meta: Record<string, unknown> } };
  request.params._meta["io.modelcontextprotocol/clientCapabilities"] = { elicitation: {} };
  return (await post(url, body, headers)).json.result as unknown as Round;
}

it("a call that waits for its client's answer when the proxy leaves is a call that was cut", async () => {
  const { proxy, lastWords } = await asked();
  expect((await proxy.admin("/metrics")).text).toContain("gracewarden_proxy_calls_waiting 1");
  proxy.process.kill("SIGTERM");
  expect(await proxy.exited).toMatchObject({ code: 1 });
  expect(readFileSync(lastWords, "utf8")).toMatch(
    /1 call was cut: tools\/call s__ask \(s\) after .* answer to a question/,
  );
});

it("such a call is waited for as any other, and its answer in time makes a clean end", async () => {
  const { proxy, state, lastWords } = await asked();
  proxy.process.kill("SIGTERM");
  await proxy.logged(/not ready any more/);
  // The connection that was kept has been closed with the window.
  await wait(200);
  const answers = { q1: { action: "accept", content: { name: "Ada" } } };
  const { content } = await round(proxy, { requestState: state, inputResponses: answers });
  expect(content?.[0]?.text).toContain("Ada");
  expect(await proxy.exited).toMatchObject({ code: 0 });
  expect(readFileSync(lastWords, "utf8")).toContain("No call was cut");
});
