import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/cluster/**/*.test.ts"],
    // One cluster, one clock: measurements must not disturb each other.
    fileParallelism: false,
    testTimeout: 60_000,
    // Three whole runs over all shapes.
    hookTimeout: 20 * 60_000,
  },
});
