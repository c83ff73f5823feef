import { defineConfig, type ViteUserConfig } from "vitest/config";
import { CiReporter } from "./test/support/ci-reporter.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    // Each file in its own process: SQLite handles, signals and the environment do not leak into another file.
    pool: "forks",
    globalSetup: ["test/support/chromium.ts"],
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
