import type { ChildProcess } from "node:child_process";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { StopReport } from "./backend.ts";
import type { FamilyLook, ProcessEntry, ProcessTable } from "./process-table.ts";

/** Shares of the time: until SIGTERM, and until SIGKILL; the rest is for the proof. */
const termAfter = 0.4;
const killAfter = 0.95;
/** What the leader leaves behind gets SIGTERM so soon after its exit: nobody else will tell them. */
const orphanMilliseconds = 100;
const firstPollMilliseconds = 5;
const longestPollMilliseconds = 100;
/** Whoever stops with no time at all still wants to know what remains. */
const leastProofMilliseconds = 250;

type Ended = Omit<StopReport, "name">;

/**
 * Ends a process group: end of stdin, SIGTERM, SIGKILL, and proof that nobody is left. With /proc also those who left the
 * group (daemons, by session or marker). Without it only the group can be asked.
 */
export class ProcessGroupEnd {
  readonly #child: ChildProcess;
  readonly #leader: number;
  readonly #marker: string;
  readonly #processes: ProcessTable | undefined;
  readonly #startTicks: number;
  /** While true, the group's number cannot belong to others: the leader lives, or a member was seen at every look. */
  #groupIsOurs = true;
  #ending: Promise<Ended> | undefined;
  #began = 0;
  #milliseconds = Infinity;

  constructor(child: ChildProcess, leader: number, marker: string, processes: ProcessTable | undefined) {
    this.#child = child;
    this.#leader = leader;
    this.#marker = marker;
    this.#processes = processes;
    this.#startTicks = processes?.entry(leader)?.startTicks ?? 0;
  }

  within(seconds: number): Promise<Ended> {
    if (this.#ending === undefined) {
      this.#began = performance.now();
      // Never 0: the steps are shares of it.
      this.#milliseconds = Math.max(1, seconds * 1000);
      this.#ending = this.#run();
    } else {
      const left = this.#began + this.#milliseconds - performance.now();
      if (seconds * 1000 < left) this.#milliseconds = performance.now() + seconds * 1000 - this.#began;
    }
    return this.#ending;
  }

  async #run(): Promise<Ended> {
    const by = await this.#end();
    const leftBehind = by === "left-behind" ? this.#look().living.map(({ pid }) => pid) : [];
    return {
      by,
      seconds: (performance.now() - this.#began) / 1000,
      leftBehind,
      checkedForDaemons: this.#processes !== undefined,
    };
  }

  async #end(): Promise<Ended["by"]> {
    const wasGone = this.#leaderExited();
    if (await this.#isGone()) return "already-gone";
    this.#child.stdin?.end();
    if (await this.#goneUntil(() => this.#termAt())) return wasGone ? "already-gone" : "eof";
    this.#signal("SIGTERM");
    if (await this.#goneUntil(() => killAfter)) return "sigterm";
    this.#signal("SIGKILL");
    // A daemon may start the next one while it is looked for, so each look kills whom it finds.
    const proved = Math.max(this.#milliseconds, performance.now() - this.#began + leastProofMilliseconds);
    if (await this.#goneUntil(() => proved / this.#milliseconds, "SIGKILL")) return "sigkill";
    return "left-behind";
  }

  /** As a share of the time. */
  #termAt(): number {
    if (!this.#leaderExited()) return termAfter;
    this.#leaderGoneAt ??= performance.now();
    return Math.min(termAfter, (this.#leaderGoneAt + orphanMilliseconds - this.#began) / this.#milliseconds);
  }

  #leaderGoneAt: number | undefined;

  async #goneUntil(share: () => number, signal?: NodeJS.Signals): Promise<boolean> {
    for (let poll = firstPollMilliseconds; ; poll = Math.min(poll * 2, longestPollMilliseconds)) {
      if (await this.#isGone()) return true;
      const left = this.#began + share() * this.#milliseconds - performance.now();
      if (left <= 0) return false;
      if (signal !== undefined) this.#signal(signal);
      await this.#leaderExitOr(Math.min(poll, left));
    }
  }

  /** Two looks: one that forks while /proc is read can be missed once. */
  async #isGone(): Promise<boolean> {
    if (!this.#leaderExited()) return false;
    const first = this.#look();
    if (first.living.length > 0) return false;
    await nextTurn();
    return this.#look(first.at).living.length === 0;
  }

  /** Waits, shorter when the leader exits meanwhile. */
  async #leaderExitOr(milliseconds: number): Promise<void> {
    if (this.#leaderExited()) return wait(milliseconds);
    const over = new AbortController();
    const exited = (): void => over.abort();
    this.#child.once("exit", exited);
    await wait(milliseconds, undefined, { signal: over.signal }).catch(() => {});
    this.#child.off("exit", exited);
  }

  #leaderExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #look(after?: number): FamilyLook {
    if (this.#processes === undefined)
      return { at: 0, living: groupExists(this.#leader) ? [leaderOf(this.#leader)] : [] };
    const family = { leader: this.#leader, startTicks: this.#startTicks, marker: this.#marker };
    const look = this.#processes.family(family, this.#groupIsOurs, after);
    const inGroup = look.living.some(({ group, session }) => group === this.#leader || session === this.#leader);
    if (this.#leaderExited() && !inGroup) this.#groupIsOurs = false;
    return look;
  }

  #signal(signal: NodeJS.Signals): void {
    const { living } = this.#look();
    if (this.#groupIsOurs) kill(-this.#leader, signal);
    if (this.#processes === undefined) return;
    for (const entry of living) {
      const inGroup = entry.group === this.#leader && this.#groupIsOurs;
      if (!inGroup && this.#processes.isAlive(entry)) kill(entry.pid, signal);
    }
  }
}

/** Stands for a group of which no more can be known. */
const leaderOf = (group: number): ProcessEntry => ({ pid: group, state: "?", group, session: group, startTicks: 0 });

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile (ESRCH), or of another user (EPERM): the proof that follows tells which.
  }
}

function groupExists(leader: number): boolean {
  try {
    process.kill(-leader, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
