import { readFileSync } from "node:fs";

/**
 * The default gateways of this network namespace: in a pod, on most networks, the node, from where the kubelet sends
 * a hook's request (B11). None where there is no /proc to ask.
 */
export function defaultGateways(readTable: (path: string) => string = read): readonly string[] {
  return [...gateways4(readTable("/proc/net/route")), ...gateways6(readTable("/proc/net/ipv6_route"))];
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Columns: interface, destination, gateway, …; addresses are in the byte order of the machine, little-endian here. */
function gateways4(table: string): readonly string[] {
  return table.split("\n").flatMap((line) => {
    const [, destination, gateway = ""] = line.trim().split(/\s+/);
    if (destination !== "00000000" || !/^[0-9A-F]{8}$/i.test(gateway) || gateway === "00000000") return [];
    const bytes = gateway.match(/../g) ?? [];
    return [
      bytes
        .toReversed()
        .map((byte) => Number.parseInt(byte, 16))
        .join("."),
    ];
  });
}

/** Columns: destination, its length, source, its length, next hop, … */
function gateways6(table: string): readonly string[] {
  return table.split("\n").flatMap((line) => {
    const [destination = "", length, , , hop = ""] = line.trim().split(/\s+/);
    if (!/^0{32}$/.test(destination) || length !== "00" || !/^[0-9a-f]{32}$/i.test(hop) || /^0{32}$/.test(hop))
      return [];
    return [(hop.match(/.{4}/g) ?? []).join(":")];
  });
}
