import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import type { BaseLogger } from "pino";
import type { AuthConfig, BearerToken, ForwardedAuth } from "../config/config.ts";
import { networkList } from "../config/networks.ts";
import { anonymous, type Identity } from "./identity.ts";
import type { VerifyJwt } from "./verify-jwt.ts";

/** Why a request gets no answer. The message is for the client: it never says what was wrong with a token in detail. */
export interface AuthRefusal {
  readonly status: 401 | 503;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Authenticated = { readonly identity: Identity } | { readonly refusal: AuthRefusal };

/** At once but where a token's keys must be fetched. */
export type Authenticate = (
  request: Pick<IncomingMessage, "headers" | "headersDistinct" | "socket">,
) => Authenticated | Promise<Authenticated>;

/** Says who sends a request: by headers of a trusted gateway, a token of the configuration, or a signed token. */
export async function createAuthenticate(auth: AuthConfig | undefined, log: BaseLogger): Promise<Authenticate> {
  if (auth === undefined) return () => ({ identity: anonymous });
  const forwarded = auth.forwarded && fromGateway(auth.forwarded);
  const bearer = ofTokens(auth.bearer);
  // The library takes a while to load, and few need it.
  const jwt: VerifyJwt | undefined = auth.jwt && (await import("./verify-jwt.ts")).verifyJwt(auth.jwt, log);
  return (request) => {
    const told = forwarded?.(request);
    if (told !== undefined) return told;
    const token = tokenOf(request);
    if (token === undefined)
      return unauthorized("this server wants a token: send `Authorization: Bearer …`", undefined);
    const known = bearer(token);
    if (known !== undefined) return { identity: known };
    return jwt === undefined ? unauthorized("the token is not known here", "invalid_token") : jwt(token);
  };
}

/** RFC 6750 section 3. */
export function unauthorized(message: string, error: string | undefined): { readonly refusal: AuthRefusal } {
  const detail = error === undefined ? "" : `, error="${error}"`;
  return {
    refusal: { status: 401, message, headers: { "www-authenticate": `Bearer realm="gracewarden-proxy"${detail}` } },
  };
}

function tokenOf({ headers }: Pick<IncomingMessage, "headers">): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
}

/** Compared by digests of one length and without an early end, so that the time taken tells nothing of the tokens. */
function ofTokens(tokens: readonly BearerToken[]): (token: string) => Identity | undefined {
  const known = tokens.map(({ token, subject, roles }) => ({ digest: digestOf(token), identity: { subject, roles } }));
  return (token) => {
    const digest = digestOf(token);
    let found: Identity | undefined;
    for (const each of known) if (timingSafeEqual(each.digest, digest)) found = each.identity;
    return found;
  };
}

const digestOf = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Undefined where the gateway says nothing, or the request comes from elsewhere: then a token may still do. */
function fromGateway({
  subjectHeader,
  rolesHeader,
  trustedNetworks,
}: ForwardedAuth): (request: Pick<IncomingMessage, "headersDistinct" | "socket">) => Authenticated | undefined {
  const trusted = networkList(trustedNetworks);
  return ({ headersDistinct, socket: { remoteAddress = "" } }) => {
    const subjects = headersDistinct[subjectHeader];
    const family = isIPv6(remoteAddress) ? "ipv6" : "ipv4";
    if (subjects === undefined || remoteAddress === "" || !trusted.check(remoteAddress, family)) return undefined;
    const roles = rolesHeader === undefined ? [] : (headersDistinct[rolesHeader] ?? []);
    const [subject = ""] = subjects;
    // A gateway that adds its header to what the client has sent, in place of overwriting it, would let clients in as anybody.
    if (subjects.length > 1 || roles.length > 1 || subject === "")
      return unauthorized(
        `the gateway must send exactly one ${subjectHeader} and overwrite what clients send`,
        undefined,
      );
    return {
      identity: {
        subject,
        roles: (roles[0] ?? "").split(/[\s,]+/).filter((role) => role !== ""),
      },
    };
  };
}
