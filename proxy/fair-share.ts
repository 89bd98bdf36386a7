/** Why somebody gets no more: all of it is taken, or it has its own share already. */
export type Shortage = "full" | "share";

/** So many who hold nothing now are remembered: who calls on and on is not to come and go (slots.ts says why). */
const mostKept = 1000;

/**
 * A limit that all share, and of which each may have half of what the others leave. So one alone gets half, a second one a
 * quarter, and there is always some left for who comes next; nobody needs to know how many there are.
 */
export class FairShare {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();
  readonly #refused: Record<Shortage, number> = { full: 0, share: 0 };
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes it, or says why not. `who` undefined: somebody who shares with nobody. */
  take(who: string | undefined, amount: number): Shortage | undefined {
    const own = who === undefined ? 0 : (this.#taken.get(who) ?? 0);
    const others = this.#total - own;
    const isShort = who !== undefined && own + amount > Math.ceil((this.#limit - others) / 2);
    if (isShort || this.#total + amount > this.#limit) {
      const why = this.#total + amount > this.#limit ? "full" : "share";
      this.#refused[why] += 1;
      return why;
    }
    this.#total += amount;
    if (who !== undefined) this.#taken.set(who, own + amount);
    return undefined;
  }

  /** Gives back what was taken. */
  give(who: string | undefined, amount: number): void {
    this.#total -= amount;
    if (who === undefined) return;
    const left = (this.#taken.get(who) ?? 0) - amount;
    if (left > 0 || this.#taken.size <= mostKept) this.#taken.set(who, left);
    else this.#taken.delete(who);
  }

  get total(): number {
    return this.#total;
  }

  /** How often it was refused, ever. */
  refused(): Readonly<Record<Shortage, number>> {
    return this.#refused;
  }
}
