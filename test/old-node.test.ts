import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const root = resolve(import.meta.dirname, "..");
const folder = temporaryFolder();

/** Runs a built program that believes to run on another Node. */
function runOn(version: string, program: string) {
  const disguise = join(folder, `node-${version}.cjs`);
  writeFileSync(
    disguise,
    `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`,
  );
  return spawnSync(process.execPath, ["--require", disguise, join(root, "dist", program), "--version"], {
    encoding: "utf8",
  });
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly bin: Readonly<Record<string, string>>;
};
const programs = Object.values(manifest.bin).map((file) => file.replace("dist/", ""));

describe("an older Node.js", () => {
  it.each(programs)("is refused by %s in a sentence", (program) => {
    const { status, stdout, stderr } = runOn("22.18.0", program);
    const oldest = manifest.engines.node.replace(">=", "");
    expect(stderr).toBe(`gracewarden needs Node.js ${oldest} or newer; this is 22.18.0\n`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  it.each(["22.19.0", "23.0.0", "26.1.0"])("is not %s", (version) => {
    expect(runOn(version, "gracewarden.cjs")).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
  });
});
