import { EVENT_ID, getScalarValue, parseEvents, YAMLException, type Event } from "js-yaml";
import { eventsDespiteIndent } from "./flow-indent.ts";
import { refuseHiddenLine } from "./hidden-line.ts";
import { ManifestRefusal } from "./manifest-refusal.ts";
import { nodeTree } from "./node-tree.ts";
import { valueOfNode, type NodeValue } from "./node-value.ts";
import type { Node } from "./node.ts";
import { plainValue } from "./plain-value.ts";

/** The value of one document's text. Throws a ManifestRefusal. */
export function parseValue(text: string): NodeValue {
  const events = eventsOf(text);
  const plain = plainValue(text, events);
  return plain === undefined ? valueOfNode(treeOf(text, events)) : { value: plain.value, repeatedKeys: [] };
}

/** The syntax of one document's text; a second parse, since most documents are never asked for it. */
export function parseTree(text: string): Node {
  return treeOf(text, eventsOf(text));
}

function treeOf(text: string, events: readonly Event[]): Node {
  return nodeTree(text, events, (event) => getScalarValue(text, event));
}

function eventsOf(text: string): Event[] {
  let events: Event[];
  try {
    events = parseEvents(text, {});
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    events = eventsDespiteIndent(text, error) ?? fail(error, text);
  }
  if (events.findLastIndex((event) => event.type === EVENT_ID.DOCUMENT) > 0) {
    const message = "A second document begins in this one: put a line --- between them.";
    throw new ManifestRefusal("syntax", message, { start: 0, end: 0 });
  }
  refuseHiddenLine(text, events);
  return events;
}

function fail(error: YAMLException, text: string): never {
  const start = Math.min(error.mark?.position ?? 0, text.length);
  const span = { start, end: Math.min(start + 1, text.length) };
  if (error.reason.includes("maxDepth")) {
    throw new ManifestRefusal(
      "too-deep",
      "The document nests deeper than 100 levels: no Kubernetes object does.",
      span,
    );
  }
  throw new ManifestRefusal("syntax", sentence(error.reason, text, start), span);
}

function sentence(reason: string, text: string, at: number): string {
  if (text[at] === "\t" || reason.includes("tab characters"))
    return "YAML does not allow a tab as indentation: use spaces.";
  return `The YAML cannot be read: ${reason}.`;
}
