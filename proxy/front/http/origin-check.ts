import type { IncomingHttpHeaders } from "node:http";

/** Whose requests are answered, against DNS rebinding and foreign pages. */
export interface OriginRules {
  /** Values of Host that are answered; undefined: any, but loopback names alone where only loopback is listened on. */
  readonly hosts: readonly string[] | undefined;
  readonly origins: readonly string[];
  readonly isLoopback: boolean;
}

/** A sentence about why the request is not answered; undefined where it is. */
export function originProblem(headers: IncomingHttpHeaders, rules: OriginRules): string | undefined {
  const { host, origin } = headers;
  const isChecked = rules.hosts !== undefined || rules.isLoopback;
  if (isChecked && !isKnownHost(host, rules))
    return `The Host ${JSON.stringify(host ?? "")} is not one that this proxy answers: list it under "hosts".`;
  if (origin === undefined || rules.origins.includes(origin)) return undefined;
  // A page of this very address, which the check above has found to be ours.
  if (isChecked && host !== undefined && (origin === `http://${host}` || origin === `https://${host}`))
    return undefined;
  return `The Origin ${JSON.stringify(origin)} is not one that this proxy answers: list it under "origins".`;
}

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

function isKnownHost(host: string | undefined, { hosts, isLoopback }: OriginRules): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (isLoopback && loopbackNames.has(name)) return true;
  return hosts?.some((known) => known.toLowerCase() === name || known.toLowerCase() === host.toLowerCase()) ?? false;
}

/** Whether an address to listen on reaches this machine alone. */
export const isLoopbackAddress = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(?:\.\d+){3}$/.test(host);
