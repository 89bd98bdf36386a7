import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "./backend-command.ts";
import type { Era } from "./client.ts";
import { settings } from "./times.ts";

/** How a proxy is started and how its state is seen from outside. The runner knows nothing else about it. */
export interface ProxyUnderTest {
  readonly name: string;
  /** Why it cannot run here, if so. */
  readonly missing: () => string | undefined;
  readonly eras: readonly Era[];
  /** Puts the backends (one, where it can take no more) behind it. `port` is free, for those that cannot pick one. */
  readonly commandLine: (backends: readonly Command[], port: number, folder: string) => readonly string[];
  /** What stands before a tool's name where there are several backends; undefined: it takes one alone. */
  readonly manyPrefix?: string;
  /** Its URL, as soon as its output says so; without it `http://127.0.0.1:PORT/mcp`. */
  readonly listening?: (output: string) => { readonly url: string; readonly adminUrl: string } | undefined;
  /** What its last words say of the calls cut and the backends killed. */
  readonly lastWords?: (output: string) => LastWords | undefined;
}

export interface LastWords {
  readonly cut: number;
  readonly killed: number;
  /** It could not wait any longer for the proof that its backends ended. */
  readonly unproved: boolean;
  readonly text: string;
}

const root = resolve(import.meta.dirname, "../../..");
const peers = process.env["GRACEWARDEN_PEERS"] ?? "/opt/peers/npm";

function npmPeer(path: string): Pick<ProxyUnderTest, "missing"> & { readonly file: string } {
  const file = join(peers, "node_modules", path);
  return { file, missing: () => (existsSync(file) ? undefined : `${file} is not installed`) };
}

const gracewarden: ProxyUnderTest = {
  name: "gracewarden",
  missing: () => (existsSync(join(root, "dist/gracewarden-proxy.js")) ? undefined : "it is not built"),
  eras: ["2025-11-25", "2026-07-28"],
  manyPrefix: "b0__",
  commandLine: (backends, _port, folder) => {
    const config = join(folder, "proxy.json");
    const mcpServers = Object.fromEntries(
      backends.map(({ command, args }, n) => [
        `b${n}`,
        { command, args, required: true, shutdownTimeout: settings.backendStopSeconds },
      ]),
    );
    const separator = backends.length === 1 ? { separator: "" } : {};
    writeFileSync(config, JSON.stringify({ mcpServers, ...separator }));
    return [
      process.execPath,
      join(root, "dist/gracewarden-proxy.js"),
      ..."--host 127.0.0.1 --port 0 --admin-port 0 --config".split(" "),
      config,
    ];
  },
  listening: (output) => {
    const line = jsonLines(output).find(({ msg }) => msg === "listening");
    return line && { url: String(line["url"]), adminUrl: String(line["adminUrl"]) };
  },
  lastWords: (output) => {
    const text = jsonLines(output).at(-1)?.["msg"];
    if (typeof text !== "string" || !text.startsWith("gracewarden-proxy left")) return undefined;
    return {
      cut: Number(/(\d+) calls? (?:was|were) cut/.exec(text)?.[1] ?? 0),
      killed: /Needed SIGKILL: ([^.]*)/.exec(text)?.[1]?.split(", ").length ?? 0,
      unproved: text.includes("Not known to have ended"),
      text,
    };
  },
};

function jsonLines(output: string): Record<string, unknown>[] {
  return output.split("\n").flatMap((line) => {
    try {
      return line.startsWith("{") ? [JSON.parse(line) as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
}

const mcpProxy = npmPeer("mcp-proxy/dist/bin/mcp-proxy.mjs");
const supergateway = npmPeer("supergateway/dist/index.js");
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

export const proxies: readonly ProxyUnderTest[] = [
  gracewarden,
  {
    name: "mcp-proxy",
    missing: mcpProxy.missing,
    eras: ["2025-11-25", "2026-07-28"],
    commandLine: ([backend], port) => [
      process.execPath,
      mcpProxy.file,
      ...`--host 127.0.0.1 --port ${port} --server stream --gracefulShutdownTimeout 4000 --`.split(" "),
      backend!.command,
      ...backend!.args,
    ],
  },
  {
    name: "supergateway",
    missing: supergateway.missing,
    eras: ["2025-11-25"],
    commandLine: ([backend], port) => [
      process.execPath,
      supergateway.file,
      ...`--port ${port} --outputTransport streamableHttp --stateful --stdio`.split(" "),
      [backend!.command, ...backend!.args].map(quoted).join(" "),
    ],
  },
];
