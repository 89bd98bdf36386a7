import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { anonymous } from "../../../proxy/access/identity.ts";
import type { CallRecord } from "../../../proxy/telemetry/call-record.ts";
import { createHttpFront, type HttpFront, type HttpFrontOptions } from "../../../proxy/front/http-front.ts";
import { sealKey } from "../../../proxy/front/legacy/session-seal.ts";
import { tableRelay, type TableRelay } from "./table-relay.ts";

export interface Served {
  readonly front: HttpFront;
  readonly relay: TableRelay;
  readonly url: string;
  readonly port: number;
  readonly ends: CallRecord[];
  readonly logs: { readonly level: number; readonly msg: string }[];
}

type Changes = Partial<Omit<HttpFrontOptions, "settings" | "relay">> & {
  readonly relay?: TableRelay;
  readonly settings?: Partial<ReturnType<HttpFrontOptions["settings"]>>;
};

/** A front on a free port of loopback, closed after the test. */
export async function serve({ relay = tableRelay(), settings, ...changes }: Changes = {}): Promise<Served> {
  const ends: CallRecord[] = [];
  const logs: { level: number; msg: string }[] = [];
  const key = sealKey(randomBytes(32));
  const front = createHttpFront({
    relay,
    host: "127.0.0.1",
    port: 0,
    settings: () => ({ hosts: undefined, origins: [], maxMessageBytes: 4_000_000, sessionSeconds: 3600, ...settings }),
    sessionKeys: { current: () => [key], refresh: () => {} },
    authenticate: () => ({ identity: anonymous }),
    onCallEnd: (end) => ends.push(end),
    log: pino({}, { write: (line: string) => void logs.push(JSON.parse(line) as { level: number; msg: string }) }),
    ...changes,
  });
  const { port } = await front.listen();
  onTestFinished(() => front.close(0.2));
  return { front, relay, url: `http://127.0.0.1:${port}/mcp`, port, ends, logs };
}
