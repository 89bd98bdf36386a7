const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } };

/** Opens a session and gives the headers that belong to it. */
export async function openSession(url: string): Promise<Readonly<Record<string, string>>> {
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params }),
  });
  await response.text();
  if (response.status !== 200) throw new Error(`initialize: ${response.status}`);
  const session = response.headers.get("mcp-session-id");
  const mine = {
    ...headers,
    "mcp-protocol-version": "2025-11-25",
    ...(session !== null && { "mcp-session-id": session }),
  };
  const initialized = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" });
  await (await fetch(url, { method: "POST", headers: mine, body: initialized })).text();
  return mine;
}

/** Milliseconds until a tool has answered, from now on. */
export async function untilToolAnswers(url: string, tool: string): Promise<number> {
  const began = performance.now();
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: { text: "ready" } } };
  for (;;) {
    try {
      const mine = await openSession(url);
      const response = await fetch(url, { method: "POST", headers: mine, body: JSON.stringify(call) });
      if ((await response.text()).includes('"ready"')) return performance.now() - began;
    } catch (error) {
      if (performance.now() - began > 60_000) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Opens streams for what a server says unasked, each in a session of its own, and keeps them open until `close`. */
export async function openStreams(
  url: string,
  count: number,
): Promise<{ readonly opened: number; readonly milliseconds: number; close(): void }> {
  const began = performance.now();
  const closing = new AbortController();
  let opened = 0;
  const openNext = async (): Promise<void> => {
    const mine = await openSession(url);
    const stream = await fetch(url, {
      headers: { ...mine, accept: "text/event-stream" },
      signal: closing.signal,
    });
    if (stream.status !== 200) throw new Error(`GET: ${stream.status}`);
    opened += 1;
  };
  for (let first = 0; first < count; first += 20)
    await Promise.all(Array.from({ length: Math.min(20, count - first) }, openNext));
  return { opened, milliseconds: performance.now() - began, close: () => closing.abort() };
}
