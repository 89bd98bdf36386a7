import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { begin, call, post } from "../front/post.ts";
import { configFile, hasty, politeServer, startProxy } from "../proxy-process.ts";

it("sends a span for each call before it ends, as a part of the client's trace", async () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      bodies.push(text);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => collector.once("listening", resolve));
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
  const proxy = await startProxy(
    ["--config", configFile({ mcpServers: { a: politeServer }, traces: { endpoint } })],
    hasty,
  );
  await proxy.logged(/^ready$/);
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  expect((await proxy.call("a__echo", { text: "x" }, { traceparent })).status).toBe(200);
  const inMeta = "5bf92f3577b34da6a3ce929d0e0e4737";
  await post(
    proxy.url,
    {
      ...(call("a__echo") as object),
      params: { name: "a__echo", _meta: { traceparent: `00-${inMeta}-00f067aa0ba902b7-01` } },
    },
    await begin(proxy.url),
  );
  proxy.process.kill("SIGTERM");
  expect(await proxy.exited).toMatchObject({ code: 0 });
  collector.close();
  const sent = bodies.join("\n");
  expect(sent).toContain(`"name":"tools/call a__echo"`);
  expect(sent).toContain(traceId);
  expect(sent).toContain(inMeta);
  expect(sent).toContain(`"parentSpanId":"00f067aa0ba902b7"`);
  expect(sent).toContain(`"gracewarden-proxy"`);
});
