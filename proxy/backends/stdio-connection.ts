import { isRecord } from "../../policies/record.ts";
import type { Readable, Writable } from "node:stream";
import { ById } from "../by-id.ts";
import type { Call, JsonText, Outcome } from "../message.ts";
import { failed } from "../relay/rpc-error.ts";
import type { Unsolicited, UpstreamCall, UpstreamRequest } from "./connection.ts";
import { answerRequest } from "./answer-request.ts";
import { FloodGate } from "./flood-gate.ts";
import { readMessages, type Incoming } from "./incoming.ts";
import { LineReader } from "./lines.ts";
import type { QuietLog } from "./quiet-log.ts";
import { answerText, cancelledText, notificationText, requestText } from "./wire.ts";

export interface StdioStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
}

export interface StdioConnectionOptions {
  readonly name: string;
  readonly log: QuietLog;
  readonly maxMessageBytes: number;
  readonly unsolicited: Unsolicited;
}

interface Pending {
  readonly id: number;
  readonly request: UpstreamRequest;
  readonly settle: (outcome: Outcome) => void;
}

const subscriptionIdKey = "io.modelcontextprotocol/subscriptionId";
/** So much may wait for a backend that does not read, beyond one message of the longest kind. */
const queuedBytes = 1024 * 1024;
const excerptLength = 200;

/** JSON-RPC over the pipes of one process: numbers its requests and brings the answers back. Knows no era. */
export class StdioConnection {
  readonly #streams: StdioStreams;
  readonly #options: StdioConnectionOptions;
  readonly #pending = new ById<Pending>();
  readonly #byProgressToken = new ById<Pending>();
  readonly #gate: FloodGate;
  /** Lines of this turn. */
  #outbox = "";
  #lastId = 0;
  #listening = 0;
  #closed: string | undefined;
  /** When the last call ended, on performance.now(). */
  #lastEnd = -Infinity;

  constructor(streams: StdioStreams, options: StdioConnectionOptions) {
    this.#streams = streams;
    this.#options = options;
    this.#gate = new FloodGate();
    const lines = new LineReader(options.maxMessageBytes, {
      line: (text) => this.#receive(text),
      tooLong: (head, tail, bytes) => this.#receiveTooLong(head, tail, bytes),
    });
    streams.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
    streams.stdout.once("end", () => lines.end());
  }

  request(request: UpstreamRequest): UpstreamCall {
    const problem = this.#closed ?? this.#queueProblem();
    if (problem !== undefined) return { outcome: Promise.resolve(this.#failure(problem)), cancel: () => {} };
    const id = (this.#lastId += 1);
    const outcome = new Promise<Outcome>((settle) => {
      const pending = { id, request, settle };
      this.#pending.set(id, pending);
      if (request.progressToken !== undefined) this.#byProgressToken.set(request.progressToken, pending);
    });
    if (request.method === "subscriptions/listen") this.#listening += 1;
    this.#write(requestText(id, request));
    return { outcome, cancel: (reason) => this.#cancel(id, reason) };
  }

  notify(notification: Call): void {
    if (this.#closed === undefined && this.#queueProblem() === undefined) this.#write(notificationText(notification));
  }

  /** Without those that listen: they are in flight for ever. */
  inFlight(): number {
    return this.#pending.size - this.#listening;
  }

  lastEnd(): number {
    return this.#lastEnd;
  }

  /** No answer can come any more. What is pending, and what is asked from now on, fails with this sentence. */
  close(problem: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = problem;
    this.#gate.open();
    for (const { id } of this.#pending.values()) this.#settle(id, this.#failure(problem));
  }

  #failure(problem: string): Outcome {
    return failed("internalError", `backend ${this.#options.name}: ${problem}`);
  }

  #queueProblem(): string | undefined {
    const waiting = this.#streams.stdin.writableLength + this.#outbox.length;
    if (waiting <= this.#options.maxMessageBytes + queuedBytes) return undefined;
    return `it does not read its input (${waiting} bytes wait), so the call was not sent`;
  }

  /** All that is written in one turn of the event loop goes out in one system call, and its answers come back in few. */
  #write(text: JsonText): void {
    if (this.#outbox === "") setImmediate(() => this.#flush());
    this.#outbox += `${onOneLine(text)}\n`;
  }

  #flush(): void {
    const lines = this.#outbox;
    this.#outbox = "";
    const { stdin } = this.#streams;
    if (!stdin.writableEnded && !stdin.destroyed) stdin.write(lines);
  }

  #cancel(id: number, reason: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    // "The initialize request MUST NOT be cancelled by clients" (2025-11-25 basic/utilities/cancellation).
    if (pending.request.method !== "initialize") this.#write(cancelledText(id, reason));
    this.#settle(id, failed("internalError", `backend ${this.#options.name}: the call was cancelled: ${reason}`));
  }

  #settle(id: number, outcome: Outcome): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    if (pending.request.progressToken !== undefined) this.#byProgressToken.delete(pending.request.progressToken);
    if (pending.request.method === "subscriptions/listen") this.#listening -= 1;
    this.#lastEnd = performance.now();
    pending.settle(outcome);
  }

  #receive(text: string): void {
    if (this.#closed !== undefined) return;
    readMessages(text, (message) => {
      if (message.kind === "answer") return this.#answer(message);
      this.#gate.count(text.length, this.#streams.stdout);
      if (message.kind === "notification") return this.#notified(message);
      if (message.kind === "request") return void this.#asked(message);
      const data = { backend: this.#options.name, line: text.slice(0, excerptLength), problem: message.problem };
      this.#options.log.warn(data, "a backend wrote a line to stdout that is no message; logs belong on stderr");
    });
  }

  #answer({ id, outcome }: Incoming & { kind: "answer" }): void {
    if (typeof id === "number" && this.#pending.get(id) !== undefined) return this.#settle(id, outcome);
    const data = { backend: this.#options.name, id, answer: outcome.text.slice(0, excerptLength) };
    const issued = typeof id === "number" && Number.isInteger(id) && id > 0 && id <= this.#lastId;
    this.#gate.count(outcome.text.length, this.#streams.stdout);
    if (issued)
      this.#options.log.info(
        data,
        "a backend answered a call again, or one that was cancelled; the answer was dropped",
      );
    else this.#options.log.warn(data, "a backend answered a call that nobody made; the answer was dropped");
  }

  #notified({ call, params }: Incoming & { kind: "notification" }): void {
    if (call.method === "notifications/cancelled" && this.#endedListening(Number(params["requestId"]))) return;
    const owner = this.#ownerOf(call.method, params)?.request;
    if (owner?.onNotification === undefined) this.#options.unsolicited.onNotification(call);
    else owner.onNotification(call);
  }

  /** A modern server ends a subscription so (2026-07-28 basic/patterns/cancellation), and has no other use for the message. */
  #endedListening(id: number): boolean {
    if (this.#pending.get(id)?.request.method !== "subscriptions/listen") return false;
    this.#settle(id, this.#failure("it ended the subscription"));
    return true;
  }

  /** The request that a notification belongs to. */
  #ownerOf(method: string, params: Readonly<Record<string, unknown>>): Pending | undefined {
    if (method === "notifications/progress") return this.#byProgressToken.get(Number(params["progressToken"]));
    const meta = params["_meta"];
    if (isRecord(meta) && subscriptionIdKey in meta) return this.#pending.get(Number(meta[subscriptionIdKey]));
    return undefined;
  }

  async #asked({ id, call }: Incoming & { kind: "request" }): Promise<void> {
    const outcome = await answerRequest(call, (request) => this.#options.unsolicited.onRequest(request));
    if (this.#closed !== undefined) return;
    if (this.#queueProblem() === undefined) return this.#write(answerText(id, outcome));
    // Its answers would fill the memory.
    const data = { backend: this.#options.name, method: call.method };
    this.#options.log.warn(data, "a backend asks and does not read its input; the answer was dropped");
  }

  #receiveTooLong(head: string, tail: string, bytes: number): void {
    const id = idOfAnswer(head, tail);
    const { name, log, maxMessageBytes } = this.#options;
    const problem = `its answer has ${bytes} bytes, more than the ${maxMessageBytes} of maxMessageBytes, and was dropped`;
    log.warn(
      { backend: name, id, bytes, head: head.slice(0, excerptLength) },
      "a backend wrote a line that is too long; it was dropped",
    );
    if (id !== undefined) this.#settle(id, this.#failure(problem));
  }
}

/**
 * A line is a message, and JSON from a client may be on many. Line ends stand between its tokens, never in its strings; U+2028
 * and U+2029 stand in strings alone, and end a line for readers like Node's readline.
 */
function onOneLine(text: JsonText): JsonText {
  let line = text;
  if (line.includes("\n") || line.includes("\r")) line = line.replaceAll(/[\r\n]/g, " ");
  if (line.includes("\u2028")) line = line.replaceAll("\u2028", "\\u2028");
  return line.includes("\u2029") ? line.replaceAll("\u2029", "\\u2029") : line;
}

const version = `(?:\\s*"jsonrpc"\\s*:\\s*"2\\.0"\\s*,)?`;
const outcomeKey = `\\s*"(?:result|error)"\\s*:`;
const idFirst = new RegExp(`^\\s*\\{${version}\\s*"id"\\s*:\\s*(\\d+)\\s*,${version}${outcomeKey}`);
const outcomeFirst = new RegExp(`^\\s*\\{${version}${outcomeKey}`);
/** The brace that ends a line ends the message, so what stands before it is a member of the message itself. */
const idLast = /"id"\s*:\s*(\d+)\s*\}\s*$/;

/** The id of an answer of which only the ends are known: servers write it before the outcome, or last. */
function idOfAnswer(head: string, tail: string): number | undefined {
  const id = idFirst.exec(head)?.[1] ?? (outcomeFirst.test(head) ? idLast.exec(tail)?.[1] : undefined);
  return id === undefined ? undefined : Number(id);
}
