import { main } from "./program.ts";
import { openStdout } from "./stdout.ts";

// Node makes a stream when it is first asked for, which takes a millisecond or two.
const code = main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdout: openStdout(),
  get stderr() {
    return process.stderr;
  },
  get stdin() {
    return process.stdin;
  },
  now: new Date(),
});
void code.then((exitCode) => (process.exitCode = exitCode));
