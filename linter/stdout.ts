import type { Stats } from "node:fs";
import { builtin } from "./builtin.ts";
import type { Terminal } from "./terminal.ts";

const { fstatSync, statSync, writeSync } = builtin("node:fs");

/**
 * Standard output. Node's stream takes 3 ms of a start to make for a pipe, which like a file and /dev/null can do without;
 * `tellStream` is called where it is needed all the same.
 */
export function openStdout(tellStream: () => void): Terminal["stdout"] {
  const stream = (): NodeJS.WriteStream => {
    tellStream();
    return watched(process.stdout);
  };
  const kind = fstatSync(1);
  return kind.isFile() || kind.isFIFO() || isNull(kind) ? { write: (text) => writeWhole(text, stream) } : stream();
}

const isNull = (kind: Stats): boolean =>
  kind.isCharacterDevice() && kind.rdev === statSync("/dev/null", { throwIfNoEntry: false })?.rdev;

function writeWhole(text: string, stream: () => NodeJS.WriteStream): void {
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

function watched(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (stream.listenerCount("error") === 0)
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!readerIsGone(error.code)) throw error;
    });
  return stream;
}

/** A reader that closes early (`| head`) has what it wanted; only then is a failed write no failure. */
const readerIsGone = (code: string | undefined): boolean => code === "EPIPE";
