import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take long, the longest first: who begins with the short ones ends with one core at work and one idle. */
const longest = [
  "test/simulation/simulate",
  "test/cli/transcripts",
  "test/phones/reference",
  "test/pages/passkeys",
  "test/pages/ways-back",
  "test/mounts/web.http",
  "test/mounts/express-4.http",
  "test/mounts/express-5.http",
  "test/mounts/fastify-5.http",
  "test/mounts/koa-3.http",
  "test/nodes/processes",
  "test/examples/attacks",
  "test/docs/examples",
  "test/pages/examples",
  "test/examples/examples",
  "test/routing/scenarios",
  "test/routing/scenarios-postgres",
  "test/pages/browser",
  "test/pages/account",
  "test/pages/https",
  "test/move/move",
  "test/docs/transcripts",
  "test/phones/page",
  "test/store/postgres-faults",
  "test/store/postgres-standby",
  "test/doctor/database",
  "test/deploy/container",
  "test/cli/serve",
  "test/cli/login",
  "test/mounts/mounts",
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
