/** Which names pass; a `*` stands for any text. `deny` wins. */
export interface NameFilter {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

interface CommonBackend {
  readonly name: string;
  /** Ready means that it has connected and listed once. */
  readonly required: boolean;
  readonly connectTimeoutSeconds: number;
  /** End of stdin, SIGTERM, SIGKILL in all. */
  readonly shutdownTimeoutSeconds: number;
  /** Without a call for so long it is stopped; 0: never. */
  readonly idleTimeoutSeconds: number;
  /** One process or upstream session for each client session, for servers that keep a client's state. */
  readonly perSession: boolean;
  readonly tools: NameFilter;
}

export interface StdioBackend extends CommonBackend {
  readonly transport: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** On top of what is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

export interface HttpBackend extends CommonBackend {
  readonly transport: "http";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

export type BackendConfig = StdioBackend | HttpBackend;

/** A token and who bears it. */
export interface BearerToken {
  readonly token: string;
  readonly subject: string;
  readonly roles: readonly string[];
}

/** Identity from headers that a gateway in front sets; taken from the trusted networks alone. */
export interface ForwardedAuth {
  readonly subjectHeader: string;
  readonly rolesHeader: string | undefined;
  /** CIDR. */
  readonly trustedNetworks: readonly string[];
}

export interface JwtAuth {
  /** A path, or a URL of https. */
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** The claim with the roles, dots for depth. */
  readonly rolesClaim: string;
}

export interface AuthConfig {
  readonly bearer: readonly BearerToken[];
  readonly forwarded: ForwardedAuth | undefined;
  readonly jwt: JwtAuth | undefined;
}

/** Names are as clients see them: `server__tool`. Without any rule all is allowed; deny wins. */
export interface AccessRule {
  readonly roles: readonly string[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export interface AuditConfig {
  /** A path, or `stdout` or `stderr`. */
  readonly to: string;
  readonly arguments: "omitted" | "hashed" | "full";
}

/** The whole configuration, resolved: variables expanded, defaults in place. Times are seconds. */
export interface ProxyConfig {
  /** In the file's order. */
  readonly backends: readonly BackendConfig[];
  /** Between a backend's name and its tool's; empty only for a single backend. */
  readonly separator: string;
  /** No auth where undefined. */
  readonly auth: AuthConfig | undefined;
  readonly access: readonly AccessRule[];
  readonly audit: AuditConfig | undefined;
  /** Values of Host that are answered, beside loopback names when bound to loopback; undefined: any. */
  readonly hosts: readonly string[] | undefined;
  /** Values of Origin that are answered, beside none. */
  readonly origins: readonly string[];
  /** Folder of the tool lists, so that a restart is ready at once. */
  readonly listCache: string | undefined;
  /** Longest body of a request, and longest line or event of a backend. */
  readonly maxMessageBytes: number;
  /** A sealed session id opens for so long. */
  readonly sessionSeconds: number;
  /** OTLP over HTTP; undefined: no traces. */
  readonly traces: { readonly endpoint: string } | undefined;
}
