import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { CiReporter } from "./test/support/ci-reporter.ts";
import { LongestFirst } from "./test/support/longest-first.ts";
import { scratchFolder } from "./test/support/scratch.ts";

/** No measure of what is tested, but the end of what hangs: a busy machine takes ten times as long as a quiet one. */
const patienceMs = 180_000;
const measured = ["test/crash/kill.test.ts"];
/** Each file has a process of its own here, since test/http/account-calls.ts opens one installation for each process. */
const withAccountCalls = [
  "account-problems",
  "account-repeats",
  "accounts",
  "authenticator-names",
  "challenge-payments",
  "login-model",
  "passkeys",
  "session-matrix",
  "statements",
  "trusted-devices",
];
/** Servers in the process of the test, which leave nothing behind in it. */
const inProcess = [
  ...[
    "account",
    "attacks",
    "carriers",
    "client",
    "clients",
    "console",
    "facades",
    "library",
    "routing",
    "standins",
  ].map((folder) => `test/${folder}/*.test.ts`),
  `test/http/!(${withAccountCalls.join("|")}).test.ts`,
];

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        // Beside what they test, and with nothing outside their own process: they may share one.
        extends: true,
        test: { name: "units", include: ["src/**/*.test.ts"], isolate: false },
      },
      {
        // To load what they all need takes longer than most of them do.
        extends: true,
        test: { name: "in process", include: inProcess, isolate: false },
      },
      {
        // Each file in its own process: SQLite handles, signals and the environment do not leak into another file.
        extends: true,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: [...inProcess, ...measured],
          globalSetup: ["test/support/left-behind.ts"],
        },
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
    globalSetup: ["test/support/programs.ts", "test/support/postgres-data.ts"],
    testTimeout: patienceMs,
    hookTimeout: patienceMs,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 60_000 } },
    // Time comes from an injected clock, so a test has no cause to be flaky; a retry would only hide it.
    retry: 0,
    restoreMocks: true,
    unstubEnvs: true,
    reporters: ["default", new CiReporter()],
  },
});

export default config;
