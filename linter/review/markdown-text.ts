import { printable } from "../color.ts";

/** Text that Markdown takes for nothing but text, on one line: names in manifests are anybody's. */
export const plain = (text: string): string =>
  printable(text)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\`*_{}[\]#|~!@]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    // A bare address would become a link.
    .replaceAll(/(https?):\/\//gi, "$1&#58;//");

/** A code span; one that holds backticks needs more of them around it. */
export function code(text: string): string {
  const line = printable(text).replaceAll(/\s+/g, " ").replaceAll("|", "\\|");
  const ticks = "`".repeat(1 + longestRun(line));
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

/** A fenced block that its content cannot end. */
export function fenced(language: string, text: string): string[] {
  const fence = "`".repeat(Math.max(3, 1 + longestRun(text)));
  return [`${fence}${language}`, printable(text).trimEnd(), fence, ""];
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

export const bullets = (items: readonly string[]): string[] => items.map((item) => `- ${item}`);

export const tableLines = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
