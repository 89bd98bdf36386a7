import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { dnsNamesOf, keyBelongsTo } from "../../../webhook/certs/certificate.ts";
import { issueAuthority, issueLeaf, issueSelfSigned } from "../../../webhook/certs/issue.ts";

const now = new Date("2026-11-23T01:02:03.456Z");
const dnsNames = ["hook.guard.svc", "hook.guard.svc.cluster.local"];

describe("an issued certificate", () => {
  const { certPem, keyPem, caPem } = issueSelfSigned({ dnsNames, days: 30, now });
  const leaf = new X509Certificate(certPem);
  const ca = new X509Certificate(caPem);

  it("is a P-256 leaf of its CA for its names alone", () => {
    expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(keyBelongsTo(leaf, keyPem)).toBe(true);
    expect(dnsNamesOf(leaf)).toEqual(dnsNames);
    expect(leaf.checkHost("hook.guard.svc")).toBe("hook.guard.svc");
    expect(leaf.checkHost("other.guard.svc")).toBeUndefined();
    // 1.3.6.1.5.5.7.3.1: server authentication.
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  it("tells CA and leaf apart", () => {
    expect([ca.ca, leaf.ca]).toEqual([true, false]);
    expect(ca.subject).not.toBe(leaf.subject);
    expect(ca.checkIssued(ca) && ca.verify(ca.publicKey)).toBe(true);
  });

  it("holds from an hour before, in whole seconds", () => {
    expect(leaf.validFromDate).toEqual(new Date("2026-11-23T00:02:03Z"));
    expect(leaf.validToDate).toEqual(new Date("2026-12-23T01:02:03Z"));
  });

  it("has a serial number and a CA's name of its own", () => {
    const other = issueSelfSigned({ dnsNames, days: 30, now });
    expect(new X509Certificate(other.certPem).serialNumber).not.toBe(leaf.serialNumber);
    expect(new X509Certificate(other.caPem).subject).not.toBe(ca.subject);
  });

  it("does not outlive its CA", () => {
    const authority = issueAuthority({ days: 5, now });
    const { validToDate } = new X509Certificate(issueLeaf(authority, { dnsNames, days: 30, now }).certPem);
    expect(validToDate).toEqual(new X509Certificate(authority.certPem).validToDate);
  });

  it("is dated right on both sides of 2050, where the encoding of dates changes", () => {
    const late = new X509Certificate(
      issueSelfSigned({ dnsNames, days: 30, now: new Date("2049-12-31T23:30:00Z") }).certPem,
    );
    expect(late.validFromDate).toEqual(new Date("2049-12-31T22:30:00Z"));
    expect(late.validToDate).toEqual(new Date("2050-01-30T23:30:00Z"));
  });
});

const handshake = async (host: string, trusted: string): Promise<string> => {
  const { certPem, keyPem, caPem } = issueSelfSigned({
    dnsNames: [...dnsNames, "127.0.0.1"],
    days: 1,
    now: new Date(),
  });
  const server = createServer({ cert: certPem, key: keyPem }, (socket) => socket.end("hello"));
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ca = trusted === "" ? caPem : trusted;
  const named = host === "127.0.0.1" ? { host } : { host: "127.0.0.1", servername: host };
  const socket = connect({ port, ca, minVersion: "TLSv1.3", ...named });
  try {
    const [data] = (await once(socket, "data")) as [Buffer];
    return data.toString();
  } finally {
    socket.destroy();
    server.close();
  }
};

describe("a TLS handshake", () => {
  const stranger = issueAuthority({ days: 1, now: new Date() }).certPem;

  it.each(["hook.guard.svc", "hook.guard.svc.cluster.local", "127.0.0.1"])("succeeds for %s", async (host) => {
    await expect(handshake(host, "")).resolves.toBe("hello");
  });

  it("fails for another name", async () => {
    await expect(handshake("hook.other.svc", "")).rejects.toThrow(/does not match certificate's altnames/);
  });

  it("fails where another CA is trusted", async () => {
    await expect(handshake("hook.guard.svc", stranger)).rejects.toThrow(/unable to verify/);
  });
});
