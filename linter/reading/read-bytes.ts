import { builtin } from "../builtin.ts";

const { closeSync, openSync, readSync } = builtin("node:fs");

/** Larger files are a finding, not an attempt: the largest real manifests are bundles of some megabytes. */
export const maxBytes = 100 * 1024 * 1024;

export const tooLarge = `is larger than ${maxBytes / 1024 / 1024} MiB, the most that is read`;

/** Reads files one after the other into one buffer that grows with them, so that many small ones cost no garbage. */
export interface FileReader {
  /** The file's bytes, good until the next call; undefined for more than `maxBytes`. Throws what the file system says. */
  readonly read: (path: string) => Uint8Array | undefined;
}

export function fileReader(): FileReader {
  let buffer = Buffer.allocUnsafe(256 * 1024);
  return {
    read(path) {
      const file = openSync(path, "r");
      try {
        let length = 0;
        for (;;) {
          const read = readSync(file, buffer, length, buffer.length - length, null);
          if (read === 0) return buffer.subarray(0, length);
          length += read;
          if (length > maxBytes) return undefined;
          if (length === buffer.length) {
            const larger = Buffer.allocUnsafe(Math.min(buffer.length * 4, maxBytes + 1));
            buffer.copy(larger);
            buffer = larger;
          }
        }
      } finally {
        closeSync(file);
      }
    },
  };
}
