import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { StdioBackend } from "../config/config.ts";
import { LostInHandshake, type Attachment, type AttachOptions, type Ending } from "./attachment.ts";
import type { Connection } from "./connection.ts";
import { initialized, shakeHands, type Ask } from "./handshake.ts";
import type { ProcessTable } from "./process-table.ts";
import { logStderr } from "./stderr-log.ts";
import { StdioConnection } from "./stdio-connection.ts";
import { StdioProcess, type Exit } from "./stdio-process.ts";

/** What a process wrote before its end is still in the pipe; a descendant that holds the pipe must not hold up the calls. */
const lastAnswersMilliseconds = 100;
/** Between the end of a pipe and the exit that usually follows and says more. */
const exitMilliseconds = 500;
const probeSeconds = 1;

export interface StdioAttachOptions extends AttachOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly processes: ProcessTable | undefined;
}

/** Starts a backend's process and shakes hands with it. */
export function attachStdio(config: StdioBackend, options: StdioAttachOptions): Attachment {
  const child = new StdioProcess(config, options.environment, options.processes);
  const rpc = new StdioConnection(child, { ...options, name: config.name });
  logStderr(child.stderr, options.log, config.name);
  let ended = false;

  const lost = lossOf(child).then((problem) => {
    rpc.close(problem);
    // Whoever ended it knows, and nobody else is to be told.
    return ended ? new Promise<never>(() => {}) : problem;
  });

  async function connect(): Promise<Connection> {
    await child.spawned;
    const ask: Ask = (call) => rpc.request(call).outcome;
    const description = await shakeHands(ask, { client: options.client, era: options.era, probeSeconds });
    if (description.era === "legacy") rpc.notify(initialized);
    return {
      ...description,
      request: (request) => rpc.request(request),
      notify: (notification) => rpc.notify(notification),
      inFlight: () => rpc.inFlight(),
    };
  }

  const connected = connect().catch(async (error: unknown): Promise<never> => {
    // Why it ended says more than that it did not answer.
    const problem = await Promise.race([lost, nextTurn(undefined)]);
    throw problem === undefined ? error : new LostInHandshake(problem, { cause: error });
  });
  connected.catch(() => {});
  return {
    connected,
    lost,
    pid: child.pid,
    lastEnd: () => rpc.lastEnd(),
    async end(seconds: number, reason: string): Promise<Ending> {
      ended = true;
      rpc.close(reason);
      const ending = await child.end(seconds);
      options.log.flush();
      return ending;
    },
  };
}

/** Resolves when no answer can come any more. */
async function lossOf({ exited, stdout, stdin }: StdioProcess): Promise<string> {
  const outputEnded = new Promise((resolve) => stdout.once("end", resolve));
  const inputClosed = new Promise((resolve) => stdin.once("close", resolve));
  const exitSoon = async (): Promise<Exit | undefined> => Promise.race([exited, wait(exitMilliseconds, undefined)]);
  const silent = outputEnded.then(async () => ((await exitSoon()) === undefined ? "it closed its stdout" : gone));
  const deaf = inputClosed.then(async () => ((await exitSoon()) === undefined ? "it closed its stdin" : gone));
  const problem = await Promise.race([exited.then(() => gone), silent, deaf]);
  if (problem !== gone) return problem;
  await Promise.race([outputEnded, wait(lastAnswersMilliseconds)]);
  return exitProblem(await exited);
}

const gone = "gone";

function exitProblem({ code, signal }: Exit): string {
  if (signal !== null) return `its process was killed by ${signal}`;
  return code === 127
    ? "its process exited with code 127 (a shell's way to say that a command was not found)"
    : `its process exited with code ${code}`;
}
