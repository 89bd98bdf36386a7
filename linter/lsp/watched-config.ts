import { statSync } from "node:fs";
import { resolve } from "node:path";
import { rules } from "../../policies/rules/index.ts";
import { isProgramError } from "../command-line/program-error.ts";
import { findConfig, loadConfig, noConfig, type LoadedConfig } from "../configuration/load-config.ts";

export interface ConfigOptions {
  /** Given by --config. */
  readonly file: string | undefined;
  readonly none: boolean;
}

interface ConfigReading {
  /** The last one that could be read; undefined where none could so far. */
  readonly config: LoadedConfig | undefined;
  /** Undefined where there is none. */
  readonly path: string | undefined;
  /** Why the file as it is now cannot be used. */
  readonly problem: string | undefined;
  /** Waivers that no longer hold. */
  readonly notes: readonly string[];
}

/** The configuration of a folder, read again when it changes; while it is broken, the one before holds. */
export class WatchedConfig {
  readonly #root: string;
  readonly #options: ConfigOptions;
  #stamp: string | undefined;
  #reading: ConfigReading = { config: undefined, path: undefined, problem: undefined, notes: [] };

  constructor(root: string, options: ConfigOptions) {
    this.#root = root;
    this.#options = options;
  }

  async read(now: Date): Promise<ConfigReading> {
    const { file, none } = this.#options;
    if (none) return { ...this.#reading, config: noConfig(this.#root) };
    const path = file === undefined ? findConfig(this.#root) : resolve(this.#root, file);
    const stamp = stampOf(path);
    if (stamp === this.#stamp) return this.#reading;
    this.#stamp = stamp;
    try {
      const config = await loadConfig(path, this.#root, rules, now);
      this.#reading = { config, path, problem: undefined, notes: config.notes };
    } catch (error) {
      if (!isProgramError(error)) throw error;
      this.#reading = { config: this.#reading.config, path, problem: error.message, notes: [] };
    }
    return this.#reading;
  }
}

/** Changes when another file or another content would be read. */
function stampOf(path: string | undefined): string {
  if (path === undefined) return "";
  const stats = statSync(path, { throwIfNoEntry: false });
  return `${path} ${stats?.mtimeMs} ${stats?.size}`;
}
