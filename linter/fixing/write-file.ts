import { basename, dirname, join } from "node:path";
import { builtin } from "../builtin.ts";

const { accessSync, chmodSync, constants, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } =
  builtin("node:fs");

const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Replaces a file's text at once, keeping its mode and its byte order mark; a link stays a link. `before` is the text as
 * it was read: a file that holds something else by now is left alone. The result says why nothing was written.
 */
export function replaceText(path: string, before: string, after: string): string | undefined {
  let temporary: string | undefined;
  try {
    const target = realpathSync(path);
    const { mode } = statSync(target);
    // A rename needs no leave to write the file itself, so it is asked for; root may write everything, but should not.
    if ((mode & 0o222) === 0) return "is read-only";
    accessSync(target, constants.W_OK);
    const bytes = readFileSync(target);
    const hasMark = bytes.subarray(0, 3).equals(mark);
    if (!bytes.subarray(hasMark ? 3 : 0).equals(Buffer.from(before))) return "changed since it was read";
    temporary = join(dirname(target), `.${basename(target)}.${process.pid}.gracewarden`);
    writeFileSync(temporary, hasMark ? Buffer.concat([mark, Buffer.from(after)]) : after, { mode, flag: "wx" });
    chmodSync(temporary, mode & 0o7777);
    renameSync(temporary, target);
    return undefined;
  } catch (cause) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    const { code, message } = cause as NodeJS.ErrnoException;
    return code === "EACCES" || code === "EPERM" || code === "EROFS" ? "is read-only" : `cannot be written: ${message}`;
  }
}
