import { printable } from "../color.ts";

/** On one line, and without what a terminal or a reader of Markdown would obey. */
const line = (text: string): string => printable(text).replaceAll("\u001B", "\uFFFD").replaceAll(/\s+/g, " ").trim();

/** Text that Markdown takes for nothing but text, on one line: names in manifests are anybody's. */
export const plain = (text: string): string =>
  line(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[\\`*_{}[\]#|~!@]/g, "\\$&")
    // At the beginning of a line these would make a list or a heading.
    .replace(/^(?=[-+=])/, "\\")
    .replace(/^\d+(?=[.)])/, "$&\\")
    // A bare address would become a link.
    .replaceAll(/\b(https?|ftp):\/\//gi, "$1&#58;//")
    .replaceAll(/\b(www)\./gi, "$1&#46;");

/** A code span; one that holds backticks needs more of them around it. No table can hold one with a pipe. */
export function code(text: string): string {
  const content = line(text);
  if (content === "" || content.includes("|")) return plain(content);
  const ticks = "`".repeat(1 + longestRun(content));
  const pad = content.startsWith("`") || content.endsWith("`") ? " " : "";
  return `${ticks}${pad}${content}${pad}${ticks}`;
}

/** A fenced block that its content cannot end. */
export function fenced(language: string, text: string): string[] {
  const fence = "`".repeat(Math.max(3, 1 + longestRun(text)));
  return [`${fence}${language}`, printable(text).replaceAll("\u001B", "\uFFFD").trimEnd(), fence, ""];
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));

export const bullets = (items: readonly string[]): string[] => items.map((item) => `- ${item}`);

export const tableLines = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
