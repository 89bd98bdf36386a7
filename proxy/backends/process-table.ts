import { existsSync, readdirSync, readFileSync } from "node:fs";
import { markerName } from "./inherited-environment.ts";

/** A process as /proc tells it. `startTicks` with the pid is its identity: pids are used again. */
export interface ProcessEntry {
  readonly pid: number;
  readonly state: string;
  readonly group: number;
  readonly session: number;
  readonly startTicks: number;
}

/** The process that leads a backend's group and session, and the marker that its descendants inherit. */
export interface ProcessFamily {
  readonly leader: number;
  readonly startTicks: number;
  readonly marker: string;
}

/** Looks into /proc. Undefined in its owner's hands where there is none (macOS). */
export class ProcessTable {
  /** One look serves everyone who asks in the same turn: many backends end at once. */
  #snapshot: readonly ProcessEntry[] | undefined;

  static open(): ProcessTable | undefined {
    return existsSync("/proc/self/stat") ? new ProcessTable() : undefined;
  }

  entry(pid: number): ProcessEntry | undefined {
    try {
      return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
    } catch {
      // It is gone.
      return undefined;
    }
  }

  isAlive({ pid, startTicks }: Pick<ProcessEntry, "pid" | "startTicks">): boolean {
    const entry = this.entry(pid);
    return entry !== undefined && entry.startTicks === startTicks && isLiving(entry);
  }

  /**
   * Who lives of a family: members of its group or session, and bearers of its marker. Zombies do not live: whoever is
   * process 1 may never reap them. `group` is false once nobody of the group was found: its number may belong to others.
   */
  family({ leader, startTicks, marker }: ProcessFamily, group: boolean): readonly ProcessEntry[] {
    const wanted = `${markerName}=${marker}`;
    return this.#look().filter(
      (entry) =>
        entry.startTicks >= startTicks &&
        entry.pid !== process.pid &&
        ((group && (entry.group === leader || entry.session === leader)) || hasVariable(entry.pid, wanted)),
    );
  }

  #look(): readonly ProcessEntry[] {
    if (this.#snapshot === undefined) {
      this.#snapshot = readdirSync("/proc")
        .filter((name) => isPid.test(name))
        .map((name) => this.entry(Number(name)))
        .filter((entry) => entry !== undefined)
        .filter(isLiving);
      setImmediate(() => (this.#snapshot = undefined));
    }
    return this.#snapshot;
  }
}

const isPid = /^\d+$/;

const isLiving = ({ state }: ProcessEntry): boolean => state !== "Z" && state !== "X";

/** proc_pid_stat(5). The name of the program stands in parentheses and may hold any of them itself. */
function parseStat(stat: string): ProcessEntry {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    pid: Number.parseInt(stat, 10),
    state: fields[0]!,
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTicks: Number(fields[19]),
  };
}

/** False for processes of others, whose environment cannot be read. */
function hasVariable(pid: number, wanted: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(wanted);
  } catch {
    return false;
  }
}
