import type { Backlog, Router } from "../delivery/index.ts";
import { deliveryId } from "../store/index.ts";
import { type CongestedOutcome, type Outcome, sendWindowMs } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";
import type { TransactionStep } from "./transaction.ts";

/** Passes what a decision wants to send, or refuses all of it, so that nothing is written (D-8). */
export type Admit = <O extends Outcome>(
  step: TransactionStep<O>,
  now: number,
) => TransactionStep<O | CongestedOutcome>;

/** The door in front of asked-for sends: what no carrier could send in time is refused before it is written. */
export interface Admission {
  /** Runs one update; what it was promised is given back if it fails. */
  during<T>(run: (admit: Admit) => Promise<T>): Promise<T>;
}

/** More than this at a start is as long as no rate can clear anyway. */
const backlogReadMax = 20_000;

/** `claimNew` is what happens to sends where no carrier has a rate: nothing is refused, and this node sends at once. */
export function createAdmission(
  parts: EngineParts,
  { backlog, router }: { readonly backlog: Backlog; readonly router: Router },
  claimNew: Admit,
): Admission {
  let restored: Promise<void> | null = null;

  /** What waited while nobody ran; read once, before the first promise is made. */
  async function restore(): Promise<void> {
    try {
      const now = parts.clock.now();
      const due = await parts.store.due("delivery", now + sendWindowMs, backlogReadMax);
      const ids = due.map((one) => deliveryId(one.verificationId, one.sequence));
      backlog.restore(ids, now);
    } catch (cause) {
      restored = null;
      parts.log.warn({ error: String(cause) }, "the backlog could not be read; the next send tries again");
    }
  }

  return {
    async during(run) {
      if (!backlog.isPaced) return await run(claimNew);
      restored ??= restore();
      await restored;
      let promised: string | null = null;
      const withdraw = (): void => {
        if (promised !== null) backlog.arrived(promised);
        promised = null;
      };
      try {
        return await run((step, now) => {
          // The decision may run again on newer rows: what it was promised before is void.
          withdraw();
          const delivery = "deliveries" in step ? step.deliveries[0] : undefined;
          if (delivery === undefined) return step;
          const id = deliveryId(delivery.verificationId, delivery.sequence);
          const able = router.carriersUp(delivery, id, now);
          const retryAt = backlog.expect(id, able, delivery.deadline, now);
          if (retryAt !== null) return { nothing: { type: "deliveryCongested", retryAt } };
          promised = id;
          return step;
        });
      } catch (cause) {
        withdraw();
        throw cause;
      }
    },
  };
}
