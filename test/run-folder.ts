import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Before a run's workers start: they and what they start make their temporary folders in one that is gone after the run. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "gracewarden-run-"));
  // A test becomes another user, who must get through.
  chmodSync(folder, 0o755);
  process.env["TMPDIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
