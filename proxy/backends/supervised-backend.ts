import type { BackendConfig } from "../config/config.ts";
import type { Call, Era } from "../message.ts";
import { LostInHandshake, type Attachment, type Ending } from "./attachment.ts";
import {
  BackendUnavailable,
  type Backend,
  type BackendEvents,
  type BackendHealth,
  type BackendState,
  type StopReport,
} from "./backend.ts";
import { backoffSeconds } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { IdleWatch } from "./idle-watch.ts";
import { inTime } from "./in-time.ts";
import type { Supervision } from "./supervision.ts";

/** Ready for so long, its failures before are forgotten. */
const goodWhileSeconds = 10;
/** What a dead backend left behind gets so long before the next process starts. */
const leftoverSeconds = 1;

type Phase =
  | { readonly state: "idle" | "stopped" }
  | { readonly state: "connecting"; readonly attempt: Promise<Connection>; attachment: Attachment | undefined }
  | {
      readonly state: "ready";
      readonly connection: Connection;
      readonly attachment: Attachment;
      readonly since: number;
    }
  | { readonly state: "waiting"; readonly timer: NodeJS.Timeout; readonly until: number };

/** One backend with its supervision. */
export class SupervisedBackend implements Backend {
  readonly config: BackendConfig;
  readonly #events: BackendEvents;
  readonly #supervision: Supervision;
  #phase: Phase = { state: "idle" };
  #frozen = false;
  #failuresInRow = 0;
  #wasReady = false;
  #restarts = 0;
  #problem: string | undefined;
  /** Asking for the modern era ended the process once. */
  #probeKilled = false;
  readonly #idleWatch: IdleWatch;
  /** Of an attachment that is not used any more; the next attempt waits for it. */
  #ending: { readonly attachment: Attachment; readonly done: Promise<Ending> } | undefined;

  constructor(config: BackendConfig, events: BackendEvents, supervision: Supervision) {
    this.config = config;
    this.#events = events;
    this.#supervision = supervision;
    this.#idleWatch = new IdleWatch(config.idleTimeoutSeconds);
  }

  get name(): string {
    return this.config.name;
  }

  state(): BackendState {
    return this.#phase.state;
  }

  health(): BackendHealth {
    const phase = this.#phase;
    const connection = phase.state === "ready" ? phase.connection : undefined;
    const pid = "attachment" in phase ? phase.attachment?.pid : undefined;
    return {
      name: this.name,
      state: phase.state,
      required: this.config.required,
      ...(connection && { era: connection.era, protocolVersion: connection.protocolVersion }),
      ...(pid !== undefined && { pid }),
      restarts: this.#restarts,
      inFlight: connection?.inFlight() ?? 0,
      ...(phase.state !== "ready" && this.#problem !== undefined && { problem: this.#problem }),
      ...(phase.state === "waiting" && { retryInSeconds: secondsUntil(phase.until) }),
    };
  }

  start(): void {
    if (this.#phase.state === "idle" && !this.#frozen) this.#connect().catch(() => {});
  }

  connection(): Connection | Promise<Connection> {
    const phase = this.#phase;
    switch (phase.state) {
      case "ready":
        this.#idleWatch.used();
        return phase.connection;
      case "connecting":
        return phase.attempt;
      case "idle":
        if (this.#frozen) throw this.#unavailable(`${this.#problem ?? "it is not running"}, and the proxy is leaving`);
        return this.#connect();
      case "waiting":
        throw this.#unavailable(`${this.#problem}; the next attempt is in ${Math.ceil(secondsUntil(phase.until))} s`);
      case "stopped":
        throw this.#unavailable("it was stopped");
    }
  }

  freeze(): void {
    this.#frozen = true;
    if (this.#phase.state !== "waiting") return;
    clearTimeout(this.#phase.timer);
    this.#phase = { state: "idle" };
  }

  async stop(seconds: number): Promise<StopReport> {
    const began = performance.now();
    this.freeze();
    this.#idleWatch.stop();
    const attachment = "attachment" in this.#phase ? this.#phase.attachment : undefined;
    this.#phase = { state: "stopped" };
    this.#problem = "it was stopped";
    const limit = Math.min(seconds, this.config.shutdownTimeoutSeconds);
    if (attachment !== undefined) this.#end(attachment, limit, "it is being stopped");
    else void this.#ending?.attachment.end(limit, "");
    const ending = await this.#ending?.done;
    const gone = { by: "already-gone", leftBehind: [], checkedForDaemons: true } as const;
    return { name: this.name, ...(ending ?? gone), seconds: (performance.now() - began) / 1000 };
  }

  #unavailable(why: string): BackendUnavailable {
    return new BackendUnavailable(`backend ${this.name}: ${why}`);
  }

  /** One attempt at a time: only called when there is none. */
  #connect(): Promise<Connection> {
    const attempt = this.#attempt();
    attempt.catch(() => {});
    this.#phase = { state: "connecting", attempt, attachment: undefined };
    return attempt;
  }

  async #attempt(): Promise<Connection> {
    const { learnt } = this.#supervision;
    const known = learnt.era;
    try {
      try {
        return await this.#attach(known);
      } catch (error) {
        // A server of the legacy era may end itself when asked for the modern one.
        if (!(error instanceof LostInHandshake) || known !== undefined || this.#probeKilled) throw error;
        this.#probeKilled = true;
        return await this.#attach("legacy");
      }
    } catch (error) {
      const problem = (error as Error).message;
      if (this.#phase.state === "connecting") {
        // What was learnt may be wrong by now: the server may be another one.
        learnt.era = undefined;
        this.#failed(problem, false);
      }
      throw this.#unavailable(problem);
    }
  }

  async #attach(era: Era | undefined): Promise<Connection> {
    await this.#ending?.done;
    const phase = this.#phase;
    if (phase.state !== "connecting" || this.#frozen) throw new Error("it is not running, and the proxy is leaving");
    const attachment = this.#supervision.attach({
      era,
      unsolicited: {
        onNotification: (notification: Call) => this.#events.onNotification(this, notification),
        onRequest: (request: Call) => this.#events.onRequest(this, request),
      },
      onRenewed: () => {
        if (this.#phase.state === "ready") this.#events.onReady(this, this.#phase.connection);
      },
    });
    phase.attachment = attachment;
    const { connectTimeoutSeconds } = this.config;
    try {
      const connection = await inTime(
        attachment.connected,
        connectTimeoutSeconds,
        `it did not connect within its connectTimeout of ${connectTimeoutSeconds} s`,
      );
      if (this.#phase !== phase) throw new Error("it was stopped");
      this.#supervision.learnt.era = connection.era;
      this.#ready(attachment, connection);
      return connection;
    } catch (error) {
      phase.attachment = undefined;
      if (this.#phase === phase) this.#end(attachment, leftoverSeconds, (error as Error).message);
      throw error;
    }
  }

  #ready(attachment: Attachment, connection: Connection): void {
    const since = performance.now();
    this.#phase = { state: "ready", connection, attachment, since };
    if (this.#wasReady) this.#restarts += 1;
    this.#wasReady = true;
    this.#problem = undefined;
    this.#idleWatch.used();
    this.#supervision.log.info({ backend: this.name, era: connection.era, pid: attachment.pid }, "a backend is ready");
    void attachment.lost.then((problem) => this.#lost(attachment, problem));
    this.#idleWatch.watch({ inFlight: () => connection.inFlight(), lastEnd: () => attachment.lastEnd() }, () =>
      this.#idle(attachment),
    );
    this.#events.onReady(this, connection);
  }

  #lost(attachment: Attachment, problem: string): void {
    const phase = this.#phase;
    if (phase.state !== "ready" || phase.attachment !== attachment) return;
    this.#idleWatch.stop();
    if (performance.now() - phase.since >= goodWhileSeconds * 1000) this.#failuresInRow = 0;
    this.#end(attachment, Math.min(leftoverSeconds, this.config.shutdownTimeoutSeconds), problem);
    this.#failed(problem, this.config.transport === "stdio");
    this.#events.onDown(this, problem);
  }

  #failed(problem: string, processDied: boolean): void {
    this.#problem = problem;
    this.#failuresInRow += 1;
    const failures = { inRow: this.#failuresInRow, wanted: this.config.required || this.#wasReady, processDied };
    const seconds = backoffSeconds(failures, this.#supervision.random());
    const data = { backend: this.name, problem, ...(!this.#frozen && { retryInSeconds: seconds }) };
    this.#supervision.log.warn(data, "a backend is not available");
    if (this.#frozen) {
      this.#phase = { state: "idle" };
    } else if (seconds === 0) {
      this.#connect().catch(() => {});
    } else {
      const timer = setTimeout(() => void this.#connect().catch(() => {}), seconds * 1000);
      this.#phase = { state: "waiting", timer, until: performance.now() + seconds * 1000 };
    }
  }

  #idle(attachment: Attachment): void {
    const { idleTimeoutSeconds, shutdownTimeoutSeconds } = this.config;
    this.#supervision.log.info(
      { backend: this.name, idleSeconds: idleTimeoutSeconds },
      "a backend is stopped: nobody used it; the next call starts it",
    );
    this.#phase = { state: "idle" };
    this.#end(attachment, shutdownTimeoutSeconds, "it was stopped since nobody used it");
  }

  #end(attachment: Attachment, seconds: number, reason: string): void {
    const before = this.#ending?.done;
    const done = (async () => {
      const ending = attachment.end(seconds, reason);
      await before;
      return await ending;
    })();
    this.#ending = { attachment, done };
    void done.then((ending) => {
      if (this.#ending?.done === done && this.#phase.state !== "stopped") this.#ending = undefined;
      if (ending.leftBehind.length === 0) return;
      this.#supervision.log.warn(
        { backend: this.name, pids: ending.leftBehind },
        "processes of a backend could not be ended",
      );
    });
  }
}

const secondsUntil = (at: number): number => Math.max(0, (at - performance.now()) / 1000);
