import type { JsonText } from "../../message.ts";
import type { BaseLogger } from "pino";
import type { EventStream } from "../http/event-stream.ts";

/** Where an event stands: stream and number in it. Another pod has another `pod`. */
export interface EventPlace {
  readonly pod: string;
  readonly stream: string;
  readonly number: number;
  /** Of the request whose answer the stream brings; undefined for a GET stream. */
  readonly idText: JsonText | undefined;
}

/** Ids longer than this are not told in event ids. */
const longestId = 128;

function eventId({ pod, stream, number, idText }: EventPlace): string {
  const about =
    idText === undefined || idText.length > longestId ? "" : `.${Buffer.from(idText).toString("base64url")}`;
  return `${pod}.${stream}.${number}${about}`;
}

/** Undefined where it is none of ours. */
export function readEventId(id: string): EventPlace | undefined {
  const match = /^([\w-]+)\.([cg]\d+)\.(\d+)(?:\.([\w-]+))?$/.exec(id);
  if (match === null) return undefined;
  const [, pod = "", stream = "", number = "", about] = match;
  return { pod, stream, number: Number(number), idText: about === undefined ? undefined : readIdText(about) };
}

/** It comes from the client: nothing but an id may be sent back. */
function readIdText(about: string): JsonText | undefined {
  try {
    const id: unknown = JSON.parse(Buffer.from(about, "base64url").toString());
    return typeof id === "string" || typeof id === "number" ? JSON.stringify(id) : undefined;
  } catch {
    return undefined;
  }
}

interface KeptEvent {
  readonly number: number;
  readonly message: JsonText;
}

/** A stream that its client can come back to: events are kept, whether somebody reads or not. */
export class ReplayStream {
  readonly name: string;
  readonly #store: ReplayStore;
  /** Of the request that it answers. */
  readonly idText: JsonText | undefined;
  #events: KeptEvent[] = [];
  #last = 0;
  /** The last event that is not kept any more. */
  #givenUp = 0;
  #over = false;
  #sink: EventStream | undefined;
  /** When it was left or over; undefined while it is read. */
  #idleSince: number | undefined = performance.now();

  constructor(name: string, store: ReplayStore, idText: JsonText | undefined) {
    this.name = name;
    this.#store = store;
    this.idText = idText;
  }

  isOver(): boolean {
    return this.#over;
  }

  isRead(): boolean {
    return this.#sink !== undefined;
  }

  /** Milliseconds that nobody has read it. */
  idleMs(): number {
    return this.#idleSince === undefined ? 0 : performance.now() - this.#idleSince;
  }

  hasAfter(number: number): boolean {
    return this.#last > number;
  }

  /** Of what came after `number` something was given up: its answer where the stream is over without it, else what led to it. */
  lostAfter(number: number): "nothing" | "some" | "end" {
    if (number >= this.#givenUp) return "nothing";
    return this.#over && this.#givenUp === this.#last ? "end" : "some";
  }

  send(message: JsonText): void {
    if (this.#over) return;
    this.#last += 1;
    this.#events.push({ number: this.#last, message });
    this.#store.hold(message.length);
    this.#sink?.send(message, this.#idOf(this.#last));
  }

  /** Nothing more will come. */
  end(): void {
    this.#over = true;
    this.#idleSince = performance.now();
    this.#sink?.end();
    this.#sink = undefined;
  }

  /** Ends the connection, not the stream: its client is told when to come back. */
  pause(retryMs: number): void {
    this.#sink?.retry(retryMs);
    this.#sink?.end();
    this.detach(this.#sink);
  }

  /** What was sent after `number`, then what comes. */
  attach(
    sink: EventStream,
    { after, primeMs }: { readonly after: number; readonly primeMs: number | undefined },
  ): void {
    this.#sink?.end();
    if (primeMs !== undefined) sink.prime(this.#idOf(after), primeMs);
    for (const { number, message } of this.#events) if (number > after) sink.send(message, this.#idOf(number));
    if (this.#over) return sink.end();
    this.#sink = sink;
    this.#idleSince = undefined;
  }

  /** The reader is gone; another may come. */
  detach(sink: EventStream | undefined): void {
    if (sink === undefined || this.#sink !== sink) return;
    this.#sink = undefined;
    this.#idleSince = performance.now();
  }

  holdsAnything(): boolean {
    return this.#events.length > 0;
  }

  /** Gives up what is kept. */
  forget(): void {
    for (const { message } of this.#events) this.#store.hold(-message.length);
    this.#givenUp = this.#events.at(-1)?.number ?? this.#givenUp;
    this.#events = [];
  }

  #idOf(number: number): string {
    return eventId({ pod: this.#store.pod, stream: this.name, number, idText: this.idText });
  }
}

/** The events of all sessions, bounded together: the oldest streams give up theirs first. */
export class ReplayStore {
  readonly pod: string;
  readonly #maxBytes: number;
  readonly #log: Pick<BaseLogger, "warn">;
  readonly #streams = new Set<ReplayStream>();
  #bytes = 0;
  #next = 0;

  constructor(pod: string, maxBytes: number, log: Pick<BaseLogger, "warn">) {
    this.pod = pod;
    this.#maxBytes = maxBytes;
    this.#log = log;
  }

  /** `idText`: of the request that it answers. */
  open(idText: JsonText | undefined): ReplayStream {
    this.#next += 1;
    const stream = new ReplayStream(`${idText === undefined ? "g" : "c"}${this.#next}`, this, idText);
    this.#streams.add(stream);
    return stream;
  }

  hold(bytes: number): void {
    this.#bytes += bytes;
    if (bytes < 0) return;
    for (const stream of this.#streams) {
      if (this.#bytes <= this.#maxBytes) return;
      if (stream.holdsAnything())
        this.#log.warn(
          { stream: stream.name, bytes: this.#bytes, maxBytes: this.#maxBytes },
          "too much is kept for clients that may come back: the oldest stream gives up what it has",
        );
      stream.forget();
    }
  }

  remove(stream: ReplayStream): void {
    stream.forget();
    this.#streams.delete(stream);
  }
}
