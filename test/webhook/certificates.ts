import { sign, X509Certificate } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as asn from "@peculiar/asn1-x509";
import { issueAuthority, issueLeaf, issueSelfSigned } from "../../webhook/certs/issue.ts";
import { readKeyPair, type KeyPair } from "../../webhook/serving/key-pair.ts";

/** A certificate for loopback as a mounted Secret would hold it, and what to trust it by. */
export interface TestCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly caPem: string;
}

export const makeCertificate = (now = new Date()): TestCertificate =>
  issueSelfSigned({ dnsNames: ["localhost", "127.0.0.1"], days: 2, now });

export function pairOf({ certPem, keyPem }: TestCertificate, clientCaPem?: string): KeyPair {
  const pair = readKeyPair(
    Buffer.from(certPem),
    Buffer.from(keyPem),
    clientCaPem === undefined ? undefined : Buffer.from(clientCaPem),
  );
  if ("problem" in pair) throw new Error(pair.problem);
  return pair.value;
}

/** A certificate that a client shows, and its authority: one of the program's own, which are for servers, changed to that use. */
export function makeClientCertificate(): TestCertificate {
  const validity = { days: 2, now: new Date() };
  const authority = issueAuthority(validity);
  const { certPem, keyPem } = issueLeaf(authority, { ...validity, dnsNames: ["kube-apiserver"] });
  const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(new X509Certificate(certPem).raw, asn.Certificate);
  for (const extension of tbsCertificate.extensions ?? []) {
    if (extension.extnID === asn.id_ce_extKeyUsage)
      extension.extnValue = new OctetString(AsnConvert.serialize(new asn.ExtendedKeyUsage([asn.id_kp_clientAuth])));
  }
  const signatureValue = Uint8Array.from(
    sign("sha256", Buffer.from(AsnConvert.serialize(tbsCertificate)), authority.keyPem),
  ).buffer;
  const der = AsnConvert.serialize(new asn.Certificate({ tbsCertificate, signatureAlgorithm, signatureValue }));
  return { certPem: new X509Certificate(Buffer.from(der)).toString(), keyPem, caPem: authority.certPem };
}
