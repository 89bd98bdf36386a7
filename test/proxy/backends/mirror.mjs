// A 2025-11-25 server on stdio that has tools, prompts, resources and completions of the names that access rules are tried on,
// and answers every other request with the line that it got, as text: what a backend could read in it.
import { createInterface } from "node:readline";

const offered = {
  "tools/list": { tools: ["open", "shut"].map((name) => ({ name, inputSchema: { type: "object" } })) },
  "prompts/list": { prompts: [{ name: "open" }, { name: "shut" }] },
  "resources/list": {
    resources: [
      { uri: "docs://open/a", name: "a" },
      { uri: "docs://shut/b", name: "b" },
    ],
  },
  "resources/templates/list": { resourceTemplates: [{ uriTemplate: "docs://open/{x}", name: "t" }] },
};
const handshake = {
  protocolVersion: "2025-11-25",
  capabilities: { tools: {}, prompts: {}, resources: { subscribe: true }, completions: {}, tasks: { list: {} } },
  serverInfo: { name: "mirror", version: "1" },
  instructions: "Look into the mirror.",
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const unknown = method === "server/discover" && { error: { code: -32601, message: "unknown" } };
  const result = method === "initialize" ? handshake : (offered[method] ?? { content: [{ type: "text", text: line }] });
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...(unknown || { result }) })}\n`);
});
