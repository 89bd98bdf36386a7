import { defineConfig } from "vitest/config";

// The proxy as a process of its own: most of the time is spent waiting for one to leave.
export default defineConfig({
  test: {
    include: ["test/proxy/running/*.test.ts"],
    isolate: false,
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 3,
    execArgv: ["--max-old-space-size=1536"],
  },
});
