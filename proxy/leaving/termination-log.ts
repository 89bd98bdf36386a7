import { closeSync, constants, openSync, writeSync } from "node:fs";

/** The kubelet keeps no more of it. */
const maxBytes = 4096;

/**
 * Tells the kubelet how it ended: shown by `kubectl describe pod` under the container's last state. Outside of a
 * container there is no such file, and none is made.
 */
export function writeTerminationLog(path: string, text: string): void {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_TRUNC);
    try {
      writeSync(file, Buffer.from(text).subarray(0, maxBytes));
    } finally {
      closeSync(file);
    }
  } catch {
    // It is said in the log as well.
  }
}
