import { createHash } from "node:crypto";
import { watch, type FSWatcher } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { systemReason } from "../../linter/command-line/system-reason.ts";
import type { ProxyConfig } from "./config.ts";
import { readConfig } from "./read-config.ts";

/** The configuration in use, and what became of its last change. */
export interface LiveConfig {
  readonly config: () => ProxyConfig;
  /** How often a configuration was taken, the first time included. */
  readonly generation: () => number;
  readonly failures: () => number;
  readonly changedAt: () => Date;
  /** Why the file, as it is now, was not taken; undefined where `config` is what it holds. */
  readonly problem: () => string | undefined;
  /** Looks at once; settles when the file was read. */
  readonly look: () => Promise<void>;
  readonly close: () => void;
}

export interface LiveConfigOptions {
  readonly path: string;
  /** What messages call it. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pollSeconds: number;
  readonly now: () => Date;
  readonly onTaken: (config: ProxyConfig, generation: number) => void;
  readonly onRefused: (problem: string) => void;
}

/** What a folder's watcher says in a burst (a ConfigMap's update is four changes) is looked at once. */
const settleMilliseconds = 100;

/** A configuration that never changes: of a command line. */
export function fixedConfig(config: ProxyConfig, now: Date): LiveConfig {
  return {
    config: () => config,
    generation: () => 1,
    failures: () => 0,
    changedAt: () => now,
    problem: () => undefined,
    look: async () => {},
    close: () => {},
  };
}

/**
 * Reads the configuration and keeps reading it. The folder is watched, since a mounted ConfigMap changes by its
 * symbolic links, and polled, since not every file system tells. A broken file leaves the former one in place and is
 * told once for each content. `problems` where there is no first one.
 */
export async function liveConfig(
  options: LiveConfigOptions,
): Promise<LiveConfig | { readonly problems: readonly string[] }> {
  const { path, now } = options;
  const first = await load(options);
  if ("problems" in first.reading) return { problems: first.reading.problems };
  let { config } = first.reading;
  let { hash } = first;
  let generation = 1;
  let failures = 0;
  let changedAt = now();
  let problem: string | undefined;
  let closed = false;
  const isClosed = (): boolean => closed;

  const lookOnce = async (): Promise<void> => {
    if (closed) return;
    const loaded = await load(options, hash);
    if (loaded.hash === hash || isClosed()) return;
    ({ hash } = loaded);
    if ("problems" in loaded.reading) {
      problem = loaded.reading.problems.join("\n");
      failures += 1;
      options.onRefused(problem);
      return;
    }
    ({ config } = loaded.reading);
    problem = undefined;
    generation += 1;
    changedAt = now();
    options.onTaken(config, generation);
  };
  let looking = Promise.resolve();
  const look = (): Promise<void> => (looking = looking.then(lookOnce));
  let settling: NodeJS.Timeout | undefined;
  const watcher = watchFolder(dirname(path), () => {
    clearTimeout(settling);
    settling = setTimeout(() => void look(), settleMilliseconds);
  });
  const poll = setInterval(() => void look(), options.pollSeconds * 1000).unref();
  return {
    config: () => config,
    generation: () => generation,
    failures: () => failures,
    changedAt: () => changedAt,
    problem: () => problem,
    look,
    close() {
      closed = true;
      clearInterval(poll);
      clearTimeout(settling);
      watcher?.close();
    },
  };
}

type Reading = { readonly config: ProxyConfig } | { readonly problems: readonly string[] };

/** Reads the file; what has `knownHash` is not read further. */
async function load(
  { path, file, environment }: LiveConfigOptions,
  knownHash?: string,
): Promise<{ readonly hash: string; readonly reading: Reading }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const sentence = `${file} cannot be read: ${systemReason(error)}`;
    return { hash: sentence, reading: { problems: [sentence] } };
  }
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { hash, reading: hash === knownHash ? { problems: ["unchanged"] } : readConfig(file, bytes, environment) };
}

/** No watcher where the file system has none to give: polling goes on. */
function watchFolder(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onChange).on("error", () => {});
  } catch {
    return undefined;
  }
}
