import {
  type Assurance,
  type Challenge,
  ended,
  type Proof,
  rememberDevice,
  type Session,
  type Subscriber,
  type SubscriberName,
  steppedUp,
} from "../../accounts/index.ts";
import type { Write } from "../../store/index.ts";
import { paymentInputOf } from "../payment.ts";
import { newBearer } from "./bearers.ts";
import { type AccountParts, holderDigest } from "./parts.ts";
import { type Begun, planSession } from "./sessions.ts";
import { makeStatement } from "./statements.ts";
import { type NewlyTrusted, planTrust } from "./trusted-devices.ts";
import { type ChallengeView, toChallengeView, toSessionView } from "./views.ts";

export interface ChallengeApproved {
  readonly outcome: "approved";
  readonly assurance: Assurance;
  readonly challenge: ChallengeView;
  /** With a session of ours: its new secret. The one that was presented is dead (P-5). */
  readonly session: Begun | null;
  /** The device, where it was asked for and may be trusted. */
  readonly trustedDevice: NewlyTrusted | null;
  /** The approval as an ES256 token, where it was asked for. */
  readonly statement: string | null;
}

/** What the approval is to do beside approving. */
export interface Approving {
  readonly tenantId: string;
  /** To be known as a device that signed in. */
  readonly device?: string | undefined;
  /** What its owner calls this device, to trust it from now on. Only a whole sign-in may, and no recovery code. */
  readonly trustDevice?: string | undefined;
  /** Who is to believe a signed statement of the approval; without it there is none. */
  readonly audience?: string | undefined;
}

export interface Approved {
  readonly subscriber: Subscriber;
  readonly challenge: Challenge;
  readonly assurance: Assurance;
  readonly session: Session | undefined;
  readonly name: SubscriberName | undefined;
}

/** What is written with an approval: what was used up, the session that it opens, and the device that it was on. */
export function planApproval(
  parts: AccountParts,
  request: Approving,
  { subscriber, challenge, assurance, session, name }: Approved,
  at: number,
): { readonly writes: readonly Write[]; readonly result: ChallengeApproved } {
  const trust = planTrust(parts, { subscriber, challenge, name: request.trustDevice }, at);
  const begun = session === undefined ? null : goOnWith(parts, session, challenge, at);
  const remembered = deviceWrite(parts, name, request, at);
  return {
    writes: [
      { table: "subscriber", id: subscriber.id, row: trust?.subscriber ?? subscriber },
      { table: "challenge", id: challenge.id, row: challenge },
      ...(begun?.writes ?? []),
      ...(remembered === null ? [] : [remembered]),
    ],
    result: {
      outcome: "approved",
      assurance,
      challenge: toChallengeView(challenge),
      session: begun?.begun ?? null,
      trustedDevice: trust?.trusted ?? null,
      statement:
        request.audience === undefined ? null : stateApproval(parts, challenge, request.audience, at),
    },
  };
}

/** The approval, for somebody who cannot ask us: what it is for is part of it, and what it pays (S-2). */
function stateApproval(parts: AccountParts, challenge: Challenge, audience: string, at: number): string {
  const { id, tenantId, subscriberId, purpose, payment, earlier, proof } = challenge;
  const proofs = [...earlier, proof as Proof];
  const paid = payment === null ? {} : paymentInputOf(payment);
  const more = { purpose, challenge: id, ...paid };
  return makeStatement(parts, { tenantId, subscriberId, audience, proofs, more }, at).statement;
}

/** A pending session makes way for an active one; an active one gets another secret (P-5). */
function goOnWith(
  parts: AccountParts,
  session: Session,
  { id: challengeId, earlier, proof }: Challenge,
  now: number,
): { readonly begun: Begun; readonly writes: readonly Write[] } {
  const used = proof as Proof;
  const { tenantId, subscriberId, browser } = session;
  if (session.state === "pending") {
    const proofs = [...earlier, used];
    const fields = { tenantId, subscriberId, browser, challengeId, proofs };
    const active = planSession(parts, "active", fields, now);
    const over: Write = { table: "session", id: session.id, row: ended(session, now) };
    return { begun: active.begun, writes: [over, active.write] };
  }
  const { bearer, digest } = newBearer(parts, "active", session.id);
  const row = steppedUp(session, used, digest);
  const begun = { bearer, session: toSessionView(row) };
  return { begun, writes: [{ table: "session", id: row.id, row }] };
}

function deviceWrite(
  parts: AccountParts,
  name: SubscriberName | undefined,
  { tenantId, device }: Approving,
  now: number,
): Write | null {
  if (device === undefined || name === undefined) return null;
  const row = rememberDevice(name, holderDigest(parts, tenantId, "device", device), now);
  return { table: "subscriberName", id: row.id, row };
}
