import { describe, expect, it } from "vitest";
import { withExec } from "../../../policies/pods/exec-last.ts";

describe("exec in front of a script's last command", () => {
  it.each([
    ["node server.js", "exec node server.js"],
    ["cd /app && node server.js", "cd /app && exec node server.js"],
    ["./migrate; ./serve --name './migrate'", "./migrate; exec ./serve --name './migrate'"],
    ["set -e\n./migrate\n./serve\n", "set -e\n./migrate\nexec ./serve\n"],
    ["node build.js && node server.js > /tmp/node", "node build.js && exec node server.js > /tmp/node"],
    ["sleep 1; sleep 1", "sleep 1; exec sleep 1"],
  ])("%j", (script, expected) => {
    expect(withExec(script)).toBe(expected);
  });

  it.each([
    "node server.js | tee log",
    "A=1 node server.js",
    "node server.js || true",
    "node server.js &",
    "while true; do work; done",
    "! node server.js",
    "cd /app",
    "$PROGRAM",
    "exec node server.js",
    "start() { node server.js; }; start",
    "node 'server.js",
    "",
  ])("not for %j", (script) => {
    expect(withExec(script)).toBeUndefined();
  });
});
