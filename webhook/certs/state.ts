import type { X509Certificate } from "node:crypto";
import { authorityOf, dnsNamesOf, keyBelongsTo, readBundle, readCertificate } from "./certificate.ts";
import type { Authority, Bundle } from "./certificate.ts";
import type { ConfigurationObject, ConfigurationReference, SecretObject } from "./cluster.ts";

/** A CA with the key that makes it one. */
export interface SigningAuthority extends Authority {
  readonly keyPem: string;
}

/** The certificate that pods serve. */
export interface Leaf {
  /** Fingerprint of the CA that signed it, where that CA is known. */
  readonly issuer: string | undefined;
  readonly dnsNames: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export type Held<T> =
  | { readonly is: "missing" }
  | { readonly is: "unusable"; readonly why: string }
  | { readonly is: "usable"; value: T };

interface ConfigurationState extends ConfigurationReference {
  readonly webhooks: readonly { readonly name: string; readonly trusted: Bundle }[];
}

/** What a cluster holds of our certificates, read and understood. */
export interface State {
  readonly signing: Held<SigningAuthority>;
  readonly leaf: Held<Leaf>;
  /** The bundle beside the leaf, which remembers the CAs when a configuration was reset. */
  readonly published: Bundle;
  readonly configurations: readonly ConfigurationState[];
}

/** Understands what was read. Nothing in it can make this fail: what cannot be used says why. */
export function readState(
  caSecret: SecretObject | undefined,
  tlsSecret: SecretObject | undefined,
  configurations: readonly ConfigurationObject[],
): State {
  const signing = readSigning(caSecret);
  const published = readBundle(tlsSecret?.values["ca.crt"] ?? "");
  const trusting = configurations.map(({ kind, name, webhooks }) => ({
    kind,
    name,
    webhooks: webhooks.map((webhook) => ({ name: webhook.name, trusted: readBundle(webhook.caBundle) })),
  }));
  const known = knownAuthorities({ signing, published, configurations: trusting });
  return { signing, leaf: readLeaf(tlsSecret, known), published, configurations: trusting };
}

/** Every CA that is mentioned anywhere, the signing one first. */
export function knownAuthorities({
  signing,
  published,
  configurations,
}: Pick<State, "signing" | "published" | "configurations">): readonly Authority[] {
  const mentioned = [
    ...(signing.is === "usable" ? [signing.value] : []),
    ...published.authorities,
    ...configurations.flatMap(({ webhooks }) => webhooks.flatMap(({ trusted }) => trusted.authorities)),
  ];
  const seen = new Map(mentioned.toReversed().map((authority) => [authority.fingerprint, authority]));
  return [...new Set(mentioned.map(({ fingerprint }) => fingerprint))].flatMap((one) => seen.get(one) ?? []);
}

function readSigning(secret: SecretObject | undefined): Held<SigningAuthority> {
  if (secret === undefined) return { is: "missing" };
  const keyPem = secret.values["ca.key"] ?? "";
  const read = readPair(secret, "ca.crt", keyPem, "ca.key");
  if (typeof read === "string") return { is: "unusable", why: read };
  if (!read.ca) return { is: "unusable", why: "its ca.crt is no CA" };
  // What issue.ts signs with.
  if (read.publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    return { is: "unusable", why: "its ca.key is no ECDSA P-256 key" };
  return { is: "usable", value: { ...authorityOf(read), keyPem } };
}

function readLeaf(secret: SecretObject | undefined, known: readonly Authority[]): Held<Leaf> {
  if (secret === undefined) return { is: "missing" };
  const read = readPair(secret, "tls.crt", secret.values["tls.key"] ?? "", "tls.key");
  if (typeof read === "string") return { is: "unusable", why: read };
  const issuer = known.find(({ pem }) => isSignedBy(read, readCertificate(pem)));
  return {
    is: "usable",
    value: {
      issuer: issuer?.fingerprint,
      dnsNames: dnsNamesOf(read),
      notBefore: read.validFromDate,
      notAfter: read.validToDate,
    },
  };
}

/** A certificate whose key is there, or a sentence that says what is wrong with them. */
function readPair(secret: SecretObject, certKey: string, keyPem: string, keyKey: string): X509Certificate | string {
  const pem = secret.values[certKey] ?? "";
  if (pem.trim() === "") return `it has no ${certKey}`;
  const certificate = readCertificate(pem);
  if (certificate === undefined) return `its ${certKey} is no certificate`;
  return keyBelongsTo(certificate, keyPem) ? certificate : `its ${keyKey} is not the key of its ${certKey}`;
}

const isSignedBy = (leaf: X509Certificate, authority: X509Certificate | undefined): boolean =>
  authority !== undefined && leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
