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
    const fail = (problem: string): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once("secureConnect", () => {
      const shown = socket.getPeerCertificate().fingerprint256;
      resolve(
        shown === fingerprint ? undefined : "the TLS listener shows another certificate than the one it was given",
      );
      // Said goodbye to, since the server would count a broken connection as a client that speaks no TLS.
      socket.end();
    });
    socket.on("timeout", () => fail(`the TLS listener did not answer within ${timeoutMilliseconds} ms`));
    socket.on("error", (error) => fail(`the TLS listener does not answer: ${error.message}`));
  });
}
