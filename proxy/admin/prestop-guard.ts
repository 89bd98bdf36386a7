import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BlockList, isIPv6 } from "node:net";

/** Why a request of /prestop is not obeyed; undefined where it is. */
export type Guard = (request: Pick<IncomingMessage, "headers" | "socket">) => string | undefined;

/**
 * Whoever may ask /prestop may end the proxy: with a token, whoever has it; without one, loopback and the node. The
 * kubelet takes any answer for a success (B11): a hook that is refused ends at once, and SIGTERM begins the window.
 */
export function preStopGuard(token: string | undefined, nodeAddresses: readonly string[]): Guard {
  const digest = token === undefined ? undefined : digestOf(`Bearer ${token}`);
  const known = new BlockList();
  known.addSubnet("127.0.0.0", 8, "ipv4");
  known.addAddress("::1", "ipv6");
  for (const address of nodeAddresses) known.addAddress(address, family(address));
  return ({ headers, socket: { remoteAddress = "" } }) => {
    // A page in a browser on the same machine can send such a request, but not hide these.
    if (headers["sec-fetch-site"] !== undefined || headers.origin !== undefined)
      return "a browser's request is not obeyed";
    if (digest !== undefined) {
      return timingSafeEqual(digest, digestOf(headers.authorization ?? ""))
        ? undefined
        : "the token of GRACEWARDEN_PRESTOP_TOKEN is missing or wrong: the hook sends it as `Authorization: Bearer …`";
    }
    return remoteAddress !== "" && known.check(remoteAddress, family(remoteAddress))
      ? undefined
      : `${remoteAddress} is neither loopback nor the node: set GRACEWARDEN_PRESTOP_TOKEN and send it, or name the node in GRACEWARDEN_NODE_ADDRESS`;
  };
}

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();

const family = (address: string): "ipv4" | "ipv6" => (isIPv6(address) ? "ipv6" : "ipv4");
