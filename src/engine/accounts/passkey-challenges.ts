import type { Challenge } from "../../accounts/index.ts";
import { type RequestOptions, requestOptions, requirePasskeys } from "../../authenticators/index.ts";
import { key, type Rows, type UpdateDecision } from "../../store/index.ts";
import { findChallenge, type NotFound, type OnChallenge, overOf, type Told } from "./challenges.ts";
import { type AccountParts, requireRelyingParty } from "./parts.ts";
import { newRequest, passkeysOf } from "./passkeys.ts";
import { type ChallengeView, toChallengeView } from "./views.ts";

type ChallengeOver = Exclude<ReturnType<typeof overOf>, null>;

export type AskPasskeyResult =
  | {
      readonly outcome: "passkeyAsked";
      readonly challenge: ChallengeView;
      /** For `navigator.credentials.get` of the browser, within five minutes. */
      readonly options: RequestOptions;
    }
  | NotFound
  | ChallengeOver
  /** They have no passkey, or a payment is to be approved: what a passkey signs names neither amount nor payee (S-2). */
  | Told<{ readonly type: "authenticatorNotFound" }>;

/** Asks for one of the passkeys of whoever is challenged. What was asked before is not waited for any more. */
export async function askPasskey(parts: AccountParts, request: OnChallenge): Promise<AskPasskeyResult> {
  const relyingParty = requireRelyingParty(parts);
  await requirePasskeys();
  const found = await findChallenge(parts, request);
  if (found === null) return { outcome: "challengeNotFound" };
  const { challenge, subscriber, now } = found;
  const passkeys = challenge.payment === null ? passkeysOf(subscriber, now) : [];
  const over = overOf(challenge, now);
  if (over !== null) return over;
  if (passkeys.length === 0) return { outcome: "authenticatorNotFound" };
  const passkey = newRequest(parts, null, now);
  const options = requestOptions(relyingParty, passkey.challenge, passkeys);
  const challengeKey = key("challenge", challenge.id);
  const decision = (rows: Rows, at: number): UpdateDecision<AskPasskeyResult> => {
    const row = rows.get(challengeKey);
    if (row === undefined) return { writes: [], result: { outcome: "challengeNotFound" } };
    const overNow = overOf(row, at);
    if (overNow !== null) return { writes: [], result: overNow };
    const next: Challenge = { ...row, passkey };
    return {
      writes: [{ table: "challenge", id: row.id, row: next }],
      result: { outcome: "passkeyAsked", challenge: toChallengeView(next), options },
    };
  };
  return await parts.decide([challengeKey], decision, subscriber.id);
}
