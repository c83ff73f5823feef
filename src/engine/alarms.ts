import { type Due, key } from "../store/index.ts";
import { type Delivery, decide, type QuietOutcome } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";
import { transact } from "./transaction.ts";

const alarmsPerRound = 512;

/**
 * Lets every verification whose time has come take its step or its end. The time is a column of the verification
 * itself, so that it changes in the same transaction and a restart loses nothing (D-9, D-15).
 */
export async function ringAlarms(
  parts: EngineParts,
  onDeliveries: (deliveries: readonly Delivery[]) => void,
): Promise<number> {
  const due = await parts.store.due("alarm", parts.clock.now(), alarmsPerRound);
  await Promise.all(
    due.map(async (one) => {
      const { deliveries } = await wake(parts, one);
      onDeliveries(deliveries);
    }),
  );
  return due.length;
}

/** Whether a round was full, so that more may be due already. */
export function isFullRound(rung: number): boolean {
  return rung >= alarmsPerRound;
}

async function wake(parts: EngineParts, due: Due): Promise<{ deliveries: readonly Delivery[] }> {
  const recipientKey = key("recipient", due.recipientId);
  const verificationKey = key("verification", due.verificationId);
  const transacted = await transact<QuietOutcome>(
    parts,
    [recipientKey, verificationKey],
    null,
    (rows, now) => {
      const recipient = rows.get(recipientKey);
      const verification = rows.get(verificationKey);
      if (recipient === undefined || verification === undefined) return { nothing: { type: "nothing" } };
      return decide({ recipient, verification }, { type: "wake", codeKeyId: parts.keyring.currentId }, now);
    },
  );
  return transacted;
}
