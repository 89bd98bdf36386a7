import { modernVersion, type Call, type JsonText, type Outcome } from "../message.ts";
import { failed, rpcCodes } from "../relay/rpc-error.ts";
import type { UpstreamRequest } from "./connection.ts";
import type { FloodGate } from "./flood-gate.ts";
import { ExchangeFailed, type ExchangeEvents, type ExchangeResponse, type HttpExchange } from "./http-exchange.ts";
import { httpProblem } from "./http-problem.ts";
import { readMessages, type Incoming } from "./incoming.ts";
import { requestText } from "./wire.ts";

/** What a call needs of its connection. */
export interface HttpCallContext {
  readonly url: URL;
  readonly backend: string;
  readonly gate: FloodGate;
  /** Of the legacy era, as it is now. */
  readonly sessionId: string | undefined;
  /** With the headers of the era, and of the call. */
  post(text: JsonText, request: UpstreamRequest, events: ExchangeEvents): HttpExchange;
  /** Goes on with a stream that broke (2025-11-25, resumability). */
  resume(lastEventId: string, events: ExchangeEvents): HttpExchange;
  /** False when no new session could be made. */
  renew(sessionId: string): Promise<boolean>;
  /** The server is out of reach, or not the one it was. */
  lose(problem: string): void;
  /** It may be. */
  doubt(): void;
  notified(call: Call, request: UpstreamRequest): void;
  asked(message: Incoming & { kind: "request" }, request: UpstreamRequest): void;
  unreadable(text: string, problem: string): void;
  /** Of each response: the session's id comes with the one to initialize. */
  responded(response: Pick<ExchangeResponse, "headers">, request: UpstreamRequest): void;
  readonly settle: (id: number, outcome: Outcome) => void;
}

const defaultRetryMilliseconds = 1000;
const resumesWithoutEvent = 5;
/** A server that keeps its stream open behind the answer holds a connection. */
const afterAnswerMilliseconds = 5000;

/** One request over HTTP: its POST, the stream that may follow, and what it takes to get the answer when that breaks. */
export class HttpCall {
  readonly id: number;
  readonly request: UpstreamRequest;
  readonly #context: HttpCallContext;
  #exchange: HttpExchange | undefined;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;
  #retried = false;
  #lastEventId: string | undefined;
  #retryMilliseconds = defaultRetryMilliseconds;
  #resumes = 0;
  /** It got an event, and nobody here ended it. */
  wasHeard = false;

  constructor(id: number, request: UpstreamRequest, context: HttpCallContext) {
    this.id = id;
    this.request = request;
    this.#context = context;
  }

  send(): void {
    const { sessionId } = this.#context;
    this.#exchange = this.#context.post(requestText(this.id, this.request), this.request, {
      ...this.#streamEvents(),
      ended: (response) => {
        this.#context.responded(response, this.request);
        if (response.isStream) this.#streamEnded("it ended its stream before the answer came");
        else void this.#answered(response, sessionId);
      },
      failed: (error, wasSent) => this.#failed(error, wasSent),
    });
  }

  /** Nothing more is wanted: the connection is closed. */
  abandon(outcome: Outcome): void {
    this.wasHeard = false;
    this.#settle(outcome);
    clearTimeout(this.#timer);
    this.#exchange?.abort();
  }

  #streamEvents(): Pick<ExchangeEvents, "event" | "eventId" | "retry"> {
    return {
      event: (data) => {
        this.#resumes = 0;
        this.wasHeard = true;
        // An event without data is there for its id.
        if (data === "") return;
        this.#read(data);
        if (!this.#settled) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#exchange?.abort(), afterAnswerMilliseconds);
        this.#timer.unref();
      },
      eventId: (id) => (this.#lastEventId = id),
      retry: (milliseconds) => (this.#retryMilliseconds = milliseconds),
    };
  }

  #read(text: string): void {
    readMessages(text, (message) => {
      if (message.kind !== "answer" && this.#exchange !== undefined)
        this.#context.gate.count(text.length, this.#exchange);
      if (message.kind === "notification") this.#context.notified(message.call, this.request);
      else if (message.kind === "request") this.#context.asked(message, this.request);
      else if (message.kind === "unreadable") this.#context.unreadable(text, message.problem);
      else if (message.id === this.id || (message.id == null && message.outcome.kind === "error"))
        this.#settle(message.outcome);
      else this.#context.unreadable(text, "it answers a call that nobody made here");
    });
  }

  /** A response that is no stream. */
  async #answered(response: ExchangeResponse, sessionId: string | undefined): Promise<void> {
    const { status, text, headers } = response;
    if (sessionId !== undefined && !this.#retried && isSessionLost(response)) {
      this.#retried = true;
      if (await this.#context.renew(sessionId)) return this.#settled ? undefined : this.send();
      return this.#fail("it had forgotten the session, and no new one could be made");
    }
    if (text !== "" && /json/i.test(String(headers["content-type"]))) this.#read(text);
    if (status === 400) this.#noteVersion(text);
    if (!this.#settled) this.#fail(responseProblem(this.#context.url, response));
    if (status === 401) this.#context.lose(responseProblem(this.#context.url, response));
  }

  /** The server changed: it does not speak the modern era any more. */
  #noteVersion(text: string): void {
    if (!text.includes(String(rpcCodes.unsupportedVersion)) || this.request.method === "server/discover") return;
    this.#context.lose(`it does not speak the protocol version ${modernVersion} any more`);
  }

  #failed(error: Error, wasSent: boolean): void {
    if (error instanceof ExchangeFailed) return this.#fail(error.message);
    const { sentence, isUnreachable } = httpProblem(this.#context.url, error);
    if (wasSent && !isUnreachable && this.#lastEventId !== undefined) return this.#streamEnded(sentence);
    this.#fail(sentence);
    if (isUnreachable) this.#context.lose(sentence);
    else this.#context.doubt();
  }

  #streamEnded(problem: string): void {
    clearTimeout(this.#timer);
    if (this.#settled) return;
    const lastEventId = this.#lastEventId;
    if (lastEventId === undefined || this.#resumes >= resumesWithoutEvent) return this.#fail(problem);
    this.#resumes += 1;
    this.#timer = setTimeout(() => {
      this.#exchange = this.#context.resume(lastEventId, {
        ...this.#streamEvents(),
        ended: (response) => {
          if (response.isStream) this.#streamEnded(problem);
          else this.#fail(`${problem}, and it does not go on with it (HTTP ${response.status})`);
        },
        failed: (error) => this.#streamEnded(httpProblem(this.#context.url, error).sentence),
      });
    }, this.#retryMilliseconds);
  }

  #fail(problem: string): void {
    this.#settle(failed("internalError", `backend ${this.#context.backend}: ${problem}`));
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#context.settle(this.id, outcome);
  }
}

/** 404 is the specification's word for it; widespread servers say 400 and why. The call was not carried out. */
function isSessionLost({ status, text }: ExchangeResponse): boolean {
  return status === 404 || (status === 400 && /session/i.test(text));
}

function responseProblem(url: URL, { status, headers, text }: ExchangeResponse): string {
  const place = `${url.origin}${url.pathname}`;
  if (status === 401 || status === 403) return `${place} refuses the credentials (HTTP ${status}): check its "headers"`;
  if (status >= 300 && status < 400)
    return `${place} sends elsewhere (HTTP ${status}, ${String(headers["location"])}): set "url" to where it really is`;
  if (status === 202) return `${place} took the call but sent no answer (HTTP 202)`;
  const excerpt = text.slice(0, 200).trim();
  return `${place} answered HTTP ${status}${excerpt === "" ? "" : `: ${excerpt}`}`;
}
