import { onTestFinished } from "vitest";

interface ServerSentEvent {
  readonly id: string | undefined;
  readonly retry: string | undefined;
  readonly data: string;
}

export interface OpenStream {
  readonly status: number;
  readonly headers: Headers;
  readonly events: ServerSentEvent[];
  /** Comments that came. */
  readonly comments: () => number;
  /** Settles when the stream has ended; `false` when it broke. */
  readonly over: Promise<boolean>;
  readonly close: () => void;
}

/** Messages of a stream, parsed. */
export const messages = (stream: Pick<OpenStream, "events">): Record<string, unknown>[] =>
  stream.events.filter(({ data }) => data !== "").map(({ data }) => JSON.parse(data) as Record<string, unknown>);

/** Opens a stream of events and reads it as it comes. */
async function openStream(url: string, init: RequestInit): Promise<OpenStream> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(url, { ...init, signal: abort.signal });
  const events: ServerSentEvent[] = [];
  let comments = 0;
  const read = async (): Promise<boolean> => {
    let text = "";
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        const blocks = (text + chunk).split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          if (block.startsWith(":")) comments += 1;
          else events.push(parse(block));
        }
      }
      return true;
    } catch {
      return false;
    }
  };
  return {
    status: response.status,
    headers: response.headers,
    events,
    comments: () => comments,
    over: read(),
    close: () => abort.abort(),
  };
}

function parse(block: string): ServerSentEvent {
  const field = (name: string): string | undefined =>
    block
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { id: field("id"), retry: field("retry"), data: field("data") ?? "" };
}

const accept = "application/json, text/event-stream";

export const postStream = (url: string, body: unknown, headers: Record<string, string>): Promise<OpenStream> =>
  openStream(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept, ...headers },
    body: JSON.stringify(body),
  });

export const getStream = (url: string, headers: Record<string, string>): Promise<OpenStream> =>
  openStream(url, { headers: { accept: "text/event-stream", ...headers } });
