import type { IncomingHttpHeaders } from "node:http";

/** Whose requests are answered, against DNS rebinding and foreign pages. */
interface OriginRules {
  /** Values of Host that are answered; undefined: any, but loopback names alone where only loopback is listened on. */
  readonly hosts: readonly string[] | undefined;
  readonly origins: readonly string[];
}

export interface OriginCheck {
  /** A sentence about why the request is not answered; undefined where it is. */
  readonly problem: (headers: IncomingHttpHeaders, rules: OriginRules) => string | undefined;
}

/** `address`: where is listened on. */
export function createOriginCheck(address: string): OriginCheck {
  const isLoopback = isLoopbackAddress(address);
  // Nearly all requests have the Host of the one before.
  let last: { readonly host: string | undefined; readonly hosts: OriginRules["hosts"] } | undefined;
  const isAnswered = (host: string | undefined, { hosts }: OriginRules): boolean => {
    if (last !== undefined && last.host === host && last.hosts === hosts) return true;
    if (!isKnownHost(host, hosts, isLoopback)) return false;
    last = { host, hosts };
    return true;
  };
  return {
    problem({ host, origin }, rules) {
      const isChecked = rules.hosts !== undefined || isLoopback;
      if (isChecked && !isAnswered(host, rules))
        return `The Host ${JSON.stringify(host ?? "")} is not one that this proxy answers: list it under "hosts".`;
      if (origin === undefined || rules.origins.includes(origin)) return undefined;
      // A page of this very address, which the check above has found to be ours.
      if (isChecked && host !== undefined && (origin === `http://${host}` || origin === `https://${host}`))
        return undefined;
      return `The Origin ${JSON.stringify(origin)} is not one that this proxy answers: list it under "origins".`;
    },
  };
}

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

function isKnownHost(host: string | undefined, hosts: OriginRules["hosts"], isLoopback: boolean): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (isLoopback && loopbackNames.has(name)) return true;
  return hosts?.some((known) => known.toLowerCase() === name || known.toLowerCase() === host.toLowerCase()) ?? false;
}

/** Whether an address to listen on reaches this machine alone. */
const isLoopbackAddress = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(?:\.\d+){3}$/.test(host);
