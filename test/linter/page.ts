import { parse, type DefaultTreeAdapterMap } from "parse5";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

/** A page as a browser's parser reads it. */
export interface Page {
  readonly elements: readonly Element[];
  /** Mistakes that the parser had to mend, by the standard's names. */
  readonly errors: readonly string[];
}

export function parsePage(text: string): Page {
  const errors: string[] = [];
  const document = parse(text, { onParseError: ({ code, startLine }) => errors.push(`${startLine}: ${code}`) });
  return { elements: [...elementsIn(document)], errors };
}

function* elementsIn(node: Node): Iterable<Element> {
  if ("tagName" in node) yield node;
  if ("childNodes" in node) for (const child of node.childNodes) yield* elementsIn(child);
}

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((one) => one.name === name)?.value;

export function textOf(node: Node): string {
  if ("value" in node) return node.value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

export const named = ({ elements }: Page, ...names: readonly string[]): Element[] =>
  elements.filter(({ tagName }) => names.includes(tagName));

/** The element with an id, and the headings and rows below it, as texts. */
export function section(page: Page, id: string): string {
  const found = page.elements.find((element) => attribute(element, "id") === id);
  if (found === undefined) throw new Error(`nothing has the id ${id}`);
  return wordsOf(found).replaceAll(/\s+/g, " ").trim();
}

/** As a reader takes it: cells and paragraphs stand apart. */
function wordsOf(node: Node): string {
  if (!("childNodes" in node)) return textOf(node);
  const inline = "tagName" in node && ["a", "code", "ins", "del", "text", "tspan"].includes(node.tagName);
  const words = node.childNodes.map(wordsOf).join("");
  return inline ? words : ` ${words} `;
}
