import { facts, type FactId } from "./facts/facts.ts";
import type { Category, Example, OptionsSchema, Rule } from "./rule.ts";

const categories: Readonly<Record<Category, string>> = {
  manifest: "Manifests",
  budget: "The budget",
  hook: "Hooks",
  traffic: "Traffic",
  process: "Processes and signals",
  startup: "Start-up and probes",
  availability: "Availability",
};

/** The documentation of all rules as one Markdown page, from the rules themselves. */
export function rulesPage(rules: readonly Rule[]): string {
  const groups = Object.entries(categories)
    .map(([category, title]) => [title, rules.filter((rule) => rule.category === category)] as const)
    .filter(([, members]) => members.length > 0);
  const lines = [
    "# The rules",
    "",
    "<!-- Made by `npm run docs` from the files in rules/; a test compares it. -->",
    "",
    "`gracewarden explain RULE` prints the same for one rule. Severities are the rules' own (preset `recommended`); a finding may weigh less or more than its rule where the case does. What cannot be told from a manifest is `undetermined`: shown as advice, never a pass.",
    "",
    "| rule | severity | what is good |",
    "| --- | --- | --- |",
    ...groups.flatMap(([, members]) =>
      members.map((rule) => `| [${rule.id}](#${rule.id}) | ${rule.severity} | ${rule.title} |`),
    ),
    "",
    ...groups.flatMap(([title, members]) => [`## ${title}`, "", ...members.flatMap(section)]),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function section(rule: Rule): string[] {
  return [
    `### ${rule.id}`,
    "",
    `**${rule.title}.** Severity: ${rule.severity}.${rule.needs === "set" ? " Needs the other objects of the set, so it is not judged at admission." : ""}`,
    "",
    rule.why.replaceAll(/\s*\n\s*/g, " ").trim(),
    "",
    ...options(rule.options ?? {}),
    ...(rule.cites.length === 0 ? [] : ["Rests on:", "", ...rule.cites.map(cite), ""]),
    ...rule.examples.flatMap(example),
  ];
}

function options(schema: OptionsSchema): string[] {
  const rows = Object.entries(schema).map(
    ([name, { description, default: value }]) => `| \`${name}\` | \`${JSON.stringify(value)}\` | ${description} |`,
  );
  return rows.length === 0 ? [] : ["| option | default | meaning |", "| --- | --- | --- |", ...rows, ""];
}

function cite(id: FactId): string {
  const { ref, statement, sources } = facts[id];
  return `- ${ref} \`${id}\`: ${statement} [source](${sources[0]})`;
}

function example({ name, yaml, reports = [], oldest }: Example): string[] {
  const verdict = reports.length === 0 ? "Good" : "Reported";
  const at = reports.length === 0 ? "" : `, at ${reports.map((path) => `\`${path}\``).join(", ")}`;
  const floor = oldest === undefined ? "" : ` (oldest kubelet ${oldest})`;
  return [
    `<details><summary>${verdict}: ${name}${floor}</summary>`,
    "",
    "```yaml",
    yaml.trim(),
    "```",
    "",
    `${verdict}${at}.`,
    "</details>",
    "",
  ];
}
