import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import type { Command } from "../command.ts";
import { refuseBoth } from "../configuration/load-config.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden mcp",
  summary:
    "Serves the tools lint, explain, timeline and fix to an MCP client over standard input and output, until its input ends. It writes no file and runs no program.",
  operands: "",
  minOperands: 0,
  maxOperands: 0,
  options: {
    root: { value: "FOLDER", text: "The folder whose files may be read (default: the working folder)" },
    config: {
      value: "FILE",
      text: "The configuration; without it gracewarden.yaml in the root or above, up to the repository's root",
    },
    "no-config": { text: "Use no configuration" },
  },
});

export type McpOptions = ReturnType<typeof parseArguments<(typeof syntax)["options"]>>["options"];

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options } = parseArguments(syntax, args);
  refuseBoth(options);
  // Here, since no other command needs the SDK.
  const { serveMcp } = await import("../mcp/serve-mcp.ts");
  return serveMcp(options, terminal);
}

export const command: Command = { syntax, title: "Serve the linter to MCP clients over stdio", run };
