import { defineConfig } from "vitest/config";

// Programs as processes of their own, and a browser: most of the time is spent waiting for one to start or to leave.
export default defineConfig({
  test: {
    include: ["test/*/running/*.test.ts"],
    globalSetup: "test/run-folder.ts",
    isolate: false,
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 3,
    execArgv: ["--max-old-space-size=1536"],
  },
});
