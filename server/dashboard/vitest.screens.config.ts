import { defineConfig } from "vitest/config";

// The browser tests: one after another, because they share two cores with a server, a bridge and Chromium.
export default defineConfig({
  test: {
    include: ["tests/screens/**/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    bail: 0,
  },
});
