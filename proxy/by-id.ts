import type { RequestId } from "./message.ts";

/** Things that come and go by the thousand each second, found by the id of a request. Not a Map, for the reason in slots.ts. */
export class ById<T> {
  readonly #items = Object.create(null) as Record<RequestId, T | undefined>;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: RequestId): T | undefined {
    return this.#items[keyOf(id)];
  }

  set(id: RequestId, item: T): void {
    const key = keyOf(id);
    if (this.#items[key] === undefined) this.#size += 1;
    this.#items[key] = item;
  }

  /** False where there was none. */
  delete(id: RequestId): boolean {
    const key = keyOf(id);
    if (this.#items[key] === undefined) return false;
    this.#size -= 1;
    return delete this.#items[key];
  }

  values(): readonly T[] {
    return Object.values(this.#items) as T[];
  }
}

/** `1` and `"1"` are two. */
const keyOf = (id: RequestId): RequestId => (typeof id === "number" ? id : `"${id}`);
