// A polite server that starts a daemon the classic way, by forking twice: the daemon has its own session and process group and
// init for its parent, so neither a signal to the group nor the process tree finds it; its environment does. Options: serve.mjs.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { serve } from "./serve.mjs";

const worker = join(import.meta.dirname, "worker.mjs");
const second = `require("node:child_process").spawn(process.execPath, process.argv.slice(1), { detached: true, stdio: "ignore" }).unref()`;
spawn(process.execPath, ["-e", second, "--", worker, ...process.argv.slice(2)], {
  detached: true,
  stdio: "ignore",
}).unref();
serve();
