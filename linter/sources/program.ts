import type { ExecFileException } from "node:child_process";
import { delimiter, isAbsolute, join } from "node:path";
import { builtin } from "../builtin.ts";
import type { Terminal } from "../terminal.ts";

const { execFile } = builtin("node:child_process");
const { accessSync, constants, statSync } = builtin("node:fs");

/** A chart or kustomization is rendered in parts of a second; what takes this long is broken, or meant to be. */
const maxSeconds = 60;

/** As much as is read of one file, see read-bytes.ts. */
const maxOutputMebibytes = 100;

/** Of what a program says about its failure, in bytes: templates may have it say anything. */
const maxSaid = 4096;

/**
 * Where a program is. Relative entries of the PATH do not count: they lead into the folder that is linted, whose content
 * may be anybody's.
 */
export function findProgram(name: string, { env }: Pick<Terminal, "env">): string | undefined {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return (env["PATH"] ?? env["Path"] ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, file))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * No way out for what may ask for one in spite of all checks: a proxy that nobody is (port 9 is discard), and git, which
 * kustomize starts for remote bases, without any protocol.
 */
const noNetwork = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  http_proxy: "http://127.0.0.1:9",
  https_proxy: "http://127.0.0.1:9",
  NO_PROXY: "",
  no_proxy: "",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_TERMINAL_PROMPT: "0",
};

type Printed = { readonly stdout: Buffer } | { readonly failure: string };

/** What a program prints; without a shell, without input, for a limited time and to a limited length. */
export function runProgram(
  path: string,
  args: readonly string[],
  { cwd, env }: Pick<Terminal, "cwd" | "env">,
  seconds = maxSeconds,
): Promise<Printed> {
  const limits = {
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
    maxBuffer: maxOutputMebibytes * 1024 * 1024,
  } as const;
  const options = { cwd, env: { ...env, ...noNetwork }, encoding: "buffer", ...limits } as const;
  return new Promise((done) => {
    const child = execFile(path, [...args], options, (error, stdout, stderr) =>
      done(error === null ? { stdout } : { failure: failureOf(error, stderr, seconds) }),
    );
    child.stdin?.end();
  });
}

function failureOf(error: ExecFileException, stderr: Buffer, seconds: number): string {
  const { code, killed, message, signal } = error;
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
    return `printed more than ${maxOutputMebibytes} MiB, the most that is read`;
  if (killed === true) return `did not end within ${seconds} s`;
  if (typeof code === "string") return `cannot be started: ${message}`;
  const said = stderr.toString("utf8", 0, maxSaid).trim();
  const how = typeof code === "number" ? `failed with exit code ${code}` : `was ended by ${signal}`;
  return said === "" ? how : `${how}: ${said}`;
}
