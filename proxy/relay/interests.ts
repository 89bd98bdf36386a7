import type { Call } from "../message.ts";
import type { Interest } from "./relay.ts";

/** Who listens between requests. */
export class Interests {
  readonly #all = new Set<Interest>();

  add(interest: Interest): () => void {
    this.#all.add(interest);
    return () => void this.#all.delete(interest);
  }

  /** Hands a notification to all whom `wants` it. */
  tell(notification: Call, wants: (interest: Interest) => boolean): void {
    for (const interest of this.#all) if (wants(interest)) interest.onNotification(notification);
  }

  /** Somebody of that session who can be asked. */
  askable(session: string): Interest | undefined {
    for (const interest of this.#all)
      if (interest.client.session === session && interest.onRequest !== undefined) return interest;
    return undefined;
  }
}
