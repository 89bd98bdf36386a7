/** The floor: every document of the files under a folder parsed by js-yaml alone, and nothing done with it. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";

const folder = process.argv[2] ?? ".";
let refused = 0;
for (const file of globSync("**/*.{yaml,yml,json}", { cwd: folder })) {
  try {
    loadAll(readFileSync(join(folder, file), "utf8"));
  } catch {
    refused++;
  }
}
process.exitCode = refused < 0 ? 1 : 0;
