import { EVENT_ID, parseEvents, YAMLException, type Event } from "js-yaml";

/** Each line costs a parse of the document, so that this bounds the time; real documents have one to fifteen. */
const mostLines = 200;

/**
 * YAML wants the lines of a quoted text or a flow collection deeper than their parent; kubectl takes them at any indent,
 * and people write `]` or `']` under the key. js-yaml names the line that is too far left: joined to the line before it is
 * right, and every offset stays. Values are read from the text as written, so `fast` is off. Undefined where indent is not
 * the trouble.
 */
export function eventsDespiteIndent(text: string, first: YAMLException): Event[] | undefined {
  let joined = text;
  let error = first;
  for (let lines = 0; lines < mostLines && error.reason === "deficient indentation"; lines += 1) {
    joined = joinToLineBefore(joined, error.mark?.position ?? 0);
    try {
      return parseEvents(joined, {}).map((event) =>
        event.type === EVENT_ID.SCALAR ? { ...event, fast: false } : event,
      );
    } catch (next) {
      if (!(next instanceof YAMLException)) throw next;
      error = next;
    }
  }
  return undefined;
}

/** Blanks the line break before `at`, and a comment before that, which would swallow the line. */
function joinToLineBefore(text: string, at: number): string {
  const lineBreak = text.slice(0, at).search(/(?:\r\n|\n|\r)[ \t]*$/);
  if (lineBreak === -1) return text;
  const start = commentStart(text, lineBreak) ?? lineBreak;
  return text.slice(0, start) + " ".repeat(at - start) + text.slice(at);
}

function commentStart(text: string, lineEnd: number): number | undefined {
  const lineStart = Math.max(text.lastIndexOf("\n", lineEnd - 1), text.lastIndexOf("\r", lineEnd - 1)) + 1;
  for (const { index } of text.slice(lineStart, lineEnd).matchAll(/[ \t]#/g)) {
    if (!endsInQuotes(text.slice(0, lineStart + index))) return lineStart + index;
  }
  return undefined;
}

function endsInQuotes(text: string): boolean {
  try {
    parseEvents(text, {});
    return false;
  } catch (error) {
    return error instanceof YAMLException && error.reason.includes("quoted scalar");
  }
}
