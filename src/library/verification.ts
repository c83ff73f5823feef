import type { DetailedView, VerificationView } from "../engine/index.ts";
import { deliveryId } from "../store/index.ts";
import type {
  CheckRecord,
  Delivery as DeliveryRow,
  DeliveryAttempt as RowAttempt,
} from "../verification/index.ts";

/** A verification as it was when the call was decided. It never holds the code. Instants are milliseconds since the epoch. */
export type Verification = VerificationView;

/** One call of a provider. */
export type DeliveryAttempt = Omit<RowAttempt, "providerMessageId">;

/** One message of one step. */
export interface Delivery {
  readonly id: string;
  readonly step: number;
  readonly channel: DeliveryRow["channel"];
  /** The provider that was asked last; null before the first. */
  readonly provider: string | null;
  readonly state: DeliveryRow["state"];
  readonly cause: DeliveryRow["cause"];
  readonly createdAt: number;
  readonly attempts: readonly DeliveryAttempt[];
}

/** A verification with all that happened to it. */
export interface VerificationDetails extends Verification {
  readonly deliveries: readonly Delivery[];
  readonly checks: readonly CheckRecord[];
}

export function toDetails(view: DetailedView): VerificationDetails {
  return { ...view, deliveries: view.deliveries.map(toDelivery) };
}

/** Without leases and the provider's own ids: those are the engine's. */
export function toDelivery(row: DeliveryRow): Delivery {
  const { step, channel, state, cause, createdAt } = row;
  const attempts = row.attempts.map(({ provider, at, answer, reason, possibleDuplicate }) => ({
    provider,
    at,
    answer,
    reason,
    possibleDuplicate,
  }));
  const provider = attempts.at(-1)?.provider ?? null;
  return {
    id: deliveryId(row.verificationId, row.sequence),
    step,
    channel,
    provider,
    state,
    cause,
    createdAt,
    attempts,
  };
}
