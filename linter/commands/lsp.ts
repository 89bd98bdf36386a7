import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import type { Command } from "../command.ts";
import { refuseBoth } from "../configuration/load-config.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden lsp",
  summary:
    "Serves findings, explanations and fixes to an editor by the Language Server Protocol, over standard input and output.",
  operands: "",
  minOperands: 0,
  maxOperands: 0,
  options: {
    config: {
      value: "FILE",
      text: "The configuration; without it gracewarden.yaml in each workspace folder or above, up to the repository's root",
    },
    "no-config": { text: "Use no configuration" },
    stdio: { text: "What is done anyway; some editors add it" },
    clientProcessId: { value: "ID", text: "Not needed; some editors add it" },
  },
});

export type LspOptions = ReturnType<typeof parseArguments<(typeof syntax)["options"]>>["options"];

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options } = parseArguments(syntax, args);
  refuseBoth(options);
  // Here, since no other command needs the protocol.
  const { serveLsp } = await import("../lsp/serve-lsp.ts");
  return serveLsp(options, terminal);
}

export const command: Command = { syntax, title: "Serve the linter to editors (Language Server Protocol)", run };
