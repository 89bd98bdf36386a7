import { isRecord } from "../../policies/record.ts";
import type { Connection, UpstreamCall } from "../backends/connection.ts";
import type { Call, JsonObject, JsonText, Outcome } from "../message.ts";
import { failed } from "./rpc-error.ts";

/** One listen request at a modern backend, and what that one has agreed to. */
export class Listening {
  /** The resources that it was asked to watch, and that it has not refused. */
  readonly asked: Set<string>;
  /** Those that it watches, or why it watches none. Never rejects. */
  readonly agreed: Promise<ReadonlySet<string> | Outcome>;
  readonly #call: UpstreamCall;

  constructor(
    connection: Connection,
    asked: Set<string>,
    params: JsonText,
    onNotification: (notification: Call) => void,
  ) {
    const { promise, resolve } = Promise.withResolvers<ReadonlySet<string> | Outcome>();
    this.asked = asked;
    this.agreed = promise;
    this.#call = connection.request({
      method: "subscriptions/listen",
      params,
      onNotification(notification) {
        if (notification.method !== "notifications/subscriptions/acknowledged") return onNotification(notification);
        resolve(watched(notification.params));
      },
    });
    void this.#call.outcome.then((outcome) =>
      resolve(
        outcome.kind === "error" ? outcome : failed("internalError", "the server ended the subscription at once"),
      ),
    );
  }

  cancel(reason: string): void {
    this.#call.cancel(reason);
  }
}

/** What an acknowledgment says of resources (2026-07-28 basic/patterns/subscriptions): what is left out is not watched. */
function watched(params: JsonText | undefined): ReadonlySet<string> {
  const { notifications } = JSON.parse(params ?? "{}") as JsonObject;
  const uris = isRecord(notifications) ? notifications["resourceSubscriptions"] : undefined;
  return new Set(Array.isArray(uris) ? uris.filter((uri) => typeof uri === "string") : []);
}
