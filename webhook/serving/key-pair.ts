import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";

/** A certificate chain and its key, found to belong together. */
export interface KeyPair {
  /** PEM, the server's own certificate first. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** PEM of the authorities whose clients may send reviews; undefined: any client may. */
  readonly clientCa: Buffer | undefined;
  readonly notAfter: Date;
  /** SHA-256 of the server's own certificate. */
  readonly fingerprint: string;
}

/** Checks what was read from disk; a half-written or mismatched pair is a problem in a sentence. */
export function readKeyPair(
  cert: Buffer,
  key: Buffer,
  clientCa: Buffer | undefined,
): { readonly value: KeyPair } | { readonly problem: string } {
  const leaf = attempt(() => new X509Certificate(cert));
  if (leaf === undefined) return { problem: "the certificate file holds no complete PEM certificate" };
  const privateKey = attempt(() => createPrivateKey(key));
  if (privateKey === undefined) return { problem: "the key file holds no complete PEM private key" };
  if (!leaf.checkPrivateKey(privateKey)) return { problem: "the key does not belong to the certificate" };
  try {
    createSecureContext({ cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) });
  } catch (error) {
    return { problem: `TLS does not take it: ${(error as Error).message}` };
  }
  if (clientCa !== undefined && attempt(() => new X509Certificate(clientCa)) === undefined)
    return { problem: "the file of client authorities holds no complete PEM certificate" };
  return { value: { cert, key, clientCa, notAfter: leaf.validToDate, fingerprint: leaf.fingerprint256 } };
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
