import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";

/** An MCP proxy that the tests measure from outside: by its command lines alone. */
export interface Contender {
  readonly name: string;
  /** In front of a stdio server, at 127.0.0.1:PORT/mcp. */
  readonly overStdio: (backend: readonly string[], port: number) => readonly string[];
  /** In front of a Streamable HTTP server; undefined where it has no such thing. */
  readonly overHttp?: (url: string, port: number) => readonly string[];
}

/** Where the program that is measured comes from. */
const program =
  process.env["GRACEWARDEN_PROXY_PROGRAM"] ?? resolve(import.meta.dirname, "../../dist/gracewarden-proxy.js");

const listen = (port: number): string[] => ["--host", "127.0.0.1", "--port", String(port), "--admin-port", "0"];

interface Ours extends Contender {
  readonly overHttp: NonNullable<Contender["overHttp"]>;
  readonly withConfig: (file: string, port: number) => readonly string[];
}

/** The proxy of this repository; undefined where it is not built. */
export const ours: Ours | undefined = existsSync(program)
  ? {
      name: "gracewarden-proxy",
      withConfig: (file, port) => [process.execPath, program, "--config", file, ...listen(port)],
      overStdio: (backend, port) => [process.execPath, program, ...listen(port), "--", ...backend],
      overHttp: (url, port) => {
        const config = join(temporaryFolder(), "proxy.json");
        writeFileSync(config, JSON.stringify({ separator: "", mcpServers: { only: { url, required: true } } }));
        return ours!.withConfig(config, port);
      },
    }
  : undefined;

/** npm's proxies, where they are installed: in the folder of `GRACEWARDEN_PEERS` or on PATH. */
export function peers(): readonly Contender[] {
  const found: Contender[] = [];
  const mcpProxy = onPath("mcp-proxy");
  if (mcpProxy !== undefined)
    found.push({
      name: "mcp-proxy",
      overStdio: (backend, port) => [
        process.execPath,
        mcpProxy,
        ...`--host 127.0.0.1 --port ${port} --server stream --`.split(" "),
        ...backend,
      ],
    });
  const supergateway = onPath("supergateway");
  if (supergateway !== undefined)
    found.push({
      name: "supergateway",
      overStdio: (backend, port) => [
        process.execPath,
        supergateway,
        ...`--outputTransport streamableHttp --stateful --port ${port} --logLevel none --stdio`.split(" "),
        backend.join(" "),
      ],
    });
  return found;
}

export const peerNames = ["mcp-proxy", "supergateway"] as const;

function onPath(name: string): string | undefined {
  const folders = [process.env["GRACEWARDEN_PEERS"] ?? "", ...(process.env["PATH"] ?? "").split(delimiter)];
  const file = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
  return file && realpathSync(file);
}
