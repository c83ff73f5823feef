import { type ChallengeOutcome, confirmed, meantOf } from "../../accounts/index.ts";
import { type Key, key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import type { StartOutcome } from "../../verification/index.ts";
import type { Beside } from "../transaction.ts";
import { findChallenge, type NotFound, type OnChallenge, refusalOf, type Told } from "./challenges.ts";
import type { AccountParts } from "./parts.ts";
import {
  type CodeSent,
  type CodeText,
  remembered,
  type SendRefusal,
  sendCode,
  startedId,
} from "./sending.ts";

export type SendChallenge = OnChallenge & {
  /** Without it: the preferred phone, else the only one. */
  readonly authenticatorId?: string | undefined;
  /** Without it: as its owner wants it, by text where they said nothing. */
  readonly channel?: "sms" | "voice" | undefined;
  readonly text?: CodeText | undefined;
};

export type SendChallengeResult =
  | (CodeSent & { readonly authenticatorId: string })
  | SendRefusal
  | NotFound
  | Told<
      Exclude<
        ChallengeOutcome,
        { readonly type: "approved" | "codeMismatch" | "codeUsed" | "passkeyRefused" }
      >
    >;

/** Sends a code to one of the phones; the challenge then waits for that code. */
export async function sendChallenge(
  parts: AccountParts,
  request: SendChallenge,
): Promise<SendChallengeResult> {
  const found = await findChallenge(parts, request);
  if (found === null) return { outcome: "challengeNotFound" };
  const { challenge, subscriber, now } = found;
  const refused = refusalOf(subscriber, challenge, now);
  if (refused !== null) return refused;
  const { authenticatorId } = request;
  const phone =
    authenticatorId === undefined
      ? meantOf(subscriber, "phone", now)
      : confirmed(subscriber, now).find(({ id }) => id === authenticatorId);
  if (phone?.type !== "phone") return { outcome: "authenticatorNotFound" };
  if (phone.disabledAt !== null) return { outcome: "authenticatorDisabled" };
  const before = challenge.sent?.authenticatorId === phone.id ? challenge.sent.verificationId : null;
  const { purpose } = challenge;
  const asked = { before, purpose, channel: request.channel, text: request.text, payment: challenge.payment };
  // A repeat is answered from a record of what was answered, which is known after the start only.
  const waiting = parts.idempotency === null ? waitsFor(challenge.id, phone.id) : undefined;
  const beside = waiting === undefined ? undefined : besideStart(waiting);
  const sent = await sendCode(parts, subscriber, phone, asked, beside);
  if (sent.outcome !== "sent") return await remembered(parts, sent);
  const { verification } = sent;
  const result = { ...sent, authenticatorId: phone.id };
  if (waiting !== undefined && verification.id !== before) return result;
  const { keys, writes } = waitsFor(challenge.id, phone.id);
  const decision = (rows: Rows): UpdateDecision<SendChallengeResult> => ({
    writes: writes(rows, verification.id),
    result,
  });
  return await parts.decide(keys, decision, subscriber.id);
}

/** Who waits for the code of a verification. */
interface Waiting {
  readonly keys: readonly Key[];
  writes(rows: Rows, verificationId: string): readonly Write[];
}

function besideStart({ keys, writes }: Waiting): Beside<StartOutcome> {
  return {
    keys,
    writes(rows, decided) {
      const verificationId = startedId(decided);
      return verificationId === null ? [] : writes(rows, verificationId);
    },
  };
}

/** From then on the challenge waits for the code of that verification. */
function waitsFor(challengeId: string, authenticatorId: string): Waiting {
  const challengeKey = key("challenge", challengeId);
  return {
    keys: [challengeKey],
    writes(rows, verificationId) {
      const row = rows.get(challengeKey);
      if (row?.status !== "pending") return [];
      const next = { ...row, sent: { verificationId, authenticatorId } };
      return [{ table: "challenge", id: row.id, row: next }];
    },
  };
}
