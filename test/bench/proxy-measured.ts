import { join, resolve } from "node:path";
import { ours, peerNames, peers } from "../proxies/contenders.ts";
import { freePort, startServer, type RunningServer } from "../proxies/running-server.ts";

/** What is measured: a server of MCP at a port, alone or behind a proxy. */
export interface Measured {
  readonly name: string;
  readonly command: (port: number) => readonly string[];
  /** Takes port 0 and says which one it is. */
  readonly choosesPort: boolean;
  readonly revision: "2025-11-25" | "2026-07-28";
}

const here = import.meta.dirname;
const node = process.execPath;
const revision = "2025-11-25";

export const echoServer = [node, resolve(here, "../proxies/echo-server.ts")];

export const direct: Measured = {
  name: "no proxy: HTTP echo",
  command: (port) => [...echoServer, String(port)],
  choosesPort: true,
  revision,
};

export const floor: Measured = {
  name: "floor: pipe of 60 lines",
  command: (port) => [node, join(here, "pipe-floor.ts"), String(port), ...echoServer],
  choosesPort: true,
  revision,
};

/** Undefined where it is not built. */
export const our: Measured | undefined = ours && {
  name: ours.name,
  command: (port) => ours!.overStdio(echoServer, port),
  choosesPort: true,
  revision,
};

/** The same asked in the newer revision. */
export const ourStateless: Measured | undefined = our && {
  ...our,
  name: `${our.name} (stateless)`,
  revision: "2026-07-28",
};

export const others = peers().map((peer): Measured => ({
  name: peer.name,
  command: (port) => peer.overStdio(echoServer, port),
  choosesPort: false,
  revision,
}));

export function sayWhoIsMissing(): void {
  if (our === undefined) console.log("gracewarden-proxy: not built");
  for (const name of peerNames) if (!others.some((other) => other.name === name)) console.log(`${name}: not installed`);
}

export async function start({ command, choosesPort }: Measured): Promise<RunningServer> {
  const port = choosesPort ? 0 : await freePort();
  return startServer(command(port), port);
}
