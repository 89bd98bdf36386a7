import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { folder, pod } from "./folder.ts";

// What is loaded when it is needed is bundled apart, with a copy of the error's class.
it.each([
  { name: "a missing baseline", args: ["--baseline", "b.json"], says: "the baseline b.json does not exist" },
  { name: "a folder without git", args: ["--changed-since", "HEAD"], says: "is not in a working tree of git" },
])("the built program ends with a sentence for $name", ({ args, says }) => {
  const { status, stderr } = spawnSync(process.execPath, [resolve("dist/gracewarden.cjs"), "lint", ...args], {
    cwd: folder({ "app.yaml": pod() }),
    encoding: "utf8",
  });
  expect(stderr).toMatch(/^gracewarden: [^\n]*\n$/);
  expect(stderr).toContain(says);
  expect(status).toBe(2);
});
