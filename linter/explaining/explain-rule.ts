import { defaultConfig, type Config } from "../../policies/config.ts";
import type { Fact } from "../../policies/facts/fact.ts";
import type { FactId } from "../../policies/facts/facts.ts";
import type { Example, OptionSchema, Rule } from "../../policies/rule.ts";
import { rules } from "../../policies/rules/index.ts";
import type { ExplainStyle } from "./explain-fact.ts";
import { fixText } from "../fixing/fix-text.ts";
import { lint } from "../judging/lint.ts";
import { loadBytes, type LoadedFile } from "../reading/load.ts";
import { unifiedDiff } from "../fixing/diff.ts";
import { hang, wrap } from "../command-line/wrap.ts";

/** A rule in full. The examples are judged as this is printed, so what it says of them is what `lint` says. */
export async function explainRule(
  rule: Rule,
  facts: Readonly<Record<FactId, Fact>>,
  style: ExplainStyle,
): Promise<string> {
  const { paint, width } = style;
  const heading = (text: string): string[] => ["", paint("bold", text), ""];
  const lines = [
    `${paint("bold", rule.id)}  ${paint("dim", `${rule.category}, ${rule.severity}`)}`,
    "",
    wrap(rule.title, width),
    ...heading("Why"),
    ...rule.why.split(/\n\s*\n/).map((paragraph) => wrap(paragraph, width)),
  ];
  if (rule.needs === "set")
    lines.push("", wrap("It looks at several objects, so at admission it is not evaluated.", width));
  lines.push("", wrap(await asPolicy(rule), width));
  const options = Object.entries(rule.options ?? {});
  if (options.length > 0)
    lines.push(...heading("Options"), ...options.flatMap(([name, option]) => optionLines(name, option, style)));
  if (rule.cites.length > 0) lines.push(...heading("What Kubernetes does"));
  for (const id of rule.cites) {
    const { ref, statement, sources } = facts[id];
    lines.push(
      `${ref.padEnd(5)}${hang(wrap(statement, width - 5), "     ")}`,
      `     ${paint("dim", id)} ${paint("blue", sources[0] ?? "")}`,
    );
  }
  for (const example of rule.examples) lines.push(...(await exampleLines(rule, example, style)));
  return `${lines.join("\n")}\n`;
}

/** What `gracewarden export vap` makes of the rule where nothing is configured. */
async function asPolicy({ id }: Rule): Promise<string> {
  const { fidelityOf } = await import("../export/export-text.ts");
  return `As a policy of the API server (gracewarden export vap): ${fidelityOf(id, rules)}.`;
}

function optionLines(name: string, option: OptionSchema, { paint, width }: ExplainStyle): string[] {
  const type = option.type === "string" && option.enum !== undefined ? option.enum.join(" | ") : option.type;
  return [
    `  ${paint("bold", name)}  ${paint("dim", `${type}, default ${JSON.stringify(option.default)}`)}`,
    `    ${hang(wrap(option.description, width - 4), "    ")}`,
  ];
}

async function exampleLines(rule: Rule, example: Example, { paint, width }: ExplainStyle): Promise<string[]> {
  const names = { file: "example.yaml", configFile: "example.yaml", path: undefined, named: true };
  const text = `${example.yaml.trim()}\n`;
  const judged = (file: LoadedFile): ReturnType<typeof lint> =>
    lint({
      files: [file],
      context: [],
      rules,
      config: configOf(
        rule,
        example,
        rules.filter((other) => other !== rule),
      ),
      now: new Date("2026-01-01T00:00:00Z"),
    });
  const file = await loadBytes(names, new TextEncoder().encode(text), false);
  const { findings } = judged(file);
  const verdict =
    findings.length === 0 ? paint("green", "nothing to report") : paint("red", `reports ${findings.length}`);
  const lines = ["", `${paint("bold", `Example: ${example.name}`)}  ${verdict}`, ""];
  if (example.options !== undefined) lines.push(`  options: ${JSON.stringify(example.options)}`, "");
  lines.push(
    ...text
      .trimEnd()
      .split("\n")
      .map((line) => `  ${paint("dim", line)}`.trimEnd()),
  );
  for (const { message, region, verdict: kind } of findings) {
    const said = `line ${region?.line}: ${message}${kind === "undetermined" ? " (undetermined)" : ""}`;
    lines.push("", `  ${hang(wrap(said, width - 2), "  ")}`);
  }
  const fixed = await fixText(text, findings);
  if (fixed.text === text) return lines;
  const diff = unifiedDiff("example.yaml", text, fixed.text).split("\n").slice(2);
  return [
    ...lines,
    "",
    ...diff
      .filter((line) => line !== "")
      .map((line) => `  ${paint(line.startsWith("+") ? "green" : line.startsWith("-") ? "red" : "dim", line)}`),
  ];
}

/** The example's own configuration. The other rules are there by name only, for waivers that name them. */
const configOf = (rule: Rule, { options, oldest }: Example, others: readonly Rule[]): Config => ({
  ...defaultConfig,
  rules: {
    ...Object.fromEntries(others.map(({ id }) => [id, { severity: "off" as const }])),
    ...(options === undefined ? {} : { [rule.id]: { options } }),
  },
  kubernetes: oldest === undefined ? defaultConfig.kubernetes : { oldestMinor: Number(oldest.split(".")[1]) },
});
