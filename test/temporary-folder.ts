import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];
process.once("exit", () => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A folder that is gone when this process ends; of a test's worker, which is killed, when the run does (run-folder.ts). */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "gracewarden-test-"));
  made.push(path);
  return path;
}
