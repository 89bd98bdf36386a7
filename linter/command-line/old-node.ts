/**
 * Imported first by each program: an older Node would end in the middle of it with an error of its own, and an exit code
 * that says something else. The version is that of `engines` in package.json, which npm only warns about.
 */
import { writeSync } from "node:fs";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  writeSync(2, `gracewarden needs Node.js 22.19 or newer; this is ${process.versions.node}\n`);
  process.exit(2);
}
