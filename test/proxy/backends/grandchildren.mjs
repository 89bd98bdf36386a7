// A polite server with a worker of its own that outlives it in the same process group and holds its stdout open,
// so that a proxy which waits for the end of the pipe waits for ever. Options: serve.mjs.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { serve } from "./serve.mjs";

const worker = join(import.meta.dirname, "worker.mjs");
spawn(process.execPath, [worker, ...process.argv.slice(2)], { stdio: ["ignore", "inherit", "inherit"] }).unref();
serve();
