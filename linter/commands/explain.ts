import { rules } from "../../policies/rules/index.ts";
import { defineSyntax, parseArguments } from "../command-line/arguments.ts";
import { painter, wantsColor } from "../color.ts";
import { explainFact } from "../explaining/explain-fact.ts";
import { explainRule } from "../explaining/explain-rule.ts";
import type { Command } from "../command.ts";
import { unknownSubject } from "../explaining/unknown-subject.ts";
import type { Terminal } from "../terminal.ts";

const syntax = defineSyntax({
  command: "gracewarden explain",
  summary:
    "Says what a rule wants and why, with examples and what their fixes make of them; or what is known of a fact, by its name or number (A5).",
  operands: "RULE | FACT",
  minOperands: 1,
  maxOperands: 1,
  options: { color: { text: "Use colours" }, "no-color": { text: "Use no colours" } },
});

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { options, positionals } = parseArguments(syntax, args);
  const [wanted = ""] = positionals;
  const { facts, findFact } = await import("../../policies/facts/facts.ts");
  const style = {
    paint: painter(wantsColor(options, terminal, terminal.stdout)),
    width: Math.max(60, Math.min(terminal.stdout.columns ?? 100, 100)),
  };
  const rule = rules.find(({ id }) => id === wanted.toLowerCase());
  if (rule !== undefined) {
    terminal.stdout.write(await explainRule(rule, facts, style));
    return 0;
  }
  const found = findFact(wanted);
  if (found === undefined) throw unknownSubject(wanted, Object.keys(facts));
  const citing = rules.filter(({ cites }) => cites.includes(found.id)).map(({ id }) => id);
  terminal.stdout.write(explainFact(found.id, found.fact, citing, style));
  return 0;
}

export const command: Command = { syntax, title: "Say what a rule wants and why, or what is known of a fact", run };
