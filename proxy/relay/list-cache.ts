import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BaseLogger } from "pino";
import type { BackendConfig } from "../config/config.ts";
import { listKinds, type Offer } from "./catalogue.ts";

/** What backends offered when they last ran, on disk: a restart can list them before they are connected. */
export interface ListCache {
  read(config: BackendConfig): Offer | undefined;
  write(config: BackendConfig, offer: Offer): void;
}

/** A file for each backend's configuration, in one folder. A folder that cannot be used is said once and done without. */
export function openListCache(folder: string, log: BaseLogger): ListCache {
  let isTold = false;
  const told = (problem: unknown): void => {
    if (!isTold)
      log.warn({ folder, err: problem }, "the cache of tool lists cannot be written; the proxy does without it");
    isTold = true;
  };
  return {
    read(config) {
      try {
        const offer = JSON.parse(readFileSync(fileOf(folder, config), "utf8")) as Offer;
        return listKinds.every((kind) => Array.isArray(offer[kind])) ? offer : undefined;
      } catch {
        // None yet, or one that was cut: the backend itself will say.
        return undefined;
      }
    },
    write(config, offer) {
      const file = fileOf(folder, config);
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(`${file}.${process.pid}`, JSON.stringify(offer), { mode: 0o600 });
        renameSync(`${file}.${process.pid}`, file);
      } catch (error) {
        // Half of it would take the room that the disk has left.
        rmSync(`${file}.${process.pid}`, { force: true });
        told(error);
      }
    },
  };
}

/** Another command, URL or environment is another backend. */
const fileOf = (folder: string, config: BackendConfig): string =>
  join(folder, `${createHash("sha256").update(JSON.stringify(config)).digest("hex").slice(0, 32)}.json`);
