const width = 100;

/** An expression in lines of a width that can be read, broken at blanks outside of its strings. */
export function inLines(expression: string): string {
  if (expression.length <= width) return expression;
  const lines: string[] = [];
  for (const word of expression.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? []) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join("\n");
}
