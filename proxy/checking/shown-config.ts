import { findNodeAtLocation, getNodeValue, type Node } from "jsonc-parser";
import type { Path } from "../../policies/path.ts";
import type { AuthConfig, BackendConfig, ProxyConfig } from "../config/config.ts";

/** A configuration that may be shown: what could be a secret is only said to be set. */
export type ShownConfig = Readonly<Record<string, unknown>>;

const set = "(set)";

/**
 * The resolved configuration without its secrets. Arguments and URLs are shown as they are `written`, with their
 * variables: what these hold may be a secret.
 */
export function shownConfig(config: ProxyConfig, written: Node): ShownConfig {
  const { backends, auth, ...rest } = config;
  return {
    backends: backends.map((backend) => shownBackend(backend, (at) => textAt(written, at))),
    ...rest,
    auth: auth && shownAuth(auth),
  };
}

type Written = (at: Path) => unknown;

function textAt(root: Node, at: Path): unknown {
  const node = findNodeAtLocation(root, [...at]);
  return node === undefined ? undefined : getNodeValue(node);
}

function shownBackend(backend: BackendConfig, written: Written): object {
  const at = (key: string): unknown => written(["mcpServers", backend.name, key]);
  if (backend.transport === "http") {
    const url = at("url");
    return { ...backend, url: typeof url === "string" ? shownUrl(url) : set, headers: masked(backend.headers) };
  }
  return { ...backend, args: at("args") ?? [], env: masked(backend.env) };
}

/** Keys are often put into the query; a variable is only named. */
const shownUrl = (url: string): string =>
  url.replace(/\?.*$/s, (query) => query.replaceAll(/=(?!\$\{[^}]*\}(?:&|$))[^&]+/g, `=${set}`));

const masked = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(values).map((name) => [name, set]));

function shownAuth({ bearer, forwarded, jwt }: AuthConfig): object {
  return { bearer: bearer.map((entry) => ({ ...entry, token: set })), forwarded, jwt };
}
