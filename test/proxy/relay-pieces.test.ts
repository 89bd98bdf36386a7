import { describe, expect, it } from "vitest";
import { matches, passes } from "../../proxy/access/name-filter.ts";
import { headerValue, readHeaderValue } from "../../proxy/header-value.ts";
import { anonymous } from "../../proxy/access/identity.ts";
import { askInTurn } from "../../proxy/relay/ask-in-turn.ts";
import { Dialogue } from "../../proxy/relay/dialogue.ts";
import { pageOf } from "../../proxy/relay/list-result.ts";
import { headerMismatch, headersFor, parameterHeaders } from "../../proxy/relay/parameter-headers.ts";
import type { Client, ClientRequest } from "../../proxy/relay/relay.ts";
import { ClientIdentities } from "../../proxy/relay/client-identities.ts";
import { upstreamParams } from "../../proxy/relay/upstream-params.ts";
import { fitsTemplate } from "../../proxy/relay/uri-template.ts";
import type { Call, Outcome } from "../../proxy/message.ts";

const legacy: Client = {
  era: "legacy",
  protocolVersion: "2025-11-25",
  capabilities: { elicitation: {}, sampling: {} },
  info: '{"name":"test","version":"1"}',
  identity: anonymous,
  session: "s1",
};
const modern: Client = { ...legacy, era: "modern", protocolVersion: "2026-07-28", session: undefined };

const requestOf = (client: Client, params: string, onRequest?: (call: Call) => Promise<Outcome>): ClientRequest => ({
  client,
  method: "tools/call",
  paramsText: params,
  params: JSON.parse(params) as ClientRequest["params"],
  onNotification: () => {},
  ...(onRequest !== undefined && { onRequest }),
});

describe("name filter", () => {
  it.each([
    ["*", "anything", true],
    ["read_*", "read_file", true],
    ["read_*", "write_file", false],
    ["*_file", "read_file", true],
    ["a*b*c", "a1b2c", true],
    ["a*b*c", "acb", false],
    ["ab*ba", "aba", false],
    ["exact", "exact", true],
    ["exact", "exactly", false],
    ["**", "", true],
  ])("%s on %s: %s", (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it("lets deny win", () => {
    expect(passes({ allow: ["*"], deny: ["rm*"] }, "rm_rf")).toBe(false);
    expect(passes({ allow: ["read*"] }, "write")).toBe(false);
    expect(passes({}, "write")).toBe(true);
  });
});

describe("uri template", () => {
  it.each([
    ["file:///{path}", "file:///a/b", true],
    ["file:///{path}", "http://a", false],
    ["db://{table}/rows/{id}", "db://t/rows/7", true],
    ["db://{table}/rows/{id}", "db://t/columns/7", false],
    ["fixed://one", "fixed://one", true],
    ["fixed://one", "fixed://one/two", false],
  ])("%s and %s: %s", (template, uri, expected) => {
    expect(fitsTemplate(template, uri)).toBe(expected);
  });
});

describe("headers of arguments", () => {
  const schema = {
    properties: {
      region: { type: "string", "x-mcp-header": "Region" },
      where: { properties: { count: { type: "integer", "x-mcp-header": "Count" } } },
      list: { items: { properties: { no: { "x-mcp-header": "No" } } } },
    },
  };
  const marked = parameterHeaders(schema);

  it("are those that properties alone lead to", () => {
    expect(headersFor(marked, { region: "Zürich", where: { count: 3 }, list: [{ no: "x" }] })).toEqual({
      "mcp-param-region": "=?base64?WsO8cmljaA==?=",
      "mcp-param-count": "3",
    });
  });

  it.each([
    [{ "mcp-param-region": "eu" }, { region: "eu" }, /they agree/],
    [{ "mcp-param-region": "=?base64?ZXU=?=" }, { region: "eu" }, /they agree/],
    [{ "mcp-param-count": "42.0" }, { where: { count: 42 } }, /they agree/],
    [{}, {}, /they agree/],
    [{}, { region: "eu" }, /is missing/],
    [{ "mcp-param-region": "us" }, { region: "eu" }, /says "us", the body "eu"/],
    [{ "mcp-param-region": "us" }, {}, /no such argument/],
    [{ "mcp-param-region": "=?base64?%%?=" }, { region: "eu" }, /base64 is not valid/],
    [{ "mcp-param-region": "=?base64?ZXU?=" }, { region: "eu" }, /base64 is not valid/],
  ])("%j and %j", (given, args, expected) => {
    expect(headerMismatch(marked, args, (name) => (given as Record<string, string>)[name]) ?? "they agree").toMatch(
      expected,
    );
  });

  it.each([["plain"], ["two words"], ["Hello, 世界"], [" padded "], ["line1\nline2"], ["=?base64?literal?="], [""]])(
    "carry %j there and back",
    (text) => {
      const value = headerValue(text);
      expect(value).toMatch(/^[\x20-\x7e]*$/);
      expect(readHeaderValue(value)).toBe(text);
    },
  );
});

describe("params for a backend", () => {
  const none = { progressToken: undefined, traceparent: undefined };
  const identities = new ClientIdentities();

  it("are the client's own text where nothing changes", () => {
    expect(upstreamParams(requestOf(legacy, '{ "n": 12345678901234567890 }'), "legacy", none, identities)).toBe(
      '{ "n": 12345678901234567890 }',
    );
  });

  it("have the own name and our progress token", () => {
    const request = requestOf(legacy, '{"name":"a__b","_meta":{"progressToken":"x","other":1}}');
    expect(upstreamParams(request, "legacy", { ...none, members: { name: '"b"' }, progressToken: 9 }, identities)).toBe(
      '{"name":"b","_meta":{"progressToken":9,"other":1}}',
    );
  });

  it("tell a modern backend who a legacy client is", () => {
    expect(JSON.parse(upstreamParams(requestOf(legacy, "{}"), "modern", none, identities) ?? "")).toEqual({
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": { elicitation: {}, sampling: {} },
      },
    });
  });

  it("carry the trace", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    expect(
      JSON.parse(upstreamParams(requestOf(modern, "{}"), "modern", { ...none, traceparent }, identities) ?? ""),
    ).toEqual({
      _meta: { traceparent },
    });
  });
});

describe("a page of a list", () => {
  const entries = Array.from({ length: 2500 }, (_, index) => String(index));

  it("goes on by its cursor to the end", () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = pageOf(entries, cursor);
      seen.push(...(page?.entries ?? []));
      cursor = page?.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(entries);
  });

  it.each([["nonsense"], [7], ["from-99999"], ["from--1"]])("refuses the cursor %j", (cursor) => {
    expect(pageOf(entries, cursor)).toBeUndefined();
  });
});

const result = (value: unknown): Outcome => ({ kind: "result", text: JSON.stringify(value) });

describe("a dialogue of a legacy backend with a modern client", () => {
  it("asks by input_required and goes on with the answers", async () => {
    const { promise, resolve: finish } = Promise.withResolvers<Outcome>();
    const dialogue = new Dialogue(promise, "state-1");
    const asked = dialogue.ask({ method: "elicitation/create", params: '{"message":"name?"}' });
    expect(await dialogue.round()).toEqual(
      result({
        resultType: "input_required",
        inputRequests: { q1: { method: "elicitation/create", params: { message: "name?" } } },
        requestState: "state-1",
      }),
    );
    dialogue.answer('{"unknown":1,"q1":{"action":"accept","content":{"n":12345678901234567890}}}');
    expect(await asked).toEqual({
      kind: "result",
      text: '{"action":"accept","content":{"n":12345678901234567890}}',
    });
    finish(result({ content: [] }));
    expect(await dialogue.round()).toEqual(result({ content: [] }));
  });

  it("takes no more than a hundred questions at a time", async () => {
    const dialogue = new Dialogue(new Promise(() => {}), "state-3");
    const asked = Array.from({ length: 101 }, async () => dialogue.ask({ method: "roots/list", params: undefined }));
    expect((await Promise.race(asked)).text).toContain("100 questions");
  });

  it("asks again for what was left out", async () => {
    const dialogue = new Dialogue(new Promise(() => {}), "state-2");
    void dialogue.ask({ method: "roots/list", params: undefined });
    const first = await dialogue.round();
    dialogue.answer("{}");
    expect(await dialogue.round()).toEqual(first);
  });
});

describe("a modern backend that asks a legacy client", () => {
  const asking = result({
    resultType: "input_required",
    inputRequests: { a: { method: "elicitation/create", params: { message: "?" } } },
    requestState: "opaque",
  });

  it("is called again with the client's answers until it is complete", async () => {
    const again: unknown[] = [];
    const request = requestOf(legacy, "{}", async ({ method, params }) =>
      result({ action: "accept", content: { method, params } }),
    );
    const outcome = await askInTurn(asking, request, async (members) => {
      again.push(members);
      return result({ resultType: "complete", content: [] });
    });
    expect(outcome).toEqual(result({ resultType: "complete", content: [] }));
    expect(again).toEqual([
      {
        inputResponses:
          '{"a":{"action":"accept","content":{"method":"elicitation/create","params":"{\\"message\\":\\"?\\"}"}}}',
        requestState: '"opaque"',
      },
    ]);
  });

  it("gets a cancelled elicitation where the client answers with an error", async () => {
    const request = requestOf(legacy, "{}", async () => ({ kind: "error", text: '{"code":-1,"message":"no"}' }));
    let sent: unknown;
    await askInTurn(asking, request, async (members) => {
      sent = members.inputResponses;
      return result({ resultType: "complete" });
    });
    expect(sent).toBe('{"a":{"action":"cancel"}}');
  });

  it("fails the call where the client cannot be asked, or does not end", async () => {
    expect((await askInTurn(asking, requestOf(legacy, "{}"), async () => asking)).text).toContain("cannot be asked");
    const endless = requestOf(legacy, "{}", async () => result({}));
    expect((await askInTurn(asking, endless, async () => asking)).text).toContain("32 times");
  });
});
