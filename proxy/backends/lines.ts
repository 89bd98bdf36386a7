/** What a stream of lines tells. */
export interface LineEvents {
  /** A line without its end; never empty. Bytes that are no UTF-8 become U+FFFD. */
  line(text: string): void;
  /** A line of more than the limit has passed; only its two ends were kept. */
  tooLong(head: string, tail: string, bytes: number): void;
}

const newline = 10;
const carriageReturn = 13;
const firstCapacity = 64 * 1024;
/** A buffer beyond this is given back after its line. */
const keptCapacity = 1024 * 1024;
/** Of a line that is too long: an id stands among the first or the last members. */
const endBytes = 1024;

/** Newline framing on bytes: a chunk may end anywhere, also inside a character. Holds at most one line of `maxBytes`. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #events: LineEvents;
  /** The line that is not complete yet: `#length` bytes of it. */
  #held = Buffer.alloc(0);
  #length = 0;
  /** The head of a line that is being dropped. */
  #dropped: { readonly head: string; tail: Buffer; bytes: number } | undefined;

  constructor(maxBytes: number, events: LineEvents) {
    this.#maxBytes = maxBytes;
    this.#events = events;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      if (this.#length === 0 && this.#dropped === undefined && end - start <= this.#maxBytes) {
        this.#emit(chunk, start, end);
      } else {
        this.#hold(chunk.subarray(start, end));
        this.#complete();
      }
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(start === 0 ? chunk : chunk.subarray(start));
  }

  /** The stream is over; what is held may be a last line without an end. */
  end(): void {
    if (this.#length > 0 || this.#dropped !== undefined) this.#complete();
  }

  #emit(bytes: Buffer, start: number, end: number): void {
    const stop = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
    if (stop > start) this.#events.line(bytes.toString("utf8", start, stop));
  }

  #complete(): void {
    const dropped = this.#dropped;
    if (dropped === undefined) {
      this.#emit(this.#held, 0, this.#length);
    } else {
      this.#dropped = undefined;
      this.#events.tooLong(dropped.head, dropped.tail.toString("utf8"), dropped.bytes);
    }
    this.#length = 0;
    if (this.#held.length > keptCapacity) this.#held = Buffer.alloc(0);
  }

  #hold(bytes: Buffer): void {
    if (this.#dropped !== undefined) return this.#drop(bytes);
    const length = this.#length + bytes.length;
    if (length > this.#maxBytes) {
      const head = Buffer.concat([
        this.#held.subarray(0, Math.min(this.#length, endBytes)),
        bytes.subarray(0, endBytes),
      ]);
      const tail = Buffer.from(this.#held.subarray(Math.max(0, this.#length - endBytes), this.#length));
      this.#dropped = { head: head.toString("utf8", 0, endBytes), tail, bytes: this.#length };
      this.#held = Buffer.alloc(0);
      this.#length = 0;
      return this.#drop(bytes);
    }
    if (length > this.#held.length) {
      // Doubling, so that a line that comes byte by byte costs no more than its length.
      const larger = Buffer.allocUnsafe(Math.max(firstCapacity, length, this.#held.length * 2));
      this.#held.copy(larger, 0, 0, this.#length);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#length);
    this.#length = length;
  }

  #drop(bytes: Buffer): void {
    const dropped = this.#dropped!;
    dropped.bytes += bytes.length;
    dropped.tail = Buffer.from(Buffer.concat([dropped.tail, bytes.subarray(-endBytes)]).subarray(-endBytes));
  }
}
