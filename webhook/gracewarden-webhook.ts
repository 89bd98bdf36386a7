#!/usr/bin/env node
import module from "node:module";

// Everything else is imported after this, so that Node keeps its compiled form for the next start.
module.enableCompileCache?.();

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
});
