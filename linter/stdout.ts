import type { Stats } from "node:fs";
import { builtin } from "./builtin.ts";
import type { Terminal } from "./terminal.ts";

const { fstatSync, statSync, writeSync } = builtin("node:fs");

/** Standard output. Node's stream takes 3 ms of a start to make for a pipe, which like a file and /dev/null can do without. */
export function openStdout(): Terminal["stdout"] {
  const kind = fstatSync(1);
  return kind.isFile() || kind.isFIFO() || isNull(kind) ? { write: writeWhole } : stream();
}

const isNull = (kind: Stats): boolean =>
  kind.isCharacterDevice() && kind.rdev === statSync("/dev/null", { throwIfNoEntry: false })?.rdev;

function writeWhole(text: string): void {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // The stream waits for a pipe that is full and was set not to block.
    if (code === "EAGAIN") stream().write(rest);
    else if (!readerIsGone(code)) throw cause;
  }
}

function stream(): NodeJS.WriteStream {
  if (process.stdout.listenerCount("error") === 0)
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (!readerIsGone(error.code)) throw error;
    });
  return process.stdout;
}

/** A reader that closes early (`| head`) has what it wanted; only then is a failed write no failure. */
const readerIsGone = (code: string | undefined): boolean => code === "EPIPE";
