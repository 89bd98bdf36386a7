import type { Stats } from "node:fs";
import { builtin } from "../builtin.ts";

const { statSync } = builtin("node:fs");

/** Undefined for what is not there, cannot be asked for, or is no possible name. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
