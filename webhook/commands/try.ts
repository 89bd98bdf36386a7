import { defineSyntax, parseArguments } from "../../linter/command-line/arguments.ts";
import type { Command } from "../../linter/command-line/command.ts";
import { noInlineWaivers } from "../inline-waivers.ts";
import type { Terminal } from "../terminal.ts";
import { tryFiles } from "../trying/try-files.ts";

const syntax = defineSyntax({
  command: "gracewarden-webhook try",
  summary:
    "Starts the server on loopback, sends it the pods of manifests as the API server would, and shows for each what is changed, whether it is admitted, and how it stops before and after.",
  operands: "FILE | FOLDER...",
  minOperands: 1,
  maxOperands: Infinity,
  options: {
    config: { value: "FILE", text: "The configuration to decide by" },
    "no-inline-waivers": noInlineWaivers,
    "opted-in": { text: `As if each namespace were labelled gracewarden.io/inject: "true"` },
  },
});

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options, positionals } = parseArguments(syntax, args);
  return tryFiles(
    positionals,
    {
      configFile: options.config,
      inlineWaivers: !options["no-inline-waivers"],
      optedIn: options["opted-in"],
    },
    terminal,
  );
}

export const command: Command<Terminal> = { syntax, run };
