import { defineConfig } from "vitest/config";

// The browser tests: two at a time, each with a server and a browser of its own; most of the time they wait for one of them.
export default defineConfig({
  test: {
    include: ["tests/screens/**/*.test.ts"],
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    bail: 0,
  },
});
