import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take long, the longest first: who begins with the short ones ends with one core at work and one idle. */
const longest = [
  "test/simulation/simulate",
  "test/cli/transcripts",
  "test/pages/browser",
  "test/phones/reference",
  "test/pages/examples",
  "test/pages/account",
  "test/pages/ways-back",
  "test/pages/passkeys",
  "test/nodes/processes",
  "test/docs/examples",
  "test/pages/console",
  "test/examples/examples",
  "test/examples/attacks",
  "test/move/move",
  "test/mounts/web.http",
  "test/phones/page",
  "test/http/fuzz",
  "test/mounts/mounts",
  "test/cli/serve",
  "test/mounts/express-4.http",
  "test/mounts/express-5.http",
  "test/store/postgres-faults",
  "test/docs/transcripts",
  "test/mounts/koa-3.http",
  "test/mounts/fastify-5.http",
  "test/routing/scenarios",
  "test/pages/https",
  "test/store/postgres-standby",
  "test/cli/login",
  "test/routing/scenarios-postgres",
  "test/crash/rotation-kill",
  "test/store/postgres.conformance",
  "test/doctor/database",
  "test/ground/house",
  "test/account/recover",
  "test/store/conformance-finds-faults",
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
