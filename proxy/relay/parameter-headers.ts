import { isRecord } from "../../policies/record.ts";
import { headerValue, readHeaderValue } from "../header-value.ts";

/** An argument of a tool that a modern client repeats in the header `Mcp-Param-NAME` (2026-07-28, x-mcp-header). */
export interface ParameterHeader {
  readonly header: string;
  /** Keys that lead to the argument. */
  readonly path: readonly string[];
}

/** What a tool's input schema marks with `x-mcp-header`: reachable through `properties` alone. */
export function parameterHeaders(schema: unknown, path: readonly string[] = []): readonly ParameterHeader[] {
  const properties = isRecord(schema) ? schema["properties"] : undefined;
  if (!isRecord(properties) || path.length > 16) return [];
  return Object.entries(properties).flatMap(([key, property]) => {
    if (!isRecord(property)) return [];
    const name = property["x-mcp-header"];
    const own =
      typeof name === "string" && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
        ? [{ header: `mcp-param-${name.toLowerCase()}`, path: [...path, key] }]
        : [];
    return [...own, ...parameterHeaders(property, [...path, key])];
  });
}

/** The headers for a call with these arguments; one whose argument is absent is left out. */
export function headersFor(marked: readonly ParameterHeader[], given: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { header, path } of marked) {
    const value = path.reduce<unknown>(
      (at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined),
      given,
    );
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      headers[header] = headerValue(String(value));
  }
  return headers;
}

/**
 * What is wrong with the headers of a modern client's call, as a sentence: each marked argument must stand in its
 * header and in the body alike, since others on the way may have judged by the header.
 */
export function headerMismatch(
  marked: readonly ParameterHeader[],
  given: unknown,
  header: (name: string) => string | undefined,
): string | undefined {
  const expected = headersFor(marked, given);
  for (const { header: name } of marked) {
    const want = expected[name] === undefined ? undefined : readHeaderValue(expected[name]);
    const raw = header(name);
    const got = raw === undefined ? undefined : readHeaderValue(raw);
    if (raw !== undefined && got === undefined) return `the header ${name} is not readable: its base64 is not valid`;
    if (want === got || (want !== undefined && got !== undefined && sameNumber(want, got))) continue;
    if (got === undefined) return `the header ${name} is missing, the argument it repeats is in the body`;
    return `the header ${name} says ${JSON.stringify(got)}, the body ${want === undefined ? "has no such argument" : JSON.stringify(want)}`;
  }
  return undefined;
}

const sameNumber = (a: string, b: string): boolean =>
  /^-?\d+(\.\d+)?$/.test(a) && /^-?\d+(\.\d+)?$/.test(b) && Number(a) === Number(b);
