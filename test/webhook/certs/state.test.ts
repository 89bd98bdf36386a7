import { describe, expect, it } from "vitest";
import { issueAuthority, issueLeaf } from "../../../webhook/certs/issue.ts";
import { readState } from "../../../webhook/certs/state.ts";

const now = new Date();
const authority = issueAuthority({ days: 9, now });
const other = issueAuthority({ days: 9, now });
const leaf = issueLeaf(authority, { dnsNames: ["hook.guard.svc"], days: 3, now });
const tls = { "tls.crt": leaf.certPem, "tls.key": leaf.keyPem, "ca.crt": authority.certPem };
const ca = { "ca.crt": authority.certPem, "ca.key": authority.keyPem };

/** `openssl req -x509 -newkey ed25519 -nodes -days 36500 -subj /CN=x` */
const ed25519 = {
  "ca.crt": `-----BEGIN CERTIFICATE-----
MIIBLjCB4aADAgECAhQruKQfRfEKLRjcqFDzuLErRchdhDAFBgMrZXAwDDEKMAgG
A1UEAwwBeDAgFw0yNjExMjMwMTM0MTNaGA8yMTI2MTAzMDAxMzQxM1owDDEKMAgG
A1UEAwwBeDAqMAUGAytlcAMhAGuMyXMetckzM4+swmFZ/cMrJMXB3z0J/66IAeGB
7HZ9o1MwUTAdBgNVHQ4EFgQUKjef0sAp3Nqz365MMjkdw6l3r7YwHwYDVR0jBBgw
FoAUKjef0sAp3Nqz365MMjkdw6l3r7YwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD
QQA+57Vt3yxVO9Wjw/5mkOUpJ6nsML/QUOEACPSZVfZhBwmIsk1nzUsz/zXDyXm8
DWMwcXbgDeZ2FV4JZtqEx3MB
-----END CERTIFICATE-----
`,
  "ca.key": `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINg4tD/yW172hL45hZ7tXZ3rcndhIAqucXVVoyTwGnL0
-----END PRIVATE KEY-----
`,
};

const secret = (values: Readonly<Record<string, string>>) => ({ name: "any", resourceVersion: "1", values });

/** The leaf, where only one webhook remembers its CA. */
const trusting = (caBundle: string) =>
  readState(undefined, secret({ ...tls, "ca.crt": "" }), [
    { kind: "MutatingWebhookConfiguration", name: "x", resourceVersion: "1", webhooks: [{ name: "x", caBundle }] },
  ]).leaf;

describe("what Secrets hold", () => {
  it.each([
    ["is read", tls, "usable"],
    ["ends early", { ...tls, "tls.crt": leaf.certPem.slice(0, 200) }, "its tls.crt is no certificate"],
    ["is text", { ...tls, "tls.crt": "hello" }, "its tls.crt is no certificate"],
    ["is empty", { ...tls, "tls.crt": "" }, "it has no tls.crt"],
    ["is nothing", {}, "it has no tls.crt"],
    ["has another's key", { ...tls, "tls.key": other.keyPem }, "its tls.key is not the key of its tls.crt"],
    ["has no key", { "tls.crt": leaf.certPem }, "its tls.key is not the key of its tls.crt"],
  ])("a leaf that %s", (_name, values, expected) => {
    const { leaf: held } = readState(secret(ca), secret(values), []);
    expect(held.is === "unusable" ? held.why : held.is).toBe(expected);
  });

  it.each([
    ["is read", ca, "usable"],
    ["has another's key", { ...ca, "ca.key": other.keyPem }, "its ca.key is not the key of its ca.crt"],
    ["is of another kind", ed25519, "its ca.key is no ECDSA P-256 key"],
    ["is a leaf", { "ca.crt": leaf.certPem, "ca.key": leaf.keyPem }, "its ca.crt is no CA"],
    ["is text", { "ca.crt": "\u0000\u0001", "ca.key": "x" }, "its ca.crt is no certificate"],
  ])("a CA that %s", (_name, values, expected) => {
    const { signing } = readState(secret(values), undefined, []);
    expect(signing.is === "unusable" ? signing.why : signing.is).toBe(expected);
  });

  it("finds the CA of a leaf wherever it is mentioned, and no other", () => {
    expect(trusting(other.certPem + authority.certPem)).toMatchObject({ value: { issuer: expect.any(String) } });
    expect(trusting(other.certPem)).toMatchObject({ value: { issuer: undefined } });
  });

  it.each([
    ["text", "hello", 0, "holds no certificate"],
    ["a leaf", leaf.certPem, 0, "holds a certificate that is no CA"],
    [
      "half a certificate",
      `${other.certPem}${authority.certPem.replaceAll("\nMI", "\nAA")}`,
      1,
      "holds a certificate that cannot be read",
    ],
    ["one CA twice", authority.certPem + authority.certPem, 1, undefined],
  ])("a bundle of %s", (_name, pem, authorities, damage) => {
    const { published } = readState(undefined, secret({ "ca.crt": pem }), []);
    expect([published.authorities.length, published.damage]).toEqual([authorities, damage]);
  });
});
