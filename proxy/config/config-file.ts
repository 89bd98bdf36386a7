/** One entry of `mcpServers`, as people have it in their clients, and what the proxy adds to it. Times are seconds. */
export interface ServerEntry {
  readonly type?: TransportName;
  readonly transport?: TransportName;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly disabled?: boolean;
  readonly required?: boolean;
  readonly connectTimeout?: number;
  readonly shutdownTimeout?: number;
  readonly idleTimeout?: number;
  readonly perSession?: boolean;
  readonly tools?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
}

type TransportName = "stdio" | "http" | "streamable-http" | "sse";

/** The configuration as it is written, once its shape is checked. */
export interface ConfigFile {
  readonly mcpServers: Readonly<Record<string, ServerEntry>>;
  readonly separator?: string;
  readonly auth?: {
    readonly bearer?: readonly {
      readonly token: string;
      readonly subject: string;
      readonly roles?: readonly string[];
    }[];
    readonly forwarded?: {
      readonly subjectHeader: string;
      readonly rolesHeader?: string;
      readonly trustedNetworks: readonly string[];
    };
    readonly jwt?: {
      readonly jwks: string;
      readonly issuer: string;
      readonly audience: string;
      readonly algorithms?: readonly string[];
      readonly rolesClaim?: string;
    };
  };
  readonly access?: readonly {
    readonly roles: readonly string[];
    readonly allow?: readonly string[];
    readonly deny?: readonly string[];
  }[];
  readonly audit?: { readonly to: string; readonly arguments?: "omitted" | "hashed" | "full" };
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
  readonly listCache?: string;
  readonly maxMessageBytes?: number;
  readonly sessionSeconds?: number;
  readonly traces?: { readonly endpoint: string };
}
