import { builtin } from "../builtin.ts";

const { realpathSync } = builtin("node:fs");

/** A path without links. A file that cannot be read goes by its own name. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
