#!/usr/bin/env node
import module from "node:module";

// Everything else is imported after this, so that Node keeps its compiled form for the next start.
module.enableCompileCache?.();

// V8 compiles a function at its first call, too late for that cache: with a warm one, 10 of 50 ms went there. So while
// the program is loaded, everything is compiled at once.
const { setFlagsFromString } = process.getBuiltinModule("node:v8");
setFlagsFromString("--no-lazy");
const { main } = await import("./program.ts");
setFlagsFromString("--lazy");

// A reader that closes early (`| head`) has what it wanted; only then is a failed write no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// Node makes a stream when it is first asked for, which takes a millisecond or two.
process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  get stderr() {
    return process.stderr;
  },
  get stdin() {
    return process.stdin;
  },
  now: new Date(),
});
