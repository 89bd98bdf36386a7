import { realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import { rules } from "../../policies/rules/index.ts";
import { programError, systemSentence } from "../errors.ts";
import { loadConfig, noConfig, type LoadedConfig } from "../configuration/load-config.ts";

export interface SessionOptions {
  /** The folder that may be read, itself no link. */
  readonly root: string;
  readonly config: string | undefined;
  readonly noConfig: boolean;
  readonly now: () => Date;
}

/** What the tools of one server share. */
export interface Session {
  readonly root: string;
  readonly now: () => Date;
  /** As it is on the disk at this call. */
  readonly config: () => Promise<LoadedConfig>;
  /** The real path behind one that a client wrote; throws a ProgramError where that is not inside the root. */
  readonly inside: (path: string) => string;
}

export const openSession = ({ root, config, noConfig: none, now }: SessionOptions): Session => ({
  root,
  now,
  config: async () => (none ? noConfig(root) : loadConfig(config, root, rules, now())),
  inside(path) {
    if (path.includes("\0"))
      throw programError("not-readable-inside", path, "cannot be read: its name holds a NUL byte");
    const wanted = resolve(root, path);
    // Before the disk is asked: what is there outside is none of the client's business.
    if (!isWithin(root, wanted)) throw programError("outside-root", path);
    let real: string;
    try {
      real = realpathSync(wanted);
    } catch (cause) {
      throw programError("not-readable-inside", path, systemSentence(cause));
    }
    if (!isWithin(root, real)) throw programError("outside-root", path);
    return real;
  },
});

const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
