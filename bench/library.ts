// The library by itself: starts and checks in one process, without HTTP. `node bench/library.ts [seconds] [in flight]`
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Countersign, createCountersign } from "../src/index.ts";

const [, , secondsText = "10", inFlightText = "64"] = process.argv;
const seconds = Number(secondsText);
const inFlight = Number(inFlightText);
const warmUpMs = 2_000;

let numbers = 0;
const folder = mkdtempSync(join(tmpdir(), "countersign-bench-library-"));
const countersign = await createCountersign({ data: join(folder, "data") });
try {
  await run(countersign, warmUpMs);
  const { pairs, tookMs } = await run(countersign, seconds * 1_000);
  const perSecond = Math.round(pairs / (tookMs / 1_000));
  console.log(JSON.stringify({ pairs, seconds: tookMs / 1_000, inFlight, pairsPerSecond: perSecond }));
} finally {
  await countersign.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Each of so many people starts, reads the code when the message has left, and enters it; then the next number. */
async function run(one: Countersign, ms: number): Promise<{ pairs: number; tookMs: number }> {
  const sent = new Map<string, () => void>();
  const stop = one.on("delivery", ({ verificationId, delivery }) => {
    if (delivery.state === "accepted") sent.get(verificationId)?.();
  });
  const begin = performance.now();
  let pairs = 0;
  async function person(): Promise<void> {
    while (performance.now() < begin + ms) {
      await pair(one, sent);
      pairs += 1;
    }
  }
  await Promise.all(Array.from({ length: inFlight }, person));
  stop();
  return { pairs, tookMs: performance.now() - begin };
}

async function pair(one: Countersign, sent: Map<string, () => void>): Promise<void> {
  numbers += 1;
  const to = `+49151${String(10_000_000 + numbers)}`;
  const { outcome, verification } = await one.start({ to });
  if (verification === null) throw new Error(outcome);
  const { id } = verification;
  // The message may have left before anybody could listen for it.
  if (one.phones?.messages(to)[0] === undefined) {
    await new Promise<void>((resolve) => sent.set(id, resolve));
    sent.delete(id);
  }
  const code = one.phones?.messages(to)[0]?.code ?? "";
  const checked = await one.check({ id, to, code });
  if (checked.outcome !== "approved") throw new Error(checked.outcome);
}
