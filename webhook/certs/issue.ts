import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from "node:crypto";
import { isIP } from "node:net";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as asn from "@peculiar/asn1-x509";

/**
 * How far before its making a certificate begins to hold: an API server or a node whose clock runs behind by less must
 * not refuse it.
 */
export const backdateSeconds = 3600;

const daySeconds = 86_400;
/** RFC 5758, 3.2: ecdsa-with-SHA256, which takes no parameters. */
const ecdsaWithSha256 = "1.2.840.10045.4.3.2";

/** A certificate and its private key (PKCS #8), both in PEM. */
export interface Issued {
  readonly certPem: string;
  readonly keyPem: string;
}

/** Makes a CA that can sign leaves and nothing below them. */
export function issueAuthority({ days, now }: { readonly days: number; readonly now: Date }): Issued {
  const { publicKey, privateKey } = makeKeys();
  // A name of its own, so that nobody takes two CAs of one installation for each other.
  const name = commonName(`gracewarden-webhook CA ${randomBytes(4).toString("hex")}`);
  return issued(privateKey, {
    subject: name,
    issuer: name,
    publicKey,
    signer: privateKey,
    validity: validity(now, days),
    extensions: [
      extension(asn.id_ce_basicConstraints, new asn.BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
      keyUsage(asn.KeyUsageFlags.keyCertSign | asn.KeyUsageFlags.cRLSign),
      extension(asn.id_ce_subjectKeyIdentifier, new asn.SubjectKeyIdentifier(keyIdentifier(publicKey))),
    ],
  });
}

/** Makes a server's certificate, signed by a CA, for DNS names and IP addresses. It does not outlive the CA. */
export function issueLeaf(
  authority: Issued,
  { dnsNames, days, now }: { readonly dnsNames: readonly string[]; readonly days: number; readonly now: Date },
): Issued {
  const { publicKey, privateKey } = makeKeys();
  const ca = new X509Certificate(authority.certPem);
  const { subject } = AsnConvert.parse(ca.raw, asn.Certificate).tbsCertificate;
  const { notBefore, notAfter } = validity(now, days);
  return issued(privateKey, {
    subject: commonName("gracewarden-webhook"),
    issuer: subject,
    publicKey,
    signer: authority.keyPem,
    validity: { notBefore, notAfter: ca.validToDate < notAfter ? ca.validToDate : notAfter },
    extensions: [
      extension(asn.id_ce_basicConstraints, new asn.BasicConstraints({ cA: false }), true),
      keyUsage(asn.KeyUsageFlags.digitalSignature),
      extension(asn.id_ce_extKeyUsage, new asn.ExtendedKeyUsage([asn.id_kp_serverAuth])),
      extension(asn.id_ce_subjectAltName, new asn.SubjectAlternativeName(dnsNames.map(generalName))),
      extension(asn.id_ce_subjectKeyIdentifier, new asn.SubjectKeyIdentifier(keyIdentifier(publicKey))),
      extension(
        asn.id_ce_authorityKeyIdentifier,
        new asn.AuthorityKeyIdentifier({ keyIdentifier: new asn.KeyIdentifier(keyIdentifier(ca.publicKey)) }),
      ),
    ],
  });
}

/** Makes a server's certificate with a CA of its own, whose key is thrown away: for a server that its starter calls. */
export function issueSelfSigned(wanted: {
  readonly dnsNames: readonly string[];
  readonly days: number;
  readonly now: Date;
}): Issued & { readonly caPem: string } {
  const authority = issueAuthority(wanted);
  return { ...issueLeaf(authority, wanted), caPem: authority.certPem };
}

interface Contents {
  readonly subject: asn.Name;
  readonly issuer: asn.Name;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject | string;
  readonly validity: { readonly notBefore: Date; readonly notAfter: Date };
  readonly extensions: asn.Extension[];
}

function issued(privateKey: KeyObject, { subject, issuer, publicKey, signer, ...rest }: Contents): Issued {
  const signature = new asn.AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const tbsCertificate = new asn.TBSCertificate({
    version: asn.Version.v3,
    serialNumber: serialNumber(),
    signature,
    issuer,
    subject,
    validity: new asn.Validity(rest.validity),
    subjectPublicKeyInfo: AsnConvert.parse(spki(publicKey), asn.SubjectPublicKeyInfo),
    extensions: new asn.Extensions(rest.extensions),
  });
  const signatureValue = sign("sha256", new Uint8Array(AsnConvert.serialize(tbsCertificate)), signer);
  const certificate = new asn.Certificate({
    tbsCertificate,
    signatureAlgorithm: signature,
    signatureValue: arrayBuffer(signatureValue),
  });
  return {
    certPem: new X509Certificate(new Uint8Array(AsnConvert.serialize(certificate))).toString(),
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

const makeKeys = (): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } =>
  generateKeyPairSync("ec", { namedCurve: "P-256" });

/** RFC 5280, 4.1.2.2: a positive integer of at most 20 octets, not encoded with a zero in front. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes.readUInt8(0) & 0x7f) | 0x40;
  return arrayBuffer(bytes);
}

function validity(now: Date, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  // RFC 5280, 4.1.2.5: whole seconds.
  const seconds = Math.floor(now.getTime() / 1000);
  const at = (offset: number): Date => new Date(Math.floor(seconds + offset) * 1000);
  return { notBefore: at(-backdateSeconds), notAfter: at(days * daySeconds) };
}

const spki = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });

/** RFC 5280, 4.2.1.2 (1): SHA-1 of the public key's bits. */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  const { subjectPublicKey } = AsnConvert.parse(spki(key), asn.SubjectPublicKeyInfo);
  return arrayBuffer(createHash("sha1").update(new Uint8Array(subjectPublicKey)).digest());
}

const commonName = (name: string): asn.Name =>
  new asn.Name([
    // RFC 5280, appendix A: id-at-commonName.
    new asn.RelativeDistinguishedName([
      new asn.AttributeTypeAndValue({ type: "2.5.4.3", value: new asn.AttributeValue({ utf8String: name }) }),
    ]),
  ]);

const extension = (extnID: string, value: object, critical = false): asn.Extension =>
  new asn.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });

const keyUsage = (flags: asn.KeyUsageFlags): asn.Extension =>
  extension(asn.id_ce_keyUsage, new asn.KeyUsage(flags), true);

const generalName = (name: string): asn.GeneralName =>
  new asn.GeneralName(isIP(name) === 0 ? { dNSName: name } : { iPAddress: name });

const arrayBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
