import { main } from "./program.ts";
import { openService } from "./service.ts";
import { openStdout } from "./stdout.ts";
import { fitTo, keepOptimising } from "./v8-flags.ts";

let serves = false;

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
  hasRead: fitTo,
  service() {
    serves = true;
    keepOptimising();
    return openService();
  },
});
void code.then((exitCode) => {
  process.exitCode = exitCode;
  // A client that stopped reading must not hold up the end.
  if (serves) process.exit();
});
