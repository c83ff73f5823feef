import {
  completed,
  isEnough,
  isOvertaken,
  isRecoverable,
  needsPassword,
  recovered,
  standing,
} from "../../accounts/index.ts";
import { key, type Rows, type UpdateDecision } from "../../store/index.ts";
import { type NewPasswordRefused, newPasswordProblem } from "./new-password.ts";
import { prepareNotice, remembering } from "./notices.ts";
import type { AccountParts } from "./parts.ts";
import { findRecovery, type OfRecovery, type RecoveryInvalid } from "./recovery-holder.ts";
import { usableIn } from "./recovery-ways.ts";
import { type Begun, planSession } from "./sessions.ts";

export type CompleteRecovery = OfRecovery & {
  /** A new one; without it the old one stays, unless it may be another's. */
  readonly password?: string | undefined;
  /** By what its owner recognises the session that comes of it. */
  readonly browser?: string | undefined;
};

export type CompleteRecoveryResult =
  | {
      readonly outcome: "recovered";
      readonly subscriberId: string;
      /** Allows to enrol and to remove authenticators for ten minutes. */
      readonly stepUp: string;
      /** Becomes active with the first authenticator that is enrolled; a plain sign-in does as well. */
      readonly pending: Begun;
    }
  | RecoveryInvalid
  | NewPasswordRefused;

/** Signs nobody in: it sets the password, ends all sessions, and allows to enrol. */
export async function completeRecovery(
  parts: AccountParts,
  request: CompleteRecovery,
): Promise<CompleteRecoveryResult> {
  const found = await findRecovery(parts, request);
  const now = parts.clock.now();
  if (found?.subscriber === undefined || !isRecoverable(found.challenge, now)) {
    return await remembering(parts, { outcome: "recoveryInvalid" });
  }
  const { challenge, subscriber } = found;
  const refused = await newPasswordProblem(parts, subscriber, request.password, needsPassword(subscriber));
  if (refused !== null) return refused;
  const hash = request.password === undefined ? null : await parts.hasher.hash(request.password);
  const linksUntil = now - 1;
  const notice = await prepareNotice(parts, subscriber, "recovered");
  const challengeKey = key("challenge", challenge.id);
  const subscriberKey = key("subscriber", subscriber.id);
  const decision = (rows: Rows, at: number): UpdateDecision<CompleteRecoveryResult> => {
    const row = rows.get(challengeKey);
    const of = rows.get(subscriberKey);
    if (row === undefined || of === undefined || !isRecoverable(row, at) || isOvertaken(row, of)) {
      return { writes: [], result: { outcome: "recoveryInvalid" } };
    }
    if (!isEnough(standing(row.earlier, of, usableIn(parts, of, at)))) {
      return { writes: [], result: { outcome: "recoveryInvalid" } };
    }
    const { tenantId, id: subscriberId } = of;
    const { browser } = request;
    const fields = { tenantId, subscriberId, browser, challengeId: null, proofs: row.earlier };
    const pending = planSession(parts, "pending", fields, at);
    const begun = {
      by: "recovery" as const,
      password: hash,
      sessionId: pending.row.id,
      stepUp: row.id,
      linksUntil,
    };
    return {
      writes: [
        ...notice.writes(rows, at),
        { table: "subscriber", id: of.id, row: recovered(of, begun, at) },
        { table: "challenge", id: row.id, row: completed(row, at) },
        pending.write,
      ],
      result: { outcome: "recovered", subscriberId: of.id, stepUp: row.id, pending: pending.begun },
    };
  };
  return await parts.decide([...notice.keys, subscriberKey, challengeKey], decision, subscriber.id);
}
