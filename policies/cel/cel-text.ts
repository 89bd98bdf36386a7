/** A string as CEL writes it: JSON's escapes are CEL's, too. */
export const quote = (text: string): string => JSON.stringify(text);

/** A list of strings as CEL writes it. */
export const quoteAll = (texts: readonly string[]): string => `[${texts.map(quote).join(", ")}]`;

/** A number as CEL writes one that may have a fraction. */
export const double = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

/**
 * A regular expression as CEL writes it. Both dialects agree on what gracewarden's patterns use; what RE2 does not know
 * (looking ahead or behind, back references) must not be exported.
 */
export function pattern({ source, flags }: RegExp): string {
  if (/\(\?[=!<]|\\[1-9]/.test(source)) throw new Error(`RE2 cannot read ${source}`);
  return quote(`${flags.includes("i") ? "(?i)" : ""}${source.replaceAll("\\/", "/")}`);
}

/** True where the text, a CEL expression, matches one of the patterns. */
export const matchesAny = (text: string, patterns: readonly RegExp[]): string =>
  `(${patterns.map((each) => `${text}.matches(${pattern(each)})`).join(" || ")})`;

/** A sentence with CEL expressions in it: sentence`sleeps ${"c.seconds"} s` is `"sleeps " + string(c.seconds) + " s"`. */
export function sentence(texts: TemplateStringsArray, ...expressions: readonly string[]): string {
  const parts = texts.flatMap((text, index) => {
    const expression = expressions[index];
    return [...(text === "" ? [] : [quote(text)]), ...(expression === undefined ? [] : [`string(${expression})`])];
  });
  return parts.join(" + ");
}
