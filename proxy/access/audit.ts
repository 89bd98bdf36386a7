import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import type { BaseLogger } from "pino";
import { systemReason } from "../../linter/command-line/system-reason.ts";
import type { AuditConfig } from "../config/config.ts";
import type { CallRecord } from "../telemetry/call-record.ts";

/** Who called what, a JSON line each. */
export interface Audit {
  readonly record: (call: CallRecord) => void;
  /** Lines that could not be written. */
  readonly lost: () => number;
  /** Settles when all that was recorded is written or lost. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface AuditOutputs {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** What waits for a slow disk; more is lost and counted, so that the memory is bounded. */
const mostWaiting = 8 * 1024 * 1024;

/** A disk that is full keeps nobody from working: it is said once, and the lines that are lost are counted. */
export function openAudit(
  config: AuditConfig,
  { stdout, stderr }: AuditOutputs,
  log: BaseLogger,
  now: () => Date,
): Audit {
  const write =
    config.to === "stdout" ? writeTo(stdout) : config.to === "stderr" ? writeTo(stderr) : appender(config.to);
  let waiting: string[] = [];
  let waitingBytes = 0;
  let lost = 0;
  let writing: Promise<void> | undefined;
  let isFailing = false;

  const failed = (lines: number, why: string): void => {
    lost += lines;
    if (!isFailing)
      log.error({ to: config.to, why }, "the audit log cannot be written; calls go on and its lines are lost");
    isFailing = true;
  };
  const drain = async (): Promise<void> => {
    // One turn, so that the lines of a burst share a write.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      waitingBytes = 0;
      try {
        await write.append(lines.join(""));
        if (isFailing) log.info({ to: config.to, lost }, "the audit log can be written again");
        isFailing = false;
      } catch (error) {
        failed(lines.length, systemReason(error));
      }
    }
    writing = undefined;
  };
  return {
    record(call) {
      const line = lineOf(call, config, now());
      if (waitingBytes + line.length > mostWaiting) return failed(1, "more is waiting than the disk can take");
      waiting.push(line);
      waitingBytes += line.length;
      writing ??= drain();
    },
    lost: () => lost,
    flush: async () => writing,
    async close() {
      await writing;
      await write.close();
    },
  };
}

function lineOf(call: CallRecord, config: AuditConfig, time: Date): string {
  const { client, method, name, backend, outcome, seconds } = call;
  return `${JSON.stringify({
    time: time.toISOString(),
    who: client.identity.subject,
    roles: client.identity.roles,
    session: client.session,
    method,
    tool: name,
    backend,
    outcome,
    ms: Math.round(seconds * 100_000) / 100,
    ...argumentsOf(call.arguments, config.arguments),
  })}\n`;
}

function argumentsOf(given: unknown, how: AuditConfig["arguments"]): object {
  if (given === undefined || how === "omitted") return {};
  if (how === "full") return { arguments: given };
  return { argumentsSha256: createHash("sha256").update(JSON.stringify(given)).digest("hex") };
}

interface Appender {
  readonly append: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const writeTo = (output: (text: string) => void): Appender => ({
  append: async (text) => output(text),
  close: async () => {},
});

/** A disk that was full, or a process that was killed, leaves half a line, and the next must not be a part of it. */
async function endsInHalfALine(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(1), position: Math.max(size - 1, 0) });
    return size > 0 && bytesRead === 1 && buffer[0] !== newline;
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

const newline = 10;

/** Opened at the first line, and again after a failure: the file or its disk may have been replaced. */
function appender(path: string): Appender {
  let file: FileHandle | undefined;
  const close = async (): Promise<void> => {
    const closing = file?.close();
    file = undefined;
    await closing?.catch(() => {});
  };
  return {
    async append(text) {
      try {
        if (file === undefined) {
          file = await open(path, "a", 0o600);
          if (await endsInHalfALine(path)) await file.appendFile("\n");
        }
        await file.appendFile(text);
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}
