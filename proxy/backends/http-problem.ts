/** Codes of failures before anything of the request was sent: it was not carried out. */
const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name could not be looked up",
  EHOSTUNREACH: "its host cannot be reached",
  ENETUNREACH: "its network cannot be reached",
  ETIMEDOUT: "it did not take the connection in time",
  UND_ERR_CONNECT_TIMEOUT: "it did not take the connection in time",
};

const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "its certificate is signed by itself; name the file of it in NODE_EXTRA_CA_CERTS to trust it",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host name",
  SELF_SIGNED_CERT_IN_CHAIN:
    "its certificate is signed by an authority that is not trusted; name its file in NODE_EXTRA_CA_CERTS to trust it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "its certificate is signed by an authority that is not trusted; name its file in NODE_EXTRA_CA_CERTS to trust it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "its certificate is signed by an authority that is not trusted, or its chain is incomplete; name the authority's file in NODE_EXTRA_CA_CERTS",
};

export interface HttpProblem {
  /** A sentence without its subject: what is wrong, where, what to do. */
  readonly sentence: string;
  /** The server as such is out of reach, not this request alone. */
  readonly isUnreachable: boolean;
}

/** What a failed connection means. The URL is shown without what may be secret in it. */
export function httpProblem(url: URL, error: Error): HttpProblem {
  const code = codeOf(error);
  const place = `${url.origin}${url.pathname}`;
  const known =
    unreachable[code] ??
    certificates[code] ??
    (code.startsWith("ERR_SSL") ? "it speaks no TLS there, or another kind of it" : undefined);
  if (known !== undefined) return { sentence: `${place}: ${known} (${code})`, isUnreachable: true };
  return {
    sentence: `${place}: the connection was lost before the answer came (${error.message})`,
    isUnreachable: false,
  };
}

/** Node tries each address of a host and gathers the errors. */
function codeOf(error: Error): string {
  const own = (error as NodeJS.ErrnoException).code;
  if (own !== undefined && own !== "UND_ERR_SOCKET") return own;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return error.cause instanceof Error ? codeOf(error.cause) : (own ?? "");
}
