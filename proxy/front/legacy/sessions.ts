import { createHash, randomBytes } from "node:crypto";
import type { BaseLogger } from "pino";
import type { Identity } from "../../access/identity.ts";
import type { JsonObject, JsonText } from "../../message.ts";
import type { Relay } from "../../relay/relay.ts";
import { ReplayStore } from "./replay.ts";
import type { SealKeys } from "./seal-keys.ts";
import { seal, unseal, type SealedSession } from "./session-seal.ts";
import { Session } from "./session.ts";

export interface SessionOptions {
  readonly relay: Relay;
  readonly keys: SealKeys;
  readonly sessionSeconds: () => number;
  readonly limits: {
    readonly sessions: number;
    readonly sessionIdleSeconds: number;
    readonly replayBytes: number;
    readonly replaySeconds: number;
  };
  readonly log: Pick<BaseLogger, "warn">;
}

/** The legacy sessions of one front. */
export interface Sessions {
  /** The sealed id of a new session. */
  readonly begin: (protocolVersion: string, capabilities: JsonObject, info: JsonText, identity: Identity) => string;
  /** Undefined where the id does not open, has expired or ended, or belongs to somebody else. */
  readonly open: (id: string, identity: Identity) => Session | undefined;
  /** Ends it here; other replicas cannot know. */
  readonly end: (id: string, session: Session) => void;
  readonly all: () => Iterable<Session>;
  readonly count: () => number;
  readonly sweep: () => void;
}

/** Ended ids are remembered until they expire, but no more than these. */
const mostEnded = 100_000;

export function createSessions({ relay, keys, sessionSeconds, limits, log }: SessionOptions): Sessions {
  // By use, the longest unused first.
  const opened = new Map<string, Session>();
  const ended = new Map<string, number>();
  const store = new ReplayStore(randomBytes(6).toString("base64url").replaceAll("-", "_"), limits.replayBytes, log);

  const drop = (id: string, session: Session, reason: string): void => {
    opened.delete(id);
    session.close(reason);
    if (session.client.session !== undefined) relay.endSession(session.client.session);
  };
  const makeRoom = (): void => {
    if (opened.size < limits.sessions) return;
    for (const [id, session] of opened) {
      if (!session.isIdle()) continue;
      drop(id, session, "the session was idle");
      return;
    }
    log.warn({ sessions: opened.size }, "more sessions than the limit are in use at once");
  };
  const expiresAt = ({ issuedAt }: SealedSession): number => (issuedAt + sessionSeconds()) * 1000;

  return {
    begin(protocolVersion, capabilities, info, { subject }) {
      const issuedAt = Math.floor(Date.now() / 1000);
      return seal({ protocolVersion, capabilities, info, subject, issuedAt }, keys.current()[0]);
    },
    open(id, identity) {
      let session = opened.get(id);
      if (session === undefined) {
        const digest = createHash("sha256").update(id).digest("base64url").slice(0, 22);
        if (ended.has(digest)) return undefined;
        const sealed = unseal(id, keys.current());
        if (sealed === undefined || sealed.subject !== identity.subject || expiresAt(sealed) <= Date.now())
          return undefined;
        makeRoom();
        const { protocolVersion, capabilities, info } = sealed;
        session = new Session(
          { era: "legacy", protocolVersion, capabilities, info, identity, session: digest },
          expiresAt(sealed),
          store,
        );
        opened.set(id, session);
        return session;
      }
      if (session.client.identity.subject !== identity.subject) return undefined;
      const now = performance.now();
      if (session.expiresAt <= Date.now()) {
        drop(id, session, "the session has expired");
        return undefined;
      }
      // Moving it to the end at each request would cost more than the order is worth.
      if (now - session.lastUsedAt > 1000) {
        opened.delete(id);
        opened.set(id, session);
        session.lastUsedAt = now;
      }
      return session;
    },
    end(id, session) {
      const { session: digest } = session.client;
      if (digest !== undefined) ended.set(digest, session.expiresAt);
      for (const oldest of ended.keys()) {
        if (ended.size <= mostEnded) break;
        ended.delete(oldest);
      }
      drop(id, session, "the client ended the session");
    },
    all: () => opened.values(),
    count: () => opened.size,
    sweep() {
      keys.refresh();
      const now = Date.now();
      for (const [digest, until] of ended) if (until <= now) ended.delete(digest);
      for (const [id, session] of opened) {
        session.sweep(limits.replaySeconds * 1000);
        const isUnused = performance.now() - session.lastUsedAt > limits.sessionIdleSeconds * 1000 && session.isIdle();
        if (session.expiresAt <= now) drop(id, session, "the session has expired");
        else if (isUnused) drop(id, session, "the session was idle");
      }
    },
  };
}
