import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";

const file = join(import.meta.dirname, "heap.ts");
/** Collections of the old generation while 2,000,000 objects come and 200,000 of them live at a time. */
const program = `
  import { PerformanceObserver, constants } from "node:perf_hooks";
  import { setImmediate as rest } from "node:timers/promises";
  import { tuneHeap } from ${JSON.stringify(file)};
  tuneHeap();
  let collections = 0;
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections += 1;
  }).observe({ entryTypes: ["gc"] });
  const living = [];
  for (let index = 0; index < 2_000_000; index++) {
    living[index % 200_000] = { index, text: String(index) };
    if (index % 20_000 === 0) await rest();
  }
  console.log(collections);
`;

test("the old generation is collected when it has doubled, unless Node was started with another limit", () => {
  const collectionsWith = (...flags: readonly string[]): number =>
    Number(execFileSync(process.execPath, [...flags, "--input-type=module", "--eval", program], { env: {} }));
  const limited = collectionsWith();
  expect(limited).toBeGreaterThan(1);
  expect(limited).toBeGreaterThan(collectionsWith("--heap-growing-percent=1000"));
});
