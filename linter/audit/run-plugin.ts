import { builtin } from "../builtin.ts";
import { printable } from "../color.ts";
import type { Terminal } from "../terminal.ts";

const { spawn } = builtin("node:child_process");

/** A person may have to confirm a login in a browser meanwhile. */
const patienceSeconds = 120;
/** Between the request to end and the end. */
const killSeconds = 2;
/** A credential is a few KiB. */
const mostOutput = 1024 * 1024;
/** Of what a plugin says for its user to read. */
const mostSaid = 64 * 1024;

const startSentences: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "may not be executed",
};

type PluginOutput = { readonly stdout: string } | { readonly failure: string };

/**
 * What a credential plugin prints; without a shell and without a terminal to read from, for a limited time and to a
 * limited length. What it says on stderr is for the user, who may have to do something, and is shown as it comes.
 */
export async function runPlugin(
  path: string,
  args: readonly string[],
  { cwd, env, stderr }: Pick<Terminal, "cwd" | "env" | "stderr">,
  seconds = patienceSeconds,
): Promise<PluginOutput> {
  return new Promise((resolve) => {
    const child = started();
    if (child === undefined) return;
    const chunks: Buffer[] = [];
    let [length, said] = [0, 0];
    let [killing, lingering]: (NodeJS.Timeout | undefined)[] = [];
    const settle = (output: PluginOutput): void => {
      clearTimeout(timer);
      clearTimeout(killing);
      clearTimeout(lingering);
      // What the plugin started may hold them open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(output);
    };
    let why: string | undefined;
    const end = (failure: string): void => {
      why ??= failure;
      child.kill("SIGTERM");
      killing ??= setTimeout(() => child.kill("SIGKILL"), killSeconds * 1000);
    };
    const timer = setTimeout(() => end(`did not end within ${seconds} s`), seconds * 1000);
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostOutput) chunks.push(chunk);
      else end(`printed more than ${mostOutput / 1024 / 1024} MiB`);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (said < mostSaid) stderr.write(printable(text.slice(0, mostSaid - said)));
      said += text.length;
    });
    child.on("error", (error: NodeJS.ErrnoException) =>
      settle({ failure: startSentences[error.code ?? ""] ?? `cannot be started: ${error.message}` }),
    );
    const ended = (code: number | null, signal: string | null): void => {
      if (why !== undefined) settle({ failure: why });
      else if (code === 0) settle({ stdout: Buffer.concat(chunks).toString("utf8") });
      else settle({ failure: code === null ? `was ended by ${signal}` : `failed with exit code ${code}` });
    };
    // Not to wait for what a plugin left behind: its own output is there when it has ended, or a moment later.
    child.on("exit", (code, signal) => {
      lingering = setTimeout(ended, killing === undefined ? 1000 : 0, code, signal);
    });
    child.on("close", ended);

    function started() {
      try {
        return spawn(path, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
      } catch (cause) {
        // An argument or a variable that no program can be given.
        resolve({ failure: `cannot be started: ${(cause as Error).message}` });
        return undefined;
      }
    }
  });
}
