import type { Config } from "../../policies/config.ts";
import type { Phase } from "./drain.ts";
import type { KeyPair } from "./key-pair.ts";
import type { Live } from "./live-files.ts";
import { ownHandshake, type ListenAddress } from "./own-handshake.ts";

/** The body of /readyz. A check is `ok` or a sentence. */
export interface Readiness {
  readonly ready: boolean;
  readonly phase: Phase;
  readonly checks: { readonly tls: string; readonly certificate: string; readonly config: string };
}

export interface ReadinessOptions {
  readonly phase: () => Phase;
  readonly address: () => ListenAddress | undefined;
  readonly keyPair: Live<KeyPair>;
  readonly config: Live<Config>;
  readonly now: () => Date;
}

/**
 * Whether reviews should come here. A configuration or a certificate that could not be reloaded is told but does not
 * count: the former one serves on. Questions that come while one is being answered share its answer.
 */
export function readiness(options: ReadinessOptions): () => Promise<Readiness> {
  let pending: Promise<Readiness> | undefined;
  return () => (pending ??= check(options).finally(() => (pending = undefined)));
}

async function check({ phase, address, keyPair, config, now }: ReadinessOptions): Promise<Readiness> {
  const { fingerprint, notAfter } = keyPair.value();
  const where = address();
  const tls = where === undefined ? "the TLS listener is not open" : await ownHandshake(where, fingerprint);
  const expired = now() > notAfter;
  const current = phase();
  return {
    ready: tls === undefined && !expired && (current === "serving" || current === "announcing"),
    phase: current,
    checks: {
      tls: tls ?? "ok",
      certificate: expired
        ? `expired on ${notAfter.toISOString()}`
        : stale(keyPair.problem(), `the one that is valid until ${notAfter.toISOString()} is served on`),
      config: stale(config.problem(), `generation ${config.generation()} holds on`),
    },
  };
}

const stale = (problem: string | undefined, meanwhile: string): string =>
  problem === undefined ? "ok" : `not reloaded: ${problem}; ${meanwhile}`;
