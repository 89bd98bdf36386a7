import { readFile } from "node:fs/promises";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import type { BaseLogger } from "pino";
import type { JwtAuth } from "../config/config.ts";
import { unauthorized, type Authenticated } from "./authenticate.ts";

export type VerifyJwt = (token: string) => Authenticated | Promise<Authenticated>;

const clockToleranceSeconds = 30;
/** A verified token counts for so long without another look at its signature. */
const rememberSeconds = 60;
const mostRemembered = 1000;
/** Between two readings of a file whose keys do not fit. */
const rereadSeconds = 5;

/** Verifies signed tokens; one that was verified is remembered for a minute, since a signature costs more than a call. */
export function verifyJwt(auth: JwtAuth, log: BaseLogger): VerifyJwt {
  const keys = auth.jwks.startsWith("https:")
    ? createRemoteJWKSet(new URL(auth.jwks), { timeoutDuration: 5000, cooldownDuration: 10_000 })
    : keysOfFile(auth.jwks);
  const remembered = new Map<string, { readonly authenticated: Authenticated; readonly until: number }>();
  return (token) => {
    const known = remembered.get(token);
    if (known !== undefined && Date.now() < known.until) return known.authenticated;
    return verify(token, auth, keys, log, (authenticated, expiresAt) => {
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(token, { authenticated, until: Math.min(Date.now() + rememberSeconds * 1000, expiresAt) });
    });
  };
}

async function verify(
  token: string,
  { issuer, audience, algorithms, rolesClaim }: JwtAuth,
  keys: JWTVerifyGetKey,
  log: BaseLogger,
  remember: (authenticated: Authenticated, expiresAt: number) => void,
): Promise<Authenticated> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ["sub", "exp"],
    });
    const authenticated = { identity: { subject: String(payload.sub), roles: rolesOf(payload, rolesClaim) } };
    remember(authenticated, ((payload.exp ?? 0) + clockToleranceSeconds) * 1000);
    return authenticated;
  } catch (error) {
    if (isTokensFault(error)) {
      const reason = error instanceof errors.JWTExpired ? "the token has expired" : "the token is not valid here";
      log.info({ code: error.code, reason: error.message }, "a signed token was refused");
      return unauthorized(reason, "invalid_token");
    }
    // Nobody can be told apart without keys; that is no reason to send clients to log in again.
    log.error({ err: error }, "the keys for signed tokens cannot be had: requests that bring one are answered 503");
    return {
      refusal: {
        status: 503,
        message: "the keys to check the token with cannot be had at the moment",
        headers: { "retry-after": "5" },
      },
    };
  }
}

/** What jose says of the token, against what it says of the keys or the network. */
function isTokensFault(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    // What the fetch of keys throws is of the general class.
    error.code !== errors.JOSEError.code
  );
}

/** Read at the first token, and again when no key fits: it may have been renewed. */
function keysOfFile(path: string): JWTVerifyGetKey {
  let current: { readonly keys: JWTVerifyGetKey; readonly readAt: number } | undefined;
  const read = async (): Promise<JWTVerifyGetKey> => {
    const keys = createLocalJWKSet(JSON.parse(await readFile(path, "utf8")) as JSONWebKeySet);
    current = { keys, readAt: performance.now() };
    return keys;
  };
  return async (header, token) => {
    try {
      return await (current?.keys ?? (await read()))(header, token);
    } catch (error) {
      const isOld = current !== undefined && performance.now() - current.readAt > rereadSeconds * 1000;
      if (!(error instanceof errors.JWKSNoMatchingKey) || !isOld) throw error;
      return (await read())(header, token);
    }
  };
}

/** A list of texts, or one text with spaces (as `scope` is written). */
function rolesOf(payload: unknown, claim: string): readonly string[] {
  let value = payload;
  for (const step of claim.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return [];
    value = (value as Record<string, unknown>)[step];
  }
  if (typeof value === "string") return value.split(/\s+/).filter((role) => role !== "");
  return Array.isArray(value) ? value.filter((role): role is string => typeof role === "string") : [];
}
