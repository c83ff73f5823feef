import { join } from "node:path";
import { freshNumber } from "../../bench/pairs.ts";
import { sampleOf } from "../../bench/statistics.ts";
import { createCountersign } from "../../src/index.ts";

const roundsMax = 5;

/** Start, wait for the message, check: without HTTP, in the process that asks. */
export async function library(folder: string): Promise<void> {
  const rates: number[] = [];
  const countersign = await createCountersign({ data: join(folder, "library"), brand: "Bench" });
  const arrived = new Map<string, () => void>();
  countersign.on("delivery", ({ verificationId, delivery }) => {
    if (delivery.state === "accepted" || delivery.state === "delivered") arrived.get(verificationId)?.();
  });
  async function pair(): Promise<void> {
    const to = freshNumber();
    const started = await countersign.start({ to });
    if (started.outcome !== "started") throw new Error(started.outcome);
    const { id } = started.verification;
    let code = countersign.phones?.messages(to)[0]?.code;
    if (code === undefined) {
      await new Promise<void>((resolve) => arrived.set(id, resolve));
      arrived.delete(id);
      code = countersign.phones?.messages(to)[0]?.code;
    }
    const { outcome } = await countersign.check({ id, to, code: code ?? "" });
    if (outcome !== "approved") throw new Error(outcome);
  }
  for (let round = -2; round < roundsMax; round++) {
    const until = performance.now() + 3_000;
    const beganAt = performance.now();
    let pairs = 0;
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (performance.now() < until) {
          await pair();
          pairs += 1;
        }
      }),
    );
    if (round >= 0) rates.push((pairs / (performance.now() - beganAt)) * 1_000);
  }
  await countersign.close();
  const { median, min, max } = sampleOf(rates);
  console.log(
    `In process, 64 at once: ${median.toFixed(0)} pairs a second (${min.toFixed(0)} to ${max.toFixed(0)}), caller and library on one core\n`,
  );
}
