#!/usr/bin/env node
import "../linter/command-line/old-node.ts";
import module from "node:module";
import { parentPort, Worker } from "node:worker_threads";

// Everything else is imported after this, so that Node keeps its compiled form for the next start.
module.enableCompileCache?.();

/** MiB: a review of 7 MiB takes 60. */
const threadLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 };

if (parentPort === null) await program();
else (await import("./serving/judge-thread.ts")).judgeThread(parentPort);

async function program(): Promise<void> {
  const { main } = await import("./program.ts");

  // A reader that closes early (`| head`) has what it wanted; only then is a failed write no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });

  process.exitCode = await main(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    stdout: {
      write: (text) => void process.stdout.write(text),
      isTTY: process.stdout.isTTY,
      columns: process.stdout.columns,
    },
    stderr: { write: (text) => void process.stderr.write(text), isTTY: process.stderr.isTTY },
    now: () => new Date(),
    onStop: (listener) => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, listener);
    },
    residentBytes: () => process.memoryUsage.rss(),
    startThread: () => new Worker(new URL(import.meta.url), { resourceLimits: threadLimits }),
  });
}
