import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { issueSelfSigned } from "../../webhook/certs/issue.ts";

/** A server that is measured, as a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
}

export interface Credentials {
  readonly cert: string;
  readonly key: string;
  /** Of the authority that signed it. */
  readonly caPem: string;
}

const built = resolve(import.meta.dirname, "../../dist/gracewarden-webhook.js");
const source = resolve(import.meta.dirname, "../../webhook/gracewarden-webhook.ts");
/** What is measured: the build, if there is one. */
export const webhookProgram = process.argv[2] ?? (existsSync(built) ? built : source);

const dockerfile = readFileSync(resolve(import.meta.dirname, "../../deploy/Dockerfile"), "utf8");
const [, webhookImage = ""] = dockerfile.split("FROM runtime AS webhook");

/** As the image starts Node: left to itself, V8 grows its heap by what the machine has, not by what a pod may use. */
const imageFlags = (): readonly string[] => {
  const [, entrypoint = "[]"] = /^ENTRYPOINT (.*)$/m.exec(webhookImage) ?? [];
  return (JSON.parse(entrypoint) as string[]).filter((word) => word.startsWith("--"));
};

/** As the image sets it. */
const imageEnvironment = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...webhookImage.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );

/** A certificate for 127.0.0.1 in a folder. */
export function credentialsIn(folder: string): Credentials {
  const { certPem, keyPem, caPem } = issueSelfSigned({
    dnsNames: ["localhost", "127.0.0.1"],
    days: 1,
    now: new Date(),
  });
  const files = { cert: join(folder, "tls.crt"), key: join(folder, "tls.key") };
  writeFileSync(files.cert, certPem);
  writeFileSync(files.key, keyPem);
  return { ...files, caPem };
}

/** Starts our webhook as its image does. */
export function startWebhook(folder: string, { cert, key }: Credentials): Promise<ServerProcess> {
  const serve = `serve --host 127.0.0.1 --port 0 --metrics-port 0 --tls-cert ${cert} --tls-key ${key}`;
  return start(folder, "webhook", [...imageFlags(), webhookProgram, ...serve.split(" ")], imageEnvironment());
}

/** Starts one of the bare servers beside this file. */
export function startBare(folder: string, script: string, { cert, key }: Credentials): Promise<ServerProcess> {
  return start(folder, script, [join(import.meta.dirname, script), cert, key]);
}

/** Its log goes to a file: a reader on this machine would take of the time that is measured. */
async function start(
  folder: string,
  name: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const log = join(folder, `${name}.log`);
  const child = spawn(process.execPath, command, {
    stdio: ["ignore", openSync(log, "w"), "inherit"],
    env: { ...process.env, ...environment },
  });
  for (;;) {
    const line = readFileSync(log, "utf8")
      .split("\n")
      .find((text) => text.includes('"msg":"listening"'));
    if (line !== undefined) return { child, port: (JSON.parse(line) as { port: number }).port };
    if (child.exitCode !== null) throw new Error(`${name} ended with exit code ${child.exitCode}`);
    await sleep(50);
  }
}
