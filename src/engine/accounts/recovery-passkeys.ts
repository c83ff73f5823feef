import { isRecovering, type PasskeyShown, passkeyNamed } from "../../accounts/index.ts";
import {
  type PasskeyAnswer,
  type RequestOptions,
  requestOptions,
  requirePasskeys,
  verifyAssertion,
} from "../../authenticators/index.ts";
import { userHandle } from "../../secrets/index.ts";
import { key, type Rows, type UpdateDecision } from "../../store/index.ts";
import { type AccountParts, nobodysId, requireRelyingParty } from "./parts.ts";
import { newRequest } from "./passkeys.ts";
import {
  type Compared,
  type FoundRecovery,
  findRecovery,
  type OfRecovery,
  type RecoveryInvalid,
} from "./recovery-holder.ts";

export type AskRecoveryPasskeyResult =
  | {
      readonly outcome: "passkeyAsked";
      /** For `navigator.credentials.get` of the browser, within five minutes. It names nobody's passkeys. */
      readonly options: RequestOptions;
    }
  | RecoveryInvalid;

/** Asks for any passkey: which ones there are, and whether there is anybody, is told to nobody. */
export async function askRecoveryPasskey(
  parts: AccountParts,
  request: OfRecovery,
): Promise<AskRecoveryPasskeyResult> {
  const relyingParty = requireRelyingParty(parts);
  await requirePasskeys();
  const found = await findRecovery(parts, request);
  const id = found?.challenge.id ?? nobodysId;
  const passkey = newRequest(parts, null, parts.clock.now());
  const options = requestOptions(relyingParty, passkey.challenge, []);
  const challengeKey = key("challenge", id);
  const decision = (rows: Rows, now: number): UpdateDecision<AskRecoveryPasskeyResult> => {
    const row = rows.get(challengeKey);
    if (found === null || row === undefined || !isRecovering(row, now)) {
      return { writes: [], result: { outcome: "recoveryInvalid" } };
    }
    // What was asked before is not waited for any more.
    return {
      writes: [{ table: "challenge", id, row: { ...row, passkey } }],
      result: { outcome: "passkeyAsked", options },
    };
  };
  return await parts.decide([challengeKey], decision, found?.challenge.subscriberId);
}

/** One signature is compared, whoever it is of and whether there is anybody. */
export async function compareRecoveryPasskey(
  parts: AccountParts,
  { challenge: row, subscriber }: FoundRecovery,
  answer: PasskeyAnswer | undefined,
): Promise<Compared> {
  const relyingParty = requireRelyingParty(parts);
  if (answer === undefined) return { type: "nothing" };
  // Asked for nothing, or not any more: the rules refuse it.
  const challenge = row.passkey?.challenge ?? "";
  const one = subscriber === undefined ? undefined : passkeyNamed(subscriber, answer.id, parts.clock.now());
  const compared = await verifyAssertion({ relyingParty, challenge }, answer, one?.credential ?? null);
  const { userHandle: handle } = answer.response;
  const isAnothers =
    handle !== undefined && handle !== null && handle !== userHandle(parts.keyring, row.subscriberId);
  const shown: PasskeyShown =
    isAnothers && compared.type !== "refused" ? { type: "refused", reason: "userHandle" } : compared;
  const authenticatorId = one?.id ?? nobodysId;
  return { type: "use", useOf: () => ({ type: "passkey", authenticatorId, challenge, shown }) };
}
