const untrusted =
  "its certificate is not signed by an authority that the kubeconfig trusts (certificate-authority-data of the cluster)";

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name cannot be looked up",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
  ECONNRESET: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_HAS_EXPIRED: "its certificate has expired",
};

/** Whether a connection ended that should have brought an answer. */
export const isCut = (error: unknown): boolean => ["ECONNRESET", "UND_ERR_SOCKET"].includes(reasonOf(error).code ?? "");

/** fetch says that it failed; what is behind it says why. */
function reasonOf(error: unknown): NodeJS.ErrnoException {
  const { cause } = error as Error;
  return (cause instanceof Error ? cause : error) as NodeJS.ErrnoException;
}

/** Why no answer came, to be put behind "cannot be reached:". */
export function whyUnreachable(error: unknown, answerSeconds: number, proxyUrl: string | undefined): string {
  const { name } = error as Error;
  const { code = "", message } = reasonOf(error);
  const why =
    name === "TimeoutError" || code === "ETIMEDOUT" || code === "UND_ERR_CONNECT_TIMEOUT"
      ? `no answer in ${answerSeconds} s`
      : (sentences[code] ?? (message === "" ? code : message));
  // Whose fault it is cannot be told; its credentials are nobody's business.
  if (proxyUrl === undefined) return why;
  const { protocol, host } = new URL(proxyUrl);
  return `${why}, through the proxy ${protocol}//${host}`;
}
