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

/** What /proc held at a moment. */
interface Snapshot {
  /** On performance.now(). */
  readonly at: number;
  readonly living: readonly ProcessEntry[];
  /** By pid; read when it is first asked for. */
  readonly markers: Map<number, string | undefined>;
}

/** Who lives of a family, and when that was so. */
export interface FamilyLook {
  readonly at: number;
  readonly living: readonly ProcessEntry[];
}

const sharedMilliseconds = 20;

/** Looks into /proc. Undefined in its owner's hands where there is none (macOS). */
export class ProcessTable {
  /** One look serves all who ask soon after: many backends end at once. */
  #snapshot: Snapshot | undefined;

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
   * A look taken later than `after` will do.
   */
  family(family: ProcessFamily, group: boolean, after = performance.now() - sharedMilliseconds): FamilyLook {
    if (this.#snapshot === undefined || this.#snapshot.at <= after) this.#snapshot = this.#look();
    const { at, living, markers } = this.#snapshot;
    const { leader, startTicks, marker } = family;
    const belongs = (entry: ProcessEntry): boolean =>
      entry.startTicks >= startTicks &&
      entry.pid !== process.pid &&
      ((group && (entry.group === leader || entry.session === leader)) || markerOf(entry.pid, markers) === marker);
    return { at, living: living.filter(belongs) };
  }

  #look(): Snapshot {
    const living = readdirSync("/proc")
      .filter((name) => isPid.test(name))
      .map((name) => this.entry(Number(name)))
      .filter((entry) => entry !== undefined)
      .filter(isLiving);
    return { at: performance.now(), living, markers: new Map() };
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

function markerOf(pid: number, known: Map<number, string | undefined>): string | undefined {
  if (!known.has(pid)) known.set(pid, readMarker(pid));
  return known.get(pid);
}

/** Undefined also for processes of others, whose environment cannot be read. */
function readMarker(pid: number): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
    return variables.find((variable) => variable.startsWith(`${markerName}=`))?.slice(markerName.length + 1);
  } catch {
    return undefined;
  }
}
