import { isIP } from "node:net";
import { readProxySettings, type ProxySettings } from "../../policies/shutdown/proxy-budget.ts";
import { programError } from "../errors.ts";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What the process is told by its environment and its command line, apart from the configuration file. */
export interface ProcessSettings {
  readonly listen: ListenAddress;
  readonly adminListen: ListenAddress;
  /** Somebody has asked for the admin port by name. */
  readonly isAdminWanted: boolean;
  readonly clock: Partial<ProxySettings>;
  /** What `/prestop` asks for. */
  readonly preStopToken: string | undefined;
  /** Addresses that `/prestop` is answered to besides loopback and the default gateway. */
  readonly nodeAddresses: readonly string[];
  readonly terminationLog: string;
}

/** As the command line has them. */
export interface ListenFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly "admin-port"?: string | undefined;
}

const defaultHost = "127.0.0.1";

/** Flags win over the environment. Throws a ProgramError with a sentence for everything that is wrong. */
export function readProcessSettings(
  environment: Readonly<Record<string, string | undefined>>,
  flags: ListenFlags,
): ProcessSettings {
  const problems: string[] = [];
  const clock = readProxySettings(environment);
  problems.push(...(clock.problems ?? []));
  const address = (variable: string, port: number): ListenAddress => {
    const text = environment[variable]?.trim() ?? "";
    const read = text === "" ? { host: defaultHost, port } : readAddress(text);
    if (read === undefined) problems.push(`${variable} must look like 0.0.0.0:${port} or [::]:${port}, not "${text}"`);
    return read ?? { host: defaultHost, port };
  };
  const withFlags = (found: ListenAddress, flag: "port" | "admin-port"): ListenAddress => {
    const text = flags[flag];
    const port = text === undefined ? found.port : Number(text);
    if (text !== undefined && (!/^\d{1,5}$/.test(text) || port > 65_535))
      problems.push(`--${flag} must be a port from 0 (any free one) to 65535, not "${text}"`);
    return { host: flags.host ?? found.host, port };
  };
  const listen = withFlags(address("GRACEWARDEN_LISTEN", 8080), "port");
  const adminListen = withFlags(address("GRACEWARDEN_ADMIN_LISTEN", 8081), "admin-port");
  if (listen.port !== 0 && listen.port === adminListen.port)
    problems.push(`MCP and admin cannot share the port ${listen.port}: give one of them another`);
  const nodeAddresses = (environment["GRACEWARDEN_NODE_ADDRESS"] ?? "").split(/[\s,]+/).filter((text) => text !== "");
  for (const text of nodeAddresses) {
    if (isIP(text) === 0) problems.push(`GRACEWARDEN_NODE_ADDRESS must be an address, not "${text}"`);
  }
  if (problems.length > 0) throw programError("bad-environment", problems);
  return {
    listen,
    adminListen,
    isAdminWanted: flags["admin-port"] !== undefined || (environment["GRACEWARDEN_ADMIN_LISTEN"] ?? "") !== "",
    clock: clock.settings ?? {},
    preStopToken: environment["GRACEWARDEN_PRESTOP_TOKEN"]?.trim() || undefined,
    nodeAddresses,
    terminationLog: environment["GRACEWARDEN_TERMINATION_LOG"] || "/dev/termination-log",
  };
}

function readAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return undefined;
  // As in `:8080`: every address, IPv6 as well.
  return { host: bracketed ?? (plain === "" ? "::" : (plain ?? defaultHost)), port };
}
