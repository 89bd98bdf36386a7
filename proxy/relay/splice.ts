import type { JsonText } from "../message.ts";

/** Where a value stands in a text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A member stands twice in one object: two readers could see two different requests. */
export class DuplicateMember extends Error {
  override readonly name = "DuplicateMember";
}

const quote = 34;
const backslash = 92;

/**
 * The members of the object whose `{` stands at or after `at`, with the places of their values. The text must be valid
 * JSON (JSON.parse has taken it). Throws DuplicateMember: JSON.parse takes the last of two, others the first.
 */
export function membersOf(text: JsonText, at = 0): ReadonlyMap<string, Span> {
  const members = new Map<string, Span>();
  let i = skipSpace(text, skipSpace(text, at) + 1);
  while (text.charCodeAt(i) === quote) {
    const keyEnd = endOfString(text, i);
    const raw = text.slice(i + 1, keyEnd - 1);
    const key = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
    if (members.has(key)) throw new DuplicateMember(`the member ${JSON.stringify(key)} stands twice in one object`);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, start);
    members.set(key, { start, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) !== comma) break;
    i = skipSpace(text, i + 1);
  }
  return members;
}

const comma = 44;

/**
 * Throws DuplicateMember where a member is one of `names` but for its case: servers whose JSON reader minds no case (Go's
 * is one) would take it for the other.
 */
export function refuseLookalikes(members: ReadonlyMap<string, Span>, names: ReadonlySet<string>): void {
  for (const key of members.keys())
    // To upper case first: there the long s and the Kelvin sign are letters of ASCII.
    if (!names.has(key) && names.has(key.toUpperCase().toLowerCase()))
      throw new DuplicateMember(`the member ${JSON.stringify(key)} could be taken for another of its name`);
}

/** The items of the array whose `[` stands at or after `at`. */
export function itemsOf(text: JsonText, at = 0): readonly Span[] {
  const items: Span[] = [];
  let i = skipSpace(text, skipSpace(text, at) + 1);
  while (text[i] !== "]") {
    const end = endOfValue(text, i);
    items.push({ start: i, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === comma) i = skipSpace(text, i + 1);
  }
  return items;
}

export const textAt = (text: JsonText, { start, end }: Span): JsonText => text.slice(start, end);

/**
 * The object with these members set: replaced where they stand, else put first. What is undefined stays as it is.
 * Their names are ours: plain words. `members`: the object's own, where the caller has found them already.
 */
export function withMembers(
  text: JsonText,
  values: Readonly<Record<string, JsonText | undefined>>,
  members = membersOf(text),
): JsonText {
  const replaced: (Span & { readonly text: JsonText })[] = [];
  let added = "";
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const span = members.get(key);
    if (span === undefined) added += `"${key}":${value},`;
    else replaced.push({ ...span, text: value });
  }
  const first = text.indexOf("{") + 1;
  let result = text.slice(0, first) + (members.size === 0 ? added.slice(0, -1) : added);
  let at = first;
  for (const { start, end, text: value } of replaced.sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + value;
    at = end;
  }
  return result + text.slice(at);
}

function skipSpace(text: string, at: number): number {
  let i = at;
  for (let code = text.charCodeAt(i); code === 32 || code === 10 || code === 13 || code === 9;)
    code = text.charCodeAt((i += 1));
  return i;
}

/** Behind the closing quote of the string that opens at `at`. */
function endOfString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === backslash) slashes += 1;
  return slashes % 2 === 1;
}

/** Behind the value that begins at `at`. */
function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === quote) return endOfString(text, at);
  if (first === openBrace || first === openBracket) return endOfNested(text, at);
  let i = at;
  while (i < text.length && !isDelimiter(text.charCodeAt(i))) i += 1;
  return i;
}

const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;

const isDelimiter = (code: number): boolean =>
  code === comma || code === closeBrace || code === closeBracket || code <= 32;

function endOfNested(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === quote) i = endOfString(text, i) - 1;
    else if (code === openBrace || code === openBracket) depth += 1;
    else if ((code === closeBrace || code === closeBracket) && (depth -= 1) === 0) return i + 1;
  }
  return text.length;
}
