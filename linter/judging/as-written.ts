import type { Document } from "../../policies/manifests/document.ts";
import { valueAt, type Path } from "../../policies/path.ts";

/**
 * A message about a value of a wrong type, with the value as its author wrote it: `y` is a boolean to YAML 1.1 alone,
 * `0644` is 420, and digits beyond 2^53 are rounded once they are a number. `at` is the value's place in the document.
 */
export function asWritten(message: string, document: Document, at: Path): string {
  const value = valueAt(document.value, at);
  if (typeof value !== "boolean" && typeof value !== "number") return message;
  const read = JSON.stringify(value);
  const { start, end } = document.locate(at, "value");
  const written = document.source.text.slice(start, end);
  const isOurs = typeof value === "number" && /^[-+]?[1-9]/.test(written);
  if (written === read || written.startsWith("*") || (isOurs && Number.isSafeInteger(value))) return message;
  return isOurs
    ? message.replace(`but is ${read} (rounded)`, () => `but is ${written}`)
    : message.replace(`but is ${read}`, () => `but is ${written}, which YAML 1.1 reads as ${read}`);
}
