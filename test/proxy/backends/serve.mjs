// The MCP stdio server that all fixtures of this folder are made of: no dependencies, both protocol eras, tools in tools.mjs.
//
// Options on the command line of every fixture (an unknown one is an error):
//   --era legacy|modern|both   2025-11-25 with initialize, 2026-07-28 with server/discover, or either (default)
//   --name NAME                serverInfo.name, and the prefix of what `echo` answers where given
//   --start-delay MS           reads nothing for so long: a backend that is still connecting
//   --stop-after MS            so long from the end of stdin, or SIGTERM, to its exit: a backend that flushes
//   --tools N                  lists N more tools (`extra-1` ...), all of which echo
//   --tool NAME                lists this tool too (may be repeated, also with a name that is there already)
//   --log FILE                 appends one JSON line {at, pid, event} for started, eof, SIGTERM, SIGINT, SIGHUP, cancelled, exit
//   --marker TEXT              does nothing; finds the process, and what it started, in /proc
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { tools } from "./tools.mjs";

const legacyRevision = "2025-11-25";
const modernRevision = "2026-07-28";
const meta = (key) => `io.modelcontextprotocol/${key}`;

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

export function readOptions(args = process.argv.slice(2)) {
  const { values } = parseArgs({
    args,
    options: {
      era: { type: "string", default: "both" },
      name: { type: "string" },
      "start-delay": { type: "string", default: "0" },
      "stop-after": { type: "string", default: "0" },
      tools: { type: "string", default: "0" },
      tool: { type: "string", multiple: true, default: [] },
      log: { type: "string" },
      marker: { type: "string" },
    },
  });
  return values;
}

/** Starts the server. `onEof` and `onSigterm` say whether it stops at the end of stdin and at SIGTERM. */
export function serve({ onEof = "stop", onSigterm = "stop", options = readOptions() } = {}) {
  const log = (event) => {
    if (options.log) appendFileSync(options.log, `${JSON.stringify({ at: Date.now(), pid: process.pid, event })}\n`);
  };

  log("started");
  process.on("exit", () => log("exit"));
  const stop = () => setTimeout(() => process.exit(0), Number(options["stop-after"]));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
    process.on(signal, () => {
      log(signal);
      if (onSigterm === "stop") stop();
    });
  }
  // A proxy that ends first takes the pipe away.
  process.stdout.on("error", () => {});

  const extra = [...Array.from({ length: Number(options.tools) }, (_, n) => `extra-${n + 1}`), ...options.tool];
  const listed = [
    ...Object.entries(tools).map(([name, { description, properties = {} }]) => ({
      name,
      description,
      inputSchema: { type: "object", properties },
    })),
    ...extra.map((name) => ({ name, description: "Echoes its arguments.", inputSchema: { type: "object" } })),
  ];
  const serverInfo = { name: options.name ?? "fixture", version: "1.0.0" };
  const capabilities = { tools: { listChanged: true }, logging: {} };
  const asked = new Map();
  const running = new Map();
  let asks = 0;

  /** Sends a request to the client (2025-11-25 only) and resolves to its answer. */
  const request = (method, params) =>
    new Promise((answered) => {
      const id = `${serverInfo.name}-asks-${++asks}`;
      asked.set(id, answered);
      send({ id, method, params });
    });

  const methods = {
    initialize: ({ protocolVersion }) => ({
      protocolVersion: protocolVersion === modernRevision ? legacyRevision : protocolVersion,
      capabilities,
      serverInfo,
    }),
    "server/discover": () => ({
      supportedVersions: options.era === "modern" ? [modernRevision] : [modernRevision, legacyRevision],
      capabilities,
      serverInfo,
      ttlMs: 0,
      cacheScope: "public",
    }),
    ping: () => ({}),
    "logging/setLevel": () => ({}),
    "tools/list": (_, { modern }) => ({ tools: listed, ...(modern && { ttlMs: 0, cacheScope: "public" }) }),
    "tools/call": (params, call) => {
      const tool = extra.includes(params.name) ? tools.echo : Object.hasOwn(tools, params.name) && tools[params.name];
      if (!tool) throw Object.assign(new Error(`Unknown tool: ${params.name}`), { code: -32602 });
      return tool.run(params.arguments ?? {}, { ...call, params, send, request, name: options.name });
    },
    "subscriptions/listen": ({ notifications }, { id, signal }) => {
      send({
        method: "notifications/subscriptions/acknowledged",
        params: { notifications, _meta: { [meta("subscriptionId")]: id } },
      });
      return new Promise((_, ended) => signal.addEventListener("abort", ended));
    },
  };

  async function answer({ id, method, params = {} }) {
    // A server of 2025-11-25 knows no revision in `_meta`.
    const modern = options.era !== "legacy" && params._meta?.[meta("protocolVersion")] === modernRevision;
    const known =
      Object.hasOwn(methods, method) &&
      !(options.era === "legacy" && method === "server/discover") &&
      !(options.era === "modern" && !modern);
    if (!known) return send({ id, error: { code: -32601, message: `Method not found: ${method}` } });
    const abort = new AbortController();
    running.set(id, abort);
    try {
      const result = await methods[method](params, { id, modern, signal: abort.signal });
      if (!abort.signal.aborted) send({ id, result: modern ? { resultType: "complete", ...result } : result });
    } catch (error) {
      if (!abort.signal.aborted) send({ id, error: { code: error.code ?? -32603, message: error.message } });
    } finally {
      running.delete(id);
    }
  }

  function receive(line) {
    if (line.trim() === "") return;
    const message = JSON.parse(line);
    if (message.method === undefined) {
      asked.get(message.id)?.(message);
      asked.delete(message.id);
    } else if (message.method === "notifications/cancelled") {
      log("cancelled");
      running.get(message.params.requestId)?.abort();
    } else if (message.id !== undefined) void answer(message);
  }

  // Holds a server that ignores the end of stdin: nothing else does.
  if (onEof !== "stop") setInterval(() => {}, 1000);
  setTimeout(() => {
    createInterface(process.stdin)
      .on("line", receive)
      .on("close", () => {
        log("eof");
        if (onEof === "stop") stop();
      });
  }, Number(options["start-delay"]));
  return { send, log };
}
