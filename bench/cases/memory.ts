import { closedLoop } from "../load.ts";
import { startSubject } from "../subject.ts";
import { type Bench, countersignOn, mb, type Section, whole } from "./case.ts";

const steps = 10;

/** Resident memory of the server while verifications go through it, from the first to the last. */
export async function memory(bench: Bench): Promise<Section> {
  const total = bench.quick ? 2_000 : 100_000;
  const subject = await startSubject(await countersignOn("sqlite", bench));
  try {
    const fresh = await subject.stats();
    const seen = [{ verifications: 0, rssBytes: fresh.rssBytes, heapUsedBytes: fresh.heapUsedBytes }];
    for (let step = 1; step <= steps; step++) {
      bench.progress(`memory: ${whole((total * step) / steps)} of ${whole(total)} verifications`);
      const { stats } = await closedLoop(subject, {
        connections: bench.connections,
        pairs: total / steps,
      });
      seen.push({
        verifications: (total * step) / steps,
        rssBytes: stats.rssBytes,
        heapUsedBytes: stats.heapUsedBytes,
      });
    }
    const last = seen.at(-1) ?? { rssBytes: 0 };
    return {
      name: "memory",
      title: `Memory of the server after ${whole(total)} verifications`,
      columns: ["verifications", "resident", "heap used"],
      rows: seen.map((one) => [whole(one.verifications), mb(one.rssBytes), mb(one.heapUsedBytes)]),
      notes: [],
      goals: [
        {
          what: `resident memory after ${whole(total)} verifications`,
          measured: last.rssBytes / 1e6,
          unit: "MB",
          target: 150,
          better: "lower",
          gate: null,
        },
      ],
      plots: [],
      data: seen,
    };
  } finally {
    await subject.stop();
  }
}
