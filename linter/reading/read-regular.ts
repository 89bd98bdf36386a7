import { builtin } from "../builtin.ts";

const { closeSync, constants, fstatSync, openSync, readFileSync } = builtin("node:fs");

/**
 * The bytes of a regular file, or why it is not read, to be put after its name. Neither a link in the file's place nor a
 * device or a pipe is opened for reading, which could lead elsewhere or wait forever. Throws what the file system says.
 */
export function readRegular(path: string, mostBytes: number): Buffer | string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(file);
    if (!fstatSync(file).isFile()) return "is not a regular file";
    if (size > mostBytes) return `is larger than ${mostBytes / 1024 / 1024} MiB, the most that is read`;
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
