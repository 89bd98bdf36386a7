import { CHOMPING_MODE, COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from "js-yaml";
import type { AliasEvent, Event, MappingEvent, ScalarEvent, SequenceEvent } from "js-yaml";
import type { EntryNode, ItemNode, MappingNode, Node, ScalarNode, SequenceNode } from "./node.ts";

const none = -1;

/** The offsets of a collection's end, colons and dashes are not in the events, so they are found in the text. */
export function nodeTree(text: string, events: readonly Event[], textOf: (event: ScalarEvent) => string): Node {
  const anchors = new Map<string, Node>();
  let next = 1; // after the document's own event

  function read(from: number): Node {
    const event = events[next++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return named(readScalar(event, from));
      case EVENT_ID.ALIAS:
        return readAlias(event);
      case EVENT_ID.MAPPING:
        return readMapping(event);
      case EVENT_ID.SEQUENCE:
        return readSequence(event);
      default:
        throw new TypeError("an event stream ended too early");
    }
  }

  function named<N extends Node>(node: N): N {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    return node;
  }

  function readScalar(event: ScalarEvent, from: number): ScalarNode {
    const start = scalarStart(text, event, from);
    // Nearly all nodes are these: spelt out, since a spread takes as long as all the rest.
    const { outerStart, anchor, tag } = propertiesOf(text, event, start);
    const end = scalarEnd(text, event, start);
    return { kind: "scalar", outerStart, anchor, tag, start, end, text: textOf(event), style: styleOf(event) };
  }

  function readAlias(event: AliasEvent): Node {
    const name = text.slice(event.anchorStart, event.anchorEnd);
    const start = event.anchorStart - 1;
    return {
      kind: "alias",
      start,
      outerStart: start,
      end: event.anchorEnd,
      anchor: undefined,
      tag: "",
      name,
      target: anchors.get(name),
    };
  }

  function readMapping(event: MappingEvent): MappingNode {
    const flow = event.style === COLLECTION_STYLE.FLOW;
    const entries: EntryNode[] = [];
    // The node is made first: an alias inside may name it.
    const node = named({
      kind: "mapping",
      ...propertiesOf(text, event, event.start),
      start: event.start,
      end: event.start,
      flow,
      entries,
    });
    const bracketed = flow && text[event.start] === "{";
    let from = event.start + (bracketed ? 1 : 0);
    while (events[next]?.type !== EVENT_ID.POP) {
      const key = read(flow ? skipBlanks(text, from, true) : from);
      const colon = skipBlanks(text, key.end);
      const valueStart = text[colon] === ":" ? colon + 1 : key.end;
      const value = read(valueStart);
      entries.push({ key, value, valueStart });
      from = value.end;
    }
    next += 1;
    return Object.assign(node, { end: bracketed ? skipBlanks(text, from, true) + 1 : from });
  }

  function readSequence(event: SequenceEvent): SequenceNode {
    const flow = event.style === COLLECTION_STYLE.FLOW;
    const items: ItemNode[] = [];
    const node = named({
      kind: "sequence",
      ...propertiesOf(text, event, event.start),
      start: event.start,
      end: event.start,
      flow,
      items,
    });
    let from = event.start + (flow ? 1 : 0);
    while (events[next]?.type !== EVENT_ID.POP) {
      const itemStart = skipBlanks(text, from, flow);
      const valueStart = flow ? itemStart : itemStart + 1;
      const value = read(valueStart);
      items.push({ start: itemStart, value, valueStart });
      from = value.end;
    }
    next += 1;
    return Object.assign(node, { end: flow ? skipBlanks(text, from, true) + 1 : from });
  }

  const opening = text.startsWith("---") ? 3 : 0;
  return read(opening);
}

/** The first place that is neither blank, nor comment, nor a comma where one may stand. */
function skipBlanks(text: string, from: number, comma = false): number {
  let at = from;
  for (;;) {
    const character = text.charCodeAt(at);
    if (character === hash && (at === 0 || isGap(text.charCodeAt(at - 1)) || text[at - 1] === ",")) {
      while (at < text.length && !isLineBreak(text.charCodeAt(at))) at += 1;
    } else if (isGap(character) || (comma && text[at] === ",")) {
      at += 1;
    } else {
      return at;
    }
  }
}

const hash = 35;
const isLineBreak = (character: number): boolean => character === 10 || character === 13;
const isGap = (character: number): boolean =>
  character === 32 || character === 9 || isLineBreak(character) || character === 0xfeff;

function propertiesOf(text: string, event: ScalarEvent | MappingEvent | SequenceEvent, start: number) {
  const { tagStart, tagEnd, anchorStart, anchorEnd } = event;
  if (tagStart === none && anchorStart === none) return { outerStart: start, anchor: undefined, tag: "" };
  const starts = [start];
  if (tagStart !== none) starts.push(tagStart);
  if (anchorStart !== none) starts.push(anchorStart - 1);
  return {
    outerStart: Math.min(...starts),
    anchor: anchorStart === none ? undefined : text.slice(anchorStart, anchorEnd),
    tag: tagStart === none ? "" : text.slice(tagStart, tagEnd),
  };
}

function styleOf(event: ScalarEvent): ScalarNode["style"] {
  if (event.style === SCALAR_STYLE.PLAIN) return "plain";
  return isQuoted(event) ? "quoted" : "block";
}

function isQuoted(event: ScalarEvent): boolean {
  return event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
}

function scalarStart(text: string, event: ScalarEvent, from: number): number {
  if (isQuoted(event)) return event.valueStart - 1;
  const afterProperties = Math.max(from, event.tagEnd, event.anchorEnd);
  if (event.style === SCALAR_STYLE.PLAIN) return event.valueStart === none ? afterProperties : event.valueStart;
  return skipBlanks(text, afterProperties); // the block scalar's `|` or `>`
}

function scalarEnd(text: string, event: ScalarEvent, start: number): number {
  if (event.valueStart === none) return start;
  if (isQuoted(event)) return event.valueEnd + 1;
  if (event.style === SCALAR_STYLE.PLAIN) return event.valueEnd;
  return blockScalarEnd(text, event, start);
}

/** Where a block scalar's last line of content ends, its line break left out; blank lines after it belong to it under `|+` only. */
function blockScalarEnd(text: string, event: ScalarEvent, start: number): number {
  let end = event.valueEnd;
  for (;;) {
    const lineBreak = text.slice(Math.max(event.valueStart, end - 2), end).match(/(?:\r\n|\n|\r)$/)?.[0].length ?? 0;
    const contentEnd = end - lineBreak;
    const lineStart = Math.max(text.lastIndexOf("\n", contentEnd - 1), text.lastIndexOf("\r", contentEnd - 1)) + 1;
    const line = text.slice(Math.max(lineStart, event.valueStart), contentEnd);
    const isBlank = /^ *$/.test(line) && (event.indent < 0 || line.length <= event.indent);
    if (event.chomping === CHOMPING_MODE.KEEP || !isBlank) return contentEnd;
    if (lineStart <= event.valueStart) return headerEnd(text, start);
    end = lineStart;
  }
}

function headerEnd(text: string, start: number): number {
  return start + (/^[|>][-+0-9]*/.exec(text.slice(start, start + 4))?.[0].length ?? 1);
}
