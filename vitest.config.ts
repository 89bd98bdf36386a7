import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/cluster/**", "test/*/running/**", "test/conformance/**", "**/node_modules/**"],
    globalSetup: "test/run-folder.ts",
    // The code keeps no module state, so files can share one worker's modules.
    isolate: false,
    testTimeout: 20_000,
    // A test that runs away should end itself, not the machine.
    pool: "forks",
    maxWorkers: 2,
    execArgv: ["--max-old-space-size=1536"],
  },
});
