/** Whether a Content-Type is JSON. */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === "application/json") return true;
  if (contentType === undefined) return false;
  return contentType.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
}

/** What a client takes as an answer. */
export interface Accepted {
  readonly json: boolean;
  readonly events: boolean;
}

const all: Accepted = { json: true, events: true };

/** Without the header, or with wildcards, all is taken. */
export function acceptedBy(accept: string | undefined): Accepted {
  if (accept === undefined || accept === "application/json, text/event-stream") return all;
  const types = accept.split(",").map((part) => (part.split(";", 1)[0] ?? "").trim().toLowerCase());
  const takes = (...names: readonly string[]): boolean => types.some((type) => names.includes(type));
  return {
    json: takes("application/json", "application/*", "*/*"),
    events: takes("text/event-stream", "text/*", "*/*"),
  };
}
