import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event, type ScalarEvent } from "js-yaml";
import { resolvePlain, resolvePlainKey, type Scalar } from "./scalars.ts";

const none = -1;

/**
 * The value of a document without anchors, tags, merge keys and repeated keys, which is nearly every document: one pass,
 * no tree. Undefined where it has one of them, or more than one document; then `valueOfNode` reads it.
 */
export function plainValue(text: string, events: readonly Event[]): { readonly value: unknown } | undefined {
  let next = 1; // after the document's own event
  let plain = true;

  function read(): unknown {
    const event = events[next++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        if (event.tagStart !== none || event.anchorStart !== none) plain = false;
        return scalar(text, event);
      case EVENT_ID.MAPPING: {
        if (event.tagStart !== none || event.anchorStart !== none) plain = false;
        return readMapping();
      }
      case EVENT_ID.SEQUENCE: {
        if (event.tagStart !== none || event.anchorStart !== none) plain = false;
        const items: unknown[] = [];
        while (plain && events[next]?.type !== EVENT_ID.POP) items.push(read());
        next += 1;
        return items;
      }
      default:
        plain = false;
        return undefined;
    }
  }

  function readMapping(): Record<string, unknown> {
    const mapping: Record<string, unknown> = {};
    while (plain && events[next]?.type !== EVENT_ID.POP) {
      const event = events[next++];
      const key = event?.type === EVENT_ID.SCALAR ? plainKey(text, event) : undefined;
      if (key === undefined || (key in mapping && (key === "__proto__" || Object.hasOwn(mapping, key)))) plain = false;
      else mapping[key] = read();
    }
    next += 1;
    return mapping;
  }

  const value = read();
  return plain && next === events.length - 1 ? { value } : undefined;
}

function scalar(text: string, event: ScalarEvent): Scalar {
  if (event.style !== SCALAR_STYLE.PLAIN) return getScalarValue(text, event);
  if (event.valueStart === none) return null;
  return resolvePlain(event.fast ? text.slice(event.valueStart, event.valueEnd) : getScalarValue(text, event));
}

function plainKey(text: string, event: ScalarEvent): string | undefined {
  if (event.tagStart !== none || event.anchorStart !== none) return undefined;
  const key = getScalarValue(text, event);
  if (event.style !== SCALAR_STYLE.PLAIN) return key;
  return key === "<<" ? undefined : resolvePlainKey(key);
}
