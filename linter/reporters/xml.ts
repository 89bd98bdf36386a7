type Attributes = Readonly<Record<string, string | number>>;

/** An element with its content, each on lines of its own. */
export function element(name: string, attributes: Attributes, content: readonly string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const open = `<${name}${written.join("")}`;
  return content.length === 0 ? `${open}/>` : `${open}>\n${content.join("\n")}\n</${name}>`;
}

/** An element whose content is text, kept as it is. */
export const textElement = (name: string, attributes: Attributes, text: string): string =>
  element(name, attributes).replace(/\/>$/, `>${escaped(text)}</${name}>`);

/** XML 1.0 has no control characters, not even as references: they become the sign for "cannot be shown". */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\r", "&#13;")
    .replaceAll("\t", "&#9;");

export const xmlHeader = '<?xml version="1.0" encoding="UTF-8"?>';
