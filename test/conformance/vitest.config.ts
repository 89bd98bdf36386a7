import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/conformance/**/*.test.ts"],
    // A whole run of the suite, with the start and the end of what it is run against.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
