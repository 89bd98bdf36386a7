import { diff } from "node:util";
import { dump } from "js-yaml";

const context = 2;

/** What changed between two objects, as lines of YAML with their surroundings; empty where nothing did. */
export function yamlDiff(before: unknown, after: unknown): readonly string[] {
  const lines = diff(linesOf(before), linesOf(after)).map(([op, text]) => ({
    changed: op !== 0,
    // Of the first only: 1, of the second only: -1.
    text: `${op === 0 ? " " : op === 1 ? "-" : "+"} ${text}`,
  }));
  const near = lines.map((_line, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ changed }) => changed),
  );
  return lines.flatMap(({ text }, index) => {
    if (near[index] === true) return [text];
    // One mark for each run that is left out between two that are shown.
    return near[index - 1] === true && near.includes(true, index) ? ["  ⋮"] : [];
  });
}

const linesOf = (value: unknown): string[] => dump(value, { lineWidth: -1 }).trimEnd().split("\n");
