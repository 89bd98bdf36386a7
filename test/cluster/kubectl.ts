import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Runs kubectl to its end and gives its stdout; fails with its stderr. The cluster is the one of `KUBECONFIG`. */
export async function kubectl(args: readonly string[], input?: unknown): Promise<string> {
  return (await kubectlOutput(args, input)).stdout;
}

/** The same with stderr, where kubectl tells the API server's warnings. */
export async function kubectlOutput(
  args: readonly string[],
  input?: unknown,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const running = execute("kubectl", args, { maxBuffer: 64 * 1024 * 1024 });
  running.child.stdin?.end(input === undefined ? "" : JSON.stringify(input));
  return running;
}

/** A kubectl that keeps printing. */
export interface Stream {
  /** Settles when kubectl has ended, whatever the reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts kubectl and hands on each line that it prints. */
export function streamKubectl(args: readonly string[], onLine: (line: string) => void): Stream {
  const child = spawn("kubectl", args, { stdio: ["ignore", "pipe", "inherit"] });
  createInterface({ input: child.stdout }).on("line", onLine);
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  child.once("close", () => resolve());
  child.once("error", reject);
  return {
    ended,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** A namespace of its own for `use`, gone afterwards with all that is in it. */
export async function withNamespace<T>(prefix: string, use: (namespace: string) => Promise<T>): Promise<T> {
  const name = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
  await kubectl(["create", "namespace", name]);
  try {
    await kubectl(["wait", "--for=create", "serviceaccount/default", `--namespace=${name}`, "--timeout=30s"]);
    return await use(name);
  } finally {
    await kubectl(["delete", "pods", "--all", "--grace-period=1", "--wait=false", `--namespace=${name}`]);
    await kubectl(["delete", "namespace", name, "--timeout=120s"]);
  }
}
