import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take long, the longest first: who begins with the short ones ends with one core at work and one idle. */
const longest = [
  "test/simulation/simulate",
  "test/cli/transcripts",
  "test/pages/examples",
  "test/nodes/processes",
  "test/pages/passkeys",
  "test/pages/browser",
  "test/pages/account",
  "test/pages/ways-back",
  "test/phones/reference",
  "test/examples/examples",
  "test/examples/attacks",
  "test/pages/console",
  "test/move/move",
  "test/phones/page",
  "test/http/fuzz",
  "test/mounts/mounts",
  "test/cli/serve",
  "test/store/postgres-faults",
  "test/docs/transcripts",
  "test/routing/scenarios",
  "test/pages/https",
  "test/mounts/web.http",
  "test/mounts/express-4.http",
  "test/mounts/express-5.http",
  "test/store/postgres-standby",
  "test/cli/login",
  "test/docs/examples",
  "test/routing/scenarios-postgres",
  "test/mounts/koa-3.http",
  "test/mounts/fastify-5.http",
  "test/store/postgres.conformance",
  "test/crash/rotation-kill",
  "test/account/recover",
  "test/doctor/database",
  "test/ground/house",
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
