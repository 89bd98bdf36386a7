import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { makeCertificate, type TestCertificate } from "./certificates.ts";
import type { Target } from "./client.ts";

export const program = resolve(import.meta.dirname, "../../webhook/gracewarden-webhook.ts");

export interface RunningServer extends Target {
  readonly metricsPort: number;
  readonly folder: string;
  readonly log: readonly Record<string, unknown>[];
  /** The next line, or one that was written already, of which this holds. */
  readonly logged: (test: (line: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly exited: Promise<number | null>;
  /** Ends it, if it runs, and removes its folder. */
  readonly dispose: () => Promise<void>;
}

export interface RunningOptions {
  readonly args?: readonly string[];
  /** Content of its gracewarden.yaml. */
  readonly config?: string;
  readonly certificate?: TestCertificate;
}

export function writePair(folder: string, { certPem, keyPem }: TestCertificate): void {
  writeFileSync(join(folder, "tls.crt"), certPem);
  writeFileSync(join(folder, "tls.key"), keyPem);
}

/** Starts `serve` as a process of its own on free ports of loopback. */
export async function runServer({
  args = [],
  config,
  certificate = makeCertificate(),
}: RunningOptions = {}): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), "gracewarden-webhook-"));
  writePair(folder, certificate);
  if (config !== undefined) writeFileSync(join(folder, "gracewarden.yaml"), config);
  const child = spawn(
    process.execPath,
    [
      program,
      "serve",
      ..."--host 127.0.0.1 --port 0 --metrics-port 0 --tls-cert tls.crt --tls-key tls.key".split(" "),
      ...(config === undefined ? [] : ["--config", "gracewarden.yaml"]),
      ...args,
    ],
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  const exited = new Promise<number | null>((done) => child.once("close", done));
  const log: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
  createInterface(child.stdout).on("line", (line) => {
    log.push(JSON.parse(line) as Record<string, unknown>);
    for (const look of waiting) look();
  });
  const logged: RunningServer["logged"] = (test) =>
    new Promise((found, lost) => {
      const look = (): void => {
        const line = log.find(test);
        if (line === undefined) return;
        waiting.delete(look);
        found(line);
      };
      waiting.add(look);
      void exited.then(() => lost(new Error(`it ended: ${errors}\n${JSON.stringify(log)}`)));
      look();
    });
  const dispose = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { port, metricsPort } = await logged(({ msg }) => msg === "listening");
    return {
      port: Number(port),
      metricsPort: Number(metricsPort),
      caPem: certificate.caPem,
      folder,
      log,
      logged,
      signal: (signal) => void child.kill(signal),
      exited,
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
