import type { TlsOptions } from "node:tls";
import type { KeyPair } from "./key-pair.ts";

/**
 * How the listener speaks TLS with a key pair. A client certificate is asked for where an authority is set, and checked
 * where a review arrives: the kubelet's probes have none.
 */
export function tlsOptions({ cert, key, clientCa }: KeyPair): TlsOptions {
  return {
    cert,
    key,
    minVersion: "TLSv1.2",
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
  };
}
