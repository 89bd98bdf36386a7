import { resolve } from "node:path";
import { builtin } from "../builtin.ts";
import { programError } from "../errors.ts";

const { writeFileSync } = builtin("node:fs");

const sentences: Readonly<Record<string, string>> = {
  ENOENT: "cannot be written: its folder does not exist",
  EACCES: "cannot be written: permission denied",
  EROFS: "cannot be written: the disk is read-only",
  EISDIR: "is a folder",
  ENOSPC: "cannot be written: the disk is full",
};

/** Writes a report into a file. A job that was to get one and does not must not pass: a failure ends the run with exit code 2. */
export function writeReport(file: string, cwd: string, text: string): void {
  try {
    writeFileSync(resolve(cwd, file), text);
  } catch (cause) {
    throw programError("unwritable-report", file, unwritableSentence(cause));
  }
}

/** What a file system error says about the file that was to be written, to be put after its name. */
export function unwritableSentence(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return sentences[code ?? ""] ?? `cannot be written: ${message}`;
}
