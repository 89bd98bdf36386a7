// A polite server the first time it is started; from then on it ends with code 1 before it reads anything, as a backend whose
// database is gone does. The file that --log names is its memory (without it, it never serves). Options: serve.mjs.
import { existsSync } from "node:fs";
import { readOptions, serve } from "./serve.mjs";

const { log } = readOptions();
if (log === undefined || existsSync(log)) process.exit(1);
serve();
