import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import type { JsonObject, JsonText } from "../../message.ts";

/** What a session id holds: enough for any replica, and the next pod, to serve the session's calls. */
export interface SealedSession {
  readonly protocolVersion: string;
  readonly capabilities: JsonObject;
  /** Text of clientInfo. */
  readonly info: JsonText;
  /** Who began the session: nobody else may use it. */
  readonly subject: string;
  /** Unix seconds. */
  readonly issuedAt: number;
}

/** 32 bytes for AES-256-GCM, with a short name that stands in front of what it sealed. */
export interface SealKey {
  readonly id: string;
  readonly secret: Buffer;
}

export const sealKeyBytes = 32;

export function sealKey(secret: Buffer): SealKey {
  return {
    id: createHash("sha256").update("gracewarden session key").update(secret).digest("base64url").slice(0, 6),
    secret,
  };
}

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/** Seals a session with the key: `keyid.base64url(iv, text, tag)`, visible ASCII as the header wants it. */
export function seal(session: SealedSession, { id, secret }: SealKey): string {
  const { protocolVersion, capabilities, info, subject, issuedAt } = session;
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, secret, iv).setAAD(Buffer.from(id));
  const text = JSON.stringify([protocolVersion, capabilities, info, subject, issuedAt]);
  const sealed = Buffer.concat([iv, sealing.update(text, "utf8"), sealing.final(), sealing.getAuthTag()]);
  return `${id}.${sealed.toString("base64url")}`;
}

/** Opens what one of the keys has sealed; undefined for anything else. */
export function unseal(sealed: string, keys: readonly SealKey[]): SealedSession | undefined {
  const dot = sealed.indexOf(".");
  const key = keys.find(({ id }) => id === sealed.slice(0, dot));
  if (key === undefined) return undefined;
  const bytes = Buffer.from(sealed.slice(dot + 1), "base64url");
  if (bytes.length < ivBytes + tagBytes) return undefined;
  // Other spellings of the same bytes would be other sessions to whoever compares ids.
  if (bytes.toString("base64url") !== sealed.slice(dot + 1)) return undefined;
  try {
    const opening = createDecipheriv(cipher, key.secret, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    opening.setAAD(Buffer.from(key.id)).setAuthTag(bytes.subarray(-tagBytes));
    const text = opening.update(bytes.subarray(ivBytes, -tagBytes), undefined, "utf8") + opening.final("utf8");
    const [protocolVersion, capabilities, info, subject, issuedAt] = JSON.parse(text) as [
      string,
      JsonObject,
      JsonText,
      string,
      number,
    ];
    return { protocolVersion, capabilities, info, subject, issuedAt };
  } catch {
    return undefined;
  }
}
