import { expect, test } from "vitest";
import { createFakeClock } from "../../testing/index.ts";
import { waitTogether } from "./wait.ts";

test("W-8: whoever comes waits for as long as it takes at least, and those of one millisecond end together", async () => {
  const clock = createFakeClock();
  const begun = clock.now();
  const wait = waitTogether(clock, 20);
  const ended: string[] = [];
  const note = (name: string): Promise<void> =>
    wait().then(() => void ended.push(`${name} ${clock.now() - begun}`));
  const all = [note("one"), note("two")];
  await clock.advance(5);
  all.push(note("three"));
  await clock.advance(15);
  expect(ended).toEqual([]);
  await clock.advance(1);
  expect(ended).toEqual(["one 21", "two 21"]);
  all.push(note("four"));
  await clock.advance(100);
  await Promise.all(all);
  expect(ended).toEqual(["one 21", "two 21", "three 26", "four 42"]);
});
