import type { IncomingHttpHeaders } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { defaultGateways } from "../../proxy/admin/node-addresses.ts";
import { preStopGuard } from "../../proxy/admin/prestop-guard.ts";

const from = (
  remoteAddress: string,
  headers: IncomingHttpHeaders = {},
): Parameters<ReturnType<typeof preStopGuard>>[0] => ({
  headers,
  socket: Object.defineProperty(new Socket(), "remoteAddress", { value: remoteAddress }),
});

describe("/prestop without a token", () => {
  const guard = preStopGuard(undefined, ["10.244.0.1", "fd00::1"]);
  it.each([
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["10.244.0.1", true],
    ["::ffff:10.244.0.1", true],
    ["fd00:0:0::1", true],
    ["10.244.0.2", false],
    ["::ffff:10.244.0.2", false],
    ["fd00::2", false],
    ["", false],
  ])("is for loopback and the node: from %s %s", (address, obeyed) => {
    expect(guard(from(address)) === undefined).toBe(obeyed);
  });

  it("is not for a page in a browser", () => {
    expect(guard(from("127.0.0.1", { "sec-fetch-site": "cross-site" }))).toMatch(/browser/);
  });
});

describe("the default gateways", () => {
  const tables: Readonly<Record<string, string>> = {
    "/proc/net/route":
      "Iface\tDestination\tGateway\tFlags\neth0\t00000000\t0100F40A\t0003\neth0\t0000F40A\t00000000\t0001\nlo\t00000000\t00000000\t1\n",
    "/proc/net/ipv6_route": [
      `${"0".repeat(32)} 00 ${"0".repeat(32)} 00 fd000000000000000000000000000001 00000400 00000001 00000000 00000003 eth0`,
      `${"0".repeat(32)} 00 ${"0".repeat(32)} 00 ${"0".repeat(32)} ffffffff 00000001 00000000 00200200 lo`,
      "fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 0 1 0 1 eth0",
    ].join("\n"),
  };
  it("are read as the kernel writes them", () => {
    expect(defaultGateways((path) => tables[path] ?? "")).toEqual([
      "10.244.0.1",
      "fd00:0000:0000:0000:0000:0000:0000:0001",
    ]);
  });

  it("are none where nobody tells", () => {
    expect(defaultGateways(() => "")).toEqual([]);
  });
});
