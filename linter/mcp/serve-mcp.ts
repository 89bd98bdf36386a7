import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Writable } from "node:stream";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type CallToolResult,
} from "@modelcontextprotocol/sdk/types.js";
import type { McpOptions } from "../commands/mcp.ts";
import { printable } from "../color.ts";
import { isProgramError } from "../command-line/program-error.ts";
import { programError, systemSentence } from "../errors.ts";
import type { Terminal } from "../terminal.ts";
import { version } from "../command-line/version.ts";
import { explainTool } from "./explain-tool.ts";
import { fixTool } from "./fix-tool.ts";
import { lintTool } from "./lint-tool.ts";
import { oneByOne, type OneByOne } from "./one-by-one.ts";
import { openSession } from "./session.ts";
import { timelineTool } from "./timeline-tool.ts";

const tools = [lintTool, explainTool, timelineTool, fixTool];

const instructions =
  "gracewarden judges how Kubernetes pods shut down. Lint manifests first; explain tells what stands behind a rule or fact of a finding, timeline computes the clock, fix proposes the safe fixes as a diff. No tool writes a file.";

/** What was asked before SIGTERM may be answered within this time: clients follow with SIGKILL after 2 s. */
const graceMilliseconds = 1500;

/** A manifest of 4 MiB is at most this in JSON, all of it escaped. */
const mostMessageBytes = 32 * 1024 * 1024;

/** The `mcp` command once its arguments are read. Serves until its client closes stdin or tells it to stop. */
export async function serveMcp(options: McpOptions, terminal: Terminal): Promise<number> {
  const { input, output, told, now } = terminal.service();
  const note = (text: string): unknown => terminal.stderr.write(`gracewarden: ${text}\n`);
  const session = openSession({
    root: rootFolder(options.root ?? ".", terminal.cwd),
    config: options.config === undefined ? undefined : resolve(terminal.cwd, options.config),
    noConfig: options["no-config"],
    now,
  });
  // What is wrong with the configuration is told at the start already.
  for (const text of (await session.config()).notes) note(text);

  const calls = oneByOne();
  const { server } = new McpServer({ name: "gracewarden", version }, { capabilities: { tools: {} }, instructions });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(({ definition }) => definition) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }): Promise<CallToolResult> => {
    const tool = tools.find(({ definition }) => definition.name === params.name);
    if (tool === undefined)
      throw new McpError(ErrorCode.InvalidParams, `there is no tool "${params.name}": tools/list names them`);
    try {
      return await calls.run(async () => {
        if (told.aborted) throw programError("leaving");
        return tool.call(params.arguments ?? {}, session);
      });
    } catch (error) {
      return failed(error, note);
    }
  });
  const transport = new StdioServerTransport(input, output, { maxBufferSize: mostMessageBytes });
  const closed = new Promise<void>((done) => {
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has this property alone
    server.onclose = done;
    input.once("end", done).once("close", done);
    output.on("error", () => done());
    told.addEventListener("abort", () => done(), { once: true });
  });
  // The SDK has each answer wait for the client by a listener of its own.
  output.setMaxListeners(0);
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has this property alone
  server.onerror = (error) => note(`a message of the client was dropped: ${firstLine(error.message)}`);
  await server.connect(transport);
  await closed;
  input.pause();
  await Promise.race([lastAnswers(calls, output), outOfPatience(told)]);
  return 0;
}

async function lastAnswers(calls: OneByOne, output: Writable): Promise<void> {
  // The SDK begins a call a few turns after reading it, and writes the answer a few after its end.
  await new Promise((done) => setImmediate(done));
  await calls.idle();
  await new Promise((done) => setImmediate(done));
  await new Promise((done) => output.write("", done));
}

/** A client that only closed stdin waits as long as it likes; one that sent a signal has less time than that. */
const outOfPatience = (told: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const wait = (): unknown => setTimeout(done, graceMilliseconds);
    if (told.aborted) wait();
    else told.addEventListener("abort", wait, { once: true });
  });

function rootFolder(root: string, cwd: string): string {
  let real: string;
  try {
    real = realpathSync(resolve(cwd, root));
  } catch (cause) {
    throw programError("unreadable-file", root, systemSentence(cause));
  }
  if (!statSync(real).isDirectory()) throw programError("unreadable-file", root, "is not a folder");
  return real;
}

function failed(error: unknown, note: (text: string) => unknown): CallToolResult {
  if (isProgramError(error)) return { isError: true, content: [{ type: "text", text: printable(error.message) }] };
  note(`this is a defect of gracewarden, please report it\n${error instanceof Error ? error.stack : String(error)}`);
  const text = "the call failed by a defect of gracewarden; its standard error has the stack, please report it";
  return { isError: true, content: [{ type: "text", text }] };
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
