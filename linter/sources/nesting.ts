/** What a line of YAML, or of a template of YAML, shows of its depth. */
export interface Indented {
  readonly indent: number;
  /** It begins an item of a list. */
  readonly isItem: boolean;
}

/** Blank lines and comments are as deep as can be: nothing is nested in them. */
export function indentedAs(line: string): Indented {
  const text = line.trimStart();
  return {
    indent: text === "" || text.startsWith("#") ? Infinity : line.length - text.length,
    isItem: /^-(?:\s|$)/.test(text),
  };
}

/** The lines that a line is nested in, the nearest first, down to line `start`. A list may stand as deep as its key. */
export function ancestors(lines: readonly Indented[], index: number, start = 0): number[] {
  const found: number[] = [];
  let inner = lines[index];
  for (let at = index - 1; at >= start && inner !== undefined && (inner.indent > 0 || inner.isItem); at--) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.indent < inner.indent || (line.indent === inner.indent && inner.isItem && !line.isItem)) {
      found.push(at);
      inner = line;
    }
  }
  return found;
}
