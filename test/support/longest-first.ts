import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Those that take long, the longest first: who begins with the short ones ends with one core at work and one idle. */
const longest = [
  "test/simulation/simulate",
  "test/phones/reference",
  "test/cli/transcripts",
  "test/nodes/processes",
  "test/store/postgres-faults",
  "test/routing/scenarios",
  "test/move/move",
  "test/mounts/mounts",
  "test/store/postgres-standby",
  "test/pages/examples",
  "test/pages/browser",
  "test/examples/attacks",
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
