import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ContextFiles } from "./context-files.ts";
import { WatchedConfig, type ConfigOptions } from "./watched-config.ts";

/** A folder whose manifests are one set under one configuration. */
export interface Folder {
  readonly root: string;
  readonly config: WatchedConfig;
  /** None for a document that stands in no folder of the workspace: its surroundings are none of ours. */
  readonly context: ContextFiles | undefined;
}

/** The folders of a workspace. */
export class Folders {
  readonly #options: ConfigOptions;
  readonly #cwd: string;
  readonly #workspace = new Map<string, Folder>();
  readonly #others = new Map<string, Folder>();

  constructor(options: ConfigOptions, cwd: string) {
    this.#options = options;
    this.#cwd = cwd;
  }

  add(uri: string): void {
    const root = pathOfUri(uri);
    if (root !== undefined)
      this.#workspace.set(root, {
        root,
        config: new WatchedConfig(root, this.#options),
        context: new ContextFiles(root),
      });
  }

  remove(uri: string): void {
    this.#workspace.delete(pathOfUri(uri) ?? "");
  }

  /** Files may have changed: look again. */
  expire(): void {
    for (const { context } of this.#workspace.values()) context?.expire();
  }

  /** The innermost folder of the workspace that a document stands in; one that is not saved belongs to the first. */
  of(uri: string): Folder {
    const path = pathOfUri(uri);
    const all = [...this.#workspace.values()];
    const around =
      path === undefined
        ? all[0]
        : all
            .filter(({ root }) => path.startsWith(root.endsWith(sep) ? root : root + sep))
            .sort((a, b) => b.root.length - a.root.length)[0];
    if (around !== undefined) return around;
    const root = path === undefined ? this.#cwd : dirname(path);
    let folder = this.#others.get(root);
    if (folder === undefined) {
      folder = { root, config: new WatchedConfig(root, this.#options), context: undefined };
      this.#others.set(root, folder);
    }
    return folder;
  }
}

/** Where on the disk a document stands; undefined for one that is not saved or not on it. */
export function pathOfUri(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
