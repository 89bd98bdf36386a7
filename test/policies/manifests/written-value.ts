import * as fc from "fast-check";

/** What stands in manifests, and what YAML has other ideas about. */
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    30,
    -1,
    1.5,
    1e21,
    "",
    "app",
    "yes",
    "on",
    "0777",
    "1e3",
    "null",
    "~",
    "<<",
  ),
  fc.constantFrom<unknown>(
    "a: b",
    "a #b",
    "- x",
    "{{x}}",
    "it's",
    'say "x"',
    "a,b",
    "[x",
    "trailing ",
    " leading",
    "%x",
    "é",
    "😀",
    "=",
    "2001-01-01",
  ),
  fc.constantFrom<unknown>("two\nlines", "block\n", "keep\n\n", "  deep\nless\n", "\ttab", "a\n\nb"),
  fc.string({ maxLength: 6 }).filter((text) => text.isWellFormed() && !/\p{Cc}/u.test(text)),
);
export const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("name", "spec", "lifecycle", "args", "image") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("a/b", "on", "1", "x y", "<<", "null", "é", "__proto__", "constructor", "- a", "a: b"),
  },
);

export const { anyValue, mapping } = fc.letrec<{ anyValue: unknown; mapping: Record<string, unknown> }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 4, arbitrary: scalar },
    { weight: 3, arbitrary: tie("mapping") },
    { weight: 2, arbitrary: fc.array(tie("anyValue"), { maxLength: 3 }) },
  ),
  mapping: fc.array(fc.tuple(key, tie("anyValue")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}));

/** Small numbers that decide, one after the other, how a value is written. */
export const choices = fc.array(fc.nat(5), { minLength: 1, maxLength: 40 });

export interface Written {
  readonly text: string;
  readonly comments: readonly string[];
}

/** A value in block style with some flow style, quotes, comments and blank lines in it. */
export function writeBlock(root: unknown, choiceList: readonly number[]): Written {
  const comments: string[] = [];
  let drawn = 0;
  const draw = (): number => choiceList[drawn++ % choiceList.length] ?? 0;
  const comment = (): string => {
    comments.push(`#c${comments.length}`);
    return comments.at(-1) ?? "";
  };

  const above = (indent: string): string => {
    if (draw() !== 0) return "";
    return draw() > 2 ? `${indent}${comment()}\n` : "\n";
  };
  const behind = (): string => (draw() === 1 ? ` ${comment()}` : "");

  const write = (value: unknown, column: number, inList: boolean): string => {
    const isList = Array.isArray(value);
    if (typeof value === "string" && /^\S[^\t]*\n[^\t]*$/.test(value) && !value.endsWith("\n\n") && draw() > 2)
      return literal(value, column);
    if (typeof value !== "object" || value === null || Object.keys(value).length === 0 || draw() === 5) {
      return ` ${scalarOrFlow(value, draw)}${behind()}\n`;
    }
    const child = isList && !inList && draw() > 2 ? column - 2 : column;
    const indent = " ".repeat(child);
    const members = isList
      ? value.map((item) => above(indent) + `${indent}-${write(item, child + 2, true)}`)
      : Object.entries(value).map(
          ([name, item]) => above(indent) + `${indent}${quoted(name, draw)}:${write(item, child + 2, false)}`,
        );
    const lines = members.join("");
    // `- a: 1`, where no comment comes first.
    if (inList && draw() > 1 && lines.startsWith(indent) && !lines.slice(child).startsWith("#"))
      return ` ${lines.slice(child)}`;
    return `${behind()}\n${lines}`;
  };
  const text = write(root, 0, true)
    .replace(/^ (?=\S)/, "")
    .replace(/^\n/, "");
  return { text: draw() === 4 ? text.trimEnd() : text, comments };
}

/** Not `|+`: the blank lines that this writer strews would become its own. */
function literal(text: string, column: number): string {
  const lines = text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(column) + line));
  return ` ${text.endsWith("\n") ? "|" : "|-"}\n${lines.join("\n")}\n`;
}

function quoted(text: string, draw: () => number): string {
  if (/^[a-z]{4,}$/.test(text) && draw() > 1 && text !== "null") return text;
  return !/[\s']/.test(text) && text !== "" && draw() > 3 ? `'${text}'` : JSON.stringify(text);
}

function scalarOrFlow(value: unknown, draw: () => number): string {
  if (value === null) return draw() > 2 ? "~" : "null";
  if (typeof value === "string") return quoted(value, draw);
  if (Array.isArray(value)) return `[${value.map((item) => scalarOrFlow(item, draw)).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, item]) => `${quoted(name, draw)}: ${scalarOrFlow(item, draw)}`);
  return draw() > 3 && entries.length > 0 ? `{ ${entries.join(", ")}, }` : `{${entries.join(", ")}}`;
}
