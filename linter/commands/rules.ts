import { rules } from "../../policies/rules/index.ts";
import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import { table } from "../command-line/help.ts";
import type { Command } from "../command.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden rules",
  summary: "Lists the rules with their severity.",
  operands: "",
  minOperands: 0,
  maxOperands: 0,
  options: { format: { value: "FORMAT", choices: ["text", "json", "markdown"], default: "text", text: "How to list" } },
  notes: ["`gracewarden explain RULE` tells more of one."],
});

async function run(args: readonly string[], { stdout }: Terminal): Promise<number> {
  const { options } = parseArguments(syntax, args);
  if (options.format === "json") {
    const list = rules.map(({ id, title, category, severity, cites, needs, options: own }) => ({
      id,
      title,
      category,
      severity,
      needs,
      facts: cites,
      options: own ?? {},
    }));
    stdout.write(`${JSON.stringify(list, null, 2)}\n`);
    return 0;
  }
  if (options.format === "markdown") {
    const { rulesPage } = await import("../../policies/rules-page.ts");
    stdout.write(rulesPage(rules));
    return 0;
  }
  const width = Math.max(60, Math.min(stdout.columns ?? 100, 120));
  stdout.write(
    `${table(
      rules.map(({ id, title, severity }) => [`${severity.padEnd(6)}  ${id}`, title]),
      width,
    )}\n`,
  );
  return 0;
}

export const command: Command = { syntax, title: "List the rules", run };
