import { readdirSync, readFileSync } from "node:fs";

/**
 * The processes of a run that are alive, by its marker: in their environment, or (where a proxy keeps its environment to
 * itself) in their arguments, which the fixtures hand on to what they start. Zombies hold neither and do not count.
 */
export function processesOf(marker: string): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    const command = read(`/proc/${entry}/cmdline`);
    if (!command.includes(marker) && !read(`/proc/${entry}/environ`).includes(marker)) return [];
    return [{ pid: Number(entry), command: command.replaceAll("\0", " ").trim() }];
  });
}

/** Empty for a process that has ended or is somebody else's. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Ends all that is left of a run. */
export function endProcesses(marker: string): void {
  for (const { pid } of processesOf(marker)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
}
