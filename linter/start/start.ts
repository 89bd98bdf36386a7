#!/usr/bin/env node
// What `dist/gracewarden.cjs` is made of: the program in a second file, run from V8's code cache. CommonJS, since Node's
// loader of ES modules takes a millisecond more.
import "../command-line/old-node.ts";
import { join } from "node:path";
import { cachedScript } from "./cached-script.ts";

/** The file that the program was bundled into, named by its content; put here by the build. */
declare const programFile: string;

const [command = "", ...rest] = process.argv.slice(2);
// A folder calls for more of the program than a file does, which would have it all read.
const purpose = /^[a-z]+$/.test(command)
  ? `${command}-${/\.\w+$/.test(rest.at(-1) ?? "") ? "file" : "folder"}`
  : "none";
const script = cachedScript(join(__dirname, programFile), purpose);
// A run that did nothing shows no functions that the next one will need.
process.once("exit", (code) => code < 2 && script.save());
script.run(require);
