import type { Identity } from "../../access/identity.ts";
import { ById } from "../../by-id.ts";
import type { Call, JsonText, Outcome, RequestId } from "../../message.ts";
import type { Client, Relay } from "../../relay/relay.ts";
import { notificationText, requestText, type RunningCall } from "../calls.ts";
import { failed } from "../../relay/rpc-error.ts";
import { Questions } from "./questions.ts";
import { SessionInterest } from "./session-interest.ts";
import type { EventPlace, ReplayStore, ReplayStream } from "./replay.ts";

/** What this pod knows of one legacy session beyond its id. All of it can be lost: the id alone serves calls. */
export class Session {
  readonly resources = new Set<string>();
  logLevel: string | undefined;
  /** By the client's id, for `notifications/cancelled`. */
  readonly calls = new ById<RunningCall>();
  readonly streams = new Map<string, ReplayStream>();
  client: Client;
  lastUsedAt = performance.now();
  readonly expiresAt: number;
  readonly #store: ReplayStore;
  readonly #questions: Questions<ReplayStream>;
  #listening: ReplayStream[] = [];
  #unlisten: (() => void) | undefined;

  /** `expiresAt`: Unix milliseconds. */
  constructor(client: Client, expiresAt: number, store: ReplayStore) {
    this.client = client;
    this.expiresAt = expiresAt;
    this.#store = store;
    this.#questions = new Questions(store.pod, (stream, message) => stream.send(message));
  }

  /** The client with the roles that its request has now. */
  as(identity: Identity): Client {
    if (this.client.identity !== identity) this.client = { ...this.client, identity };
    return this.client;
  }

  isIdle(): boolean {
    return this.calls.size === 0 && !this.#listening.some((stream) => stream.isRead());
  }

  /** A stream for a call's answer, or for what comes by itself. */
  openStream(idText?: JsonText): ReplayStream {
    const stream = this.#store.open(idText);
    this.streams.set(stream.name, stream);
    return stream;
  }

  /** The stream of an event, if it is one of this session in this pod. */
  streamAt({ pod, stream }: EventPlace): ReplayStream | undefined {
    return pod === this.#store.pod ? this.streams.get(stream) : undefined;
  }

  /** A GET stream: from now on what concerns the client by itself comes here, and not on the one before (Multiple Connections). */
  listen(stream: ReplayStream, relay: Relay): void {
    this.#listening.push(stream);
    if (this.#unlisten !== undefined) return;
    this.#unlisten = relay.listen(
      new SessionInterest(
        this,
        ({ method, params }) => this.#current()?.send(notificationText(method, params)),
        (request) => this.ask(request, this.#current()),
      ),
    );
  }

  /** Asks the client on a stream; without one it cannot be asked. */
  ask({ method, params }: Call, on: ReplayStream | undefined): Promise<Outcome> {
    if (on === undefined) return Promise.resolve(failed("internalError", noAnswer));
    return this.#questions.ask(on, (id) => requestText(id, method, params));
  }

  /** `foreign`: another pod has asked. Late and unknown answers are taken and dropped. */
  answered(id: RequestId, outcome: Outcome): "taken" | "foreign" {
    return this.#questions.answered(id, outcome);
  }

  /** The stream is over: what was asked on it gets no answer any more. */
  endStream(stream: ReplayStream): void {
    this.#questions.end(noAnswer, (on) => on === stream);
    stream.end();
  }

  /** GET streams end, and their clients are told when to come again: then it is to another pod. */
  pauseListening(retryMs: number): void {
    for (const stream of this.#listening) {
      stream.pause(retryMs);
      this.endStream(stream);
    }
    this.#stopListening();
  }

  /** Gives up streams that nobody has come back to, and what was asked on them. */
  sweep(replayMs: number): void {
    this.#questions.sweep((stream) => !stream.isRead() && stream.idleMs() >= replayMs);
    for (const stream of this.streams.values()) {
      if (stream.isRead() || stream.idleMs() < replayMs) continue;
      if (!stream.isOver() && !this.#listening.includes(stream)) continue;
      this.#remove(stream);
    }
    if (this.#listening.length === 0) this.#stopListening();
  }

  /** Ends all; calls are cancelled. */
  close(reason: string): void {
    this.#stopListening();
    for (const call of this.calls.values()) call.cancel(reason);
    for (const stream of this.streams.values()) this.#remove(stream);
  }

  #remove(stream: ReplayStream): void {
    this.endStream(stream);
    this.streams.delete(stream.name);
    this.#listening = this.#listening.filter((one) => one !== stream);
    this.#store.remove(stream);
  }

  /** The newest that is read, else the newest. */
  #current(): ReplayStream | undefined {
    return this.#listening.findLast((stream) => stream.isRead()) ?? this.#listening.at(-1);
  }

  #stopListening(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.#listening = [];
  }
}

const noAnswer = "The client's stream ended before it answered.";
