import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { CiReporter } from "./test/support/ci-reporter.ts";
import { LongestFirst } from "./test/support/longest-first.ts";
import { scratchFolder } from "./test/support/scratch.ts";

const measured = ["test/crash/kill.test.ts"];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        // Beside what they test, and with nothing outside their own process: they may share one.
        extends: true,
        test: { name: "units", include: ["src/**/*.test.ts"], isolate: false },
      },
      {
        // Each file in its own process: SQLite handles, signals and the environment do not leak into another file.
        extends: true,
        test: { name: "whole", include: ["test/**/*.test.ts"], exclude: measured },
      },
      {
        // What measures time while a load of its own keeps both cores busy is alone on the machine.
        extends: true,
        test: {
          name: "alone",
          include: measured,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    pool: "forks",
    // By default vitest leaves one core to itself: of two, half of the machine.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    env: {
      TMPDIR: scratchFolder(),
      // Processes that tests start need half the time with it.
      NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules", ".cache", "countersign", "compiled"),
    },
    globalSetup: ["test/support/chromium.ts", "test/support/postgres-data.ts"],
    testTimeout: 10_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    // Time comes from an injected clock, so a test has no cause to be flaky; a retry would only hide it.
    retry: 0,
    restoreMocks: true,
    unstubEnvs: true,
    reporters: ["default", new CiReporter()],
  },
});

export default config;
