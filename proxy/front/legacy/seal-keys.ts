import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { BaseLogger } from "pino";
import { sealKey, sealKeyBytes, type SealKey } from "./session-seal.ts";

/** Keys of session ids: the first seals, all open. */
export interface SealKeys {
  readonly current: () => readonly [SealKey, ...SealKey[]];
  /** Looks whether the file has changed. */
  readonly refresh: () => void;
}

export interface SealKeySources {
  /** GRACEWARDEN_SESSION_KEYS: base64 of 32 bytes each, commas between. */
  readonly keys: string | undefined;
  /** GRACEWARDEN_SESSION_KEYS_FILE: a path; one key a line. */
  readonly file: string | undefined;
}

/** The keys cannot be used; the message says which and how to make one. */
export class BadSealKeys extends Error {
  override readonly name = "BadSealKeys";
}

/** Throws BadSealKeys at the start; later a broken file leaves the former keys in place and is logged. */
export function sealKeys({ keys, file }: SealKeySources, log: Pick<BaseLogger, "info" | "warn" | "error">): SealKeys {
  if (file !== undefined) return keysOfFile(file, log);
  if (keys !== undefined && keys !== "") {
    const fixed = readKeys(keys.split(","), "GRACEWARDEN_SESSION_KEYS");
    return { current: () => fixed, refresh: () => {} };
  }
  const made: readonly [SealKey] = [sealKey(randomBytes(sealKeyBytes))];
  log.warn(
    { keyId: made[0].id },
    "no key for session ids is set, so this process made one: sessions end with it, and more than one replica needs GRACEWARDEN_SESSION_KEYS or GRACEWARDEN_SESSION_KEYS_FILE",
  );
  return { current: () => made, refresh: () => {} };
}

function keysOfFile(file: string, log: Pick<BaseLogger, "info" | "error">): SealKeys {
  let stamp = stampOf(file);
  let current = readKeys(linesOf(file), file);
  return {
    current: () => current,
    refresh() {
      const now = stampOf(file);
      if (now === stamp) return;
      stamp = now;
      try {
        current = readKeys(linesOf(file), file);
        log.info({ file, keyIds: current.map(({ id }) => id) }, "keys of session ids reloaded");
      } catch (error) {
        log.error(
          { file, problem: (error as Error).message },
          "keys of session ids not reloaded; the former ones hold on",
        );
      }
    },
  };
}

/** What changes when the file does, also when a mounted Secret swaps its symbolic link. */
function stampOf(file: string): string {
  try {
    const { mtimeMs, ino, size } = statSync(file);
    return `${mtimeMs} ${ino} ${size}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unreadable";
  }
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch (error) {
    throw new BadSealKeys(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function readKeys(texts: readonly string[], source: string): readonly [SealKey, ...SealKey[]] {
  const [first, ...others] = texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text, index) => {
      const secret = Buffer.from(text, "base64");
      if (secret.length !== sealKeyBytes)
        throw new BadSealKeys(
          `key ${index + 1} in ${source} has ${secret.length} bytes and needs ${sealKeyBytes}: make one with \`openssl rand -base64 32\``,
        );
      return sealKey(secret);
    });
  if (first === undefined) throw new BadSealKeys(`${source} holds no key: make one with \`openssl rand -base64 32\``);
  return [first, ...others];
}
