import { connect } from "node:tls";

/** Where a server listens. */
export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

/** As long as a probe of the kubelet waits at least. */
const timeoutMilliseconds = 1000;

/**
 * Why a client that connects to the server's own port would not get its certificate; undefined where it does. A listener
 * that is bound to every address is reached over loopback.
 */
export function ownHandshake({ address, port }: ListenAddress, fingerprint: string): Promise<string | undefined> {
  const host = address === "::" ? "::1" : address === "0.0.0.0" ? "127.0.0.1" : address;
  return new Promise((resolve) => {
    // The certificate's names and authority are the API server's to judge; here it must be the very one that is held.
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: timeoutMilliseconds });
    const settle = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once("secureConnect", () => {
      const shown = socket.getPeerCertificate().fingerprint256;
      settle(shown === fingerprint ? undefined : "the TLS listener shows another certificate than the one it was given");
    });
    socket.once("timeout", () => settle(`the TLS listener did not answer within ${timeoutMilliseconds} ms`));
    socket.once("error", (error) => settle(`the TLS listener does not answer: ${error.message}`));
  });
}
