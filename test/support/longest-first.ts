import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take long, the longest first: who begins with the short ones ends with one core at work and one idle. */
const longest = [
  "test/simulation/simulate",
  "test/cli/transcripts",
  "test/pages/examples",
  "test/pages/account",
  "test/pages/passkeys",
  "test/routing/scenarios-postgres",
  "test/pages/ways-back",
  "test/move/move",
  "test/nodes/processes",
  "test/examples/examples",
  "test/mounts/web.http",
  "test/phones/reference",
  "test/crash/rotation-kill",
  "test/deploy/container",
  "test/pages/browser",
  "test/examples/attacks",
  "test/http/fuzz",
  "test/routing/scenarios",
  "test/mounts/express-4.http",
  "test/mounts/express-5.http",
  "test/mounts/fastify-5.http",
  "test/mounts/koa-3.http",
  "test/mounts/mounts",
  "test/pages/console",
  "test/phones/page",
  "test/nodes/cells",
  "test/cli/serve",
  "test/store/postgres.conformance",
  "test/docs/transcripts",
  "test/store/sqlite-power-loss",
  "test/docs/examples",
  "test/ground/house",
  "test/pages/https",
  "test/cli/login",
  "test/mounts/guards",
  "test/crash/crash-points",
  "test/store/conformance-finds-faults",
  "test/nodes/failover",
  "test/mounts/web.facades",
  "test/http/roles",
  "test/store/postgres-standby",
  "test/store/postgres-faults",
  "test/nodes/two-nodes",
  "test/doctor/database",
];

/** The order of the test files: the long ones, then as vitest has it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const rank = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return rank === -1 ? longest.length : rank;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
