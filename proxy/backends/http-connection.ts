import { ById } from "../by-id.ts";
import { headerValue } from "../header-value.ts";
import { modernVersion, type Call, type JsonText, type Outcome } from "../message.ts";
import { failed } from "../relay/rpc-error.ts";
import { answerRequest } from "./answer-request.ts";
import type { Unsolicited, UpstreamCall, UpstreamRequest } from "./connection.ts";
import type { FloodGate } from "./flood-gate.ts";
import { HttpCall, type HttpCallContext } from "./http-call.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import type { ExchangeEvents, ExchangeResponse, HttpExchange } from "./http-exchange.ts";
import { readMessages, type Incoming } from "./incoming.ts";
import type { QuietLog } from "./quiet-log.ts";
import { answerText, cancelledText, notificationText } from "./wire.ts";

export interface HttpConnectionOptions {
  readonly name: string;
  readonly log: QuietLog;
  readonly unsolicited: Unsolicited;
  readonly onLost: (problem: string) => void;
  /** A connection broke: is the server still there? */
  readonly onDoubt: () => void;
  /** Initialises again, and is given back what the server says then. */
  readonly initialize: () => Promise<void>;
  readonly onRenewed: () => void;
}

const json = ["content-type", "application/json", "accept", "application/json, text/event-stream"] as const;
const excerptLength = 200;
/** Between a subscription that broke and the next: 1 s, doubling to this. */
const longestListenMilliseconds = 30_000;
const forgottenMilliseconds = 60_000;

/** JSON-RPC over Streamable HTTP, both eras: a POST for each message, answers as JSON or as a stream. */
export class HttpConnection implements HttpCallContext {
  readonly #endpoint: HttpEndpoint;
  readonly #options: HttpConnectionOptions;
  readonly #calls = new ById<HttpCall>();
  #lastId = 0;
  #listening = 0;
  #lastEnd = -Infinity;
  #closed: string | undefined;
  #cut = false;
  #breaks = 0;
  #lastBreak = -Infinity;
  #renewal: Promise<boolean> | undefined;
  /** Agreed on; undefined before. */
  protocolVersion: string | undefined;
  sessionId: string | undefined;

  constructor(endpoint: HttpEndpoint, options: HttpConnectionOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
  }

  get url(): URL {
    return this.#endpoint.url;
  }

  get gate(): FloodGate {
    return this.#endpoint.gate;
  }

  get backend(): string {
    return this.#options.name;
  }

  request(request: UpstreamRequest): UpstreamCall {
    if (this.#closed !== undefined) return { outcome: Promise.resolve(this.#failure(this.#closed)), cancel: () => {} };
    const id = (this.#lastId += 1);
    const call = new HttpCall(id, request, this);
    const outcome = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve));
    this.#calls.set(id, call);
    if (request.method === "subscriptions/listen") this.#listening += 1;
    call.send();
    return { outcome, cancel: (reason) => this.#cancel(call, reason) };
  }

  readonly #waiting = new ById<(outcome: Outcome) => void>();

  readonly settle = (id: number, outcome: Outcome): void => {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    if (call.request.method === "subscriptions/listen") {
      this.#listening -= 1;
      if (call.wasHeard && this.#closed === undefined) this.#listenAgain();
    }
    if (!isOwn(call.request.method)) this.#lastEnd = performance.now();
    this.#waiting.get(id)?.(outcome);
    this.#waiting.delete(id);
  };

  /** Best effort; resolves when the server has taken it, or not. */
  async say(notification: Call): Promise<void> {
    await this.#say(notificationText(notification), notification.method);
  }

  inFlight(): number {
    return this.#calls.size - this.#listening;
  }

  lastEnd(): number {
    return this.#lastEnd;
  }

  /** What is asked from now on fails with this sentence. With `cut` also what is under way. */
  close(problem: string, cut: boolean): void {
    this.#closed ??= problem;
    if (!cut) return;
    this.#cut = true;
    for (const call of this.#calls.values()) call.abandon(this.#failure(problem));
  }

  post(text: JsonText, { method, subject, headers }: UpstreamRequest, events: ExchangeEvents): HttpExchange {
    const all: string[] = [...json, ...this.eraHeaders(method)];
    if (subject !== undefined && this.#isModern(method)) all.push("mcp-name", headerValue(subject));
    if (headers !== undefined) for (const [name, value] of Object.entries(headers)) all.push(name, value);
    // The listen request is there for as long as the connection is; like what the proxy asks for itself it waits for no call.
    if (isOwn(method) || method === "subscriptions/listen") return this.#endpoint.send("POST", all, text, events);
    return this.#endpoint.call("POST", all, text, events);
  }

  resume(lastEventId: string, events: ExchangeEvents): HttpExchange {
    return this.#endpoint.call(
      "GET",
      ["accept", "text/event-stream", "last-event-id", lastEventId, ...this.eraHeaders("")],
      null,
      events,
    );
  }

  /** One renewal for all calls that find the session gone. */
  async renew(sessionId: string): Promise<boolean> {
    if (this.#closed !== undefined) return false;
    if (this.#renewal === undefined && this.sessionId !== sessionId) return true;
    this.#renewal ??= this.#initializeAgain();
    return await this.#renewal;
  }

  lose(problem: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = problem;
    this.#options.onLost(problem);
  }

  doubt(): void {
    if (this.#closed === undefined) this.#options.onDoubt();
  }

  notified(call: Call, request: UpstreamRequest): void {
    if (request.onNotification === undefined) this.#options.unsolicited.onNotification(call);
    else request.onNotification(call);
  }

  asked({ id, call }: Incoming & { kind: "request" }, owner: Pick<UpstreamRequest, "onRequest">): void {
    const { unsolicited } = this.#options;
    const ask = (request: Call): Promise<Outcome> => owner.onRequest?.(request) ?? unsolicited.onRequest(request);
    void answerRequest(call, ask).then((outcome) => this.#say(answerText(id, outcome), "an answer"));
  }

  unreadable(text: string, problem: string): void {
    const data = { backend: this.backend, message: text.slice(0, excerptLength), problem };
    this.#options.log.warn(data, "a backend sent what is no message of this call; it was dropped");
  }

  responded({ headers }: Pick<ExchangeResponse, "headers">, { method }: UpstreamRequest): void {
    const id = headers["mcp-session-id"];
    if (method === "initialize" && typeof id === "string") this.sessionId = id;
  }

  /** Of the server's own stream (legacy): what belongs to no call. */
  receive(text: string, source: HttpExchange | undefined): void {
    const nobody: UpstreamRequest = { method: "", params: undefined };
    readMessages(text, (message) => {
      if (source !== undefined) this.gate.count(text.length, source);
      if (message.kind === "notification") this.notified(message.call, nobody);
      else if (message.kind === "request") this.asked(message, nobody);
      else
        this.unreadable(
          text,
          message.kind === "unreadable" ? message.problem : "it answers a call on the wrong stream",
        );
    });
  }

  eraHeaders(method: string): readonly string[] {
    if (this.#isModern(method)) return ["mcp-protocol-version", modernVersion, "mcp-method", method];
    if (method === "initialize") return [];
    const version = this.protocolVersion === undefined ? [] : ["mcp-protocol-version", this.protocolVersion];
    return this.sessionId === undefined ? version : [...version, "mcp-session-id", this.sessionId];
  }

  #isModern(method: string): boolean {
    return method === "server/discover" || this.protocolVersion === modernVersion;
  }

  #failure(problem: string): Outcome {
    return failed("internalError", `backend ${this.backend}: ${problem}`);
  }

  #cancel(call: HttpCall, reason: string): void {
    if (this.#calls.get(call.id) === undefined) return;
    const { method } = call.request;
    // In the modern era the closed stream is the cancellation; before, it is a message.
    if (!this.#isModern(method) && method !== "initialize")
      void this.#say(cancelledText(call.id, reason), "notifications/cancelled");
    call.abandon(this.#failure(`the call was cancelled: ${reason}`));
  }

  async #say(text: JsonText, method: string): Promise<void> {
    if (this.#cut) return;
    let exchange: HttpExchange | undefined;
    const problem = await new Promise<string | undefined>((resolve) => {
      exchange = this.#endpoint.send("POST", [...json, ...this.eraHeaders(method)], text, {
        event: (data) => this.receive(data, exchange),
        eventId: () => {},
        retry: () => {},
        ended: ({ status }) => resolve(status < 300 ? undefined : `HTTP ${status}`),
        failed: (error) => resolve(error.message),
      });
    });
    if (problem === undefined) return;
    this.#options.log.warn({ backend: this.backend, method, problem }, "a backend did not take a message");
  }

  /** The server ended a subscription, or its connection broke; it is announced anew, and whoever listened does so again. */
  #listenAgain(): void {
    const now = performance.now();
    if (now - this.#lastBreak > forgottenMilliseconds) this.#breaks = 0;
    this.#lastBreak = now;
    const milliseconds = Math.min(longestListenMilliseconds, 1000 * 2 ** Math.min(this.#breaks, 10));
    this.#breaks += 1;
    setTimeout(() => {
      if (this.#closed === undefined) this.#options.onRenewed();
    }, milliseconds).unref();
  }

  async #initializeAgain(): Promise<boolean> {
    this.sessionId = undefined;
    try {
      await this.#options.initialize();
    } catch (error) {
      this.lose((error as Error).message);
      return false;
    } finally {
      this.#renewal = undefined;
    }
    this.#options.onRenewed();
    return true;
  }
}

/** What the proxy asks for itself: nobody uses the backend by it. */
const isOwn = (method: string): boolean => method === "ping" || method === "server/discover" || method === "initialize";
