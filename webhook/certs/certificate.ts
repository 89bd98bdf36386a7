import { createPrivateKey, X509Certificate } from "node:crypto";

/** A CA certificate as the planner sees it. */
export interface Authority {
  /** SHA-256 of the certificate, in hexadecimal with colons. */
  readonly fingerprint: string;
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The CA certificates of a `ca.crt` or a `caBundle`. */
export interface Bundle {
  readonly authorities: readonly Authority[];
  /** What in it cannot be used. */
  readonly damage?: string;
}

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Reads a bundle; what is no CA certificate is its damage. */
export function readBundle(pem: string): Bundle {
  const authorities: Authority[] = [];
  const damages: string[] = [];
  const blocks = pem.match(block) ?? [];
  if (blocks.length === 0 && pem.trim() !== "") damages.push("holds no certificate");
  for (const text of blocks) {
    const certificate = readCertificate(text);
    if (certificate === undefined) damages.push("holds a certificate that cannot be read");
    else if (!certificate.ca) damages.push("holds a certificate that is no CA");
    else if (!authorities.some(({ fingerprint }) => fingerprint === certificate.fingerprint256))
      authorities.push(authorityOf(certificate));
  }
  const [damage] = damages;
  return damage === undefined ? { authorities } : { authorities, damage };
}

export function authorityOf(certificate: X509Certificate): Authority {
  return {
    fingerprint: certificate.fingerprint256,
    pem: certificate.toString(),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
  };
}

/** The certificate that a text begins with, or undefined where it cannot be read. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** True where a text is the unencrypted private key of a certificate. */
export function keyBelongsTo(certificate: X509Certificate, keyPem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

/** The names that a certificate is good for, e.g. `["app.default.svc"]`. */
export function dnsNamesOf(certificate: X509Certificate): readonly string[] {
  const names = certificate.subjectAltName ?? "";
  return names.split(", ").flatMap((name) => (name.startsWith("DNS:") ? [name.slice("DNS:".length)] : []));
}
