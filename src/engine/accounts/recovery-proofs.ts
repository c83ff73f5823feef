import {
  type Authenticator,
  type RecoveryMethod,
  type RecoveryUse,
  type Subscriber,
  withRecoveryUse,
} from "../../accounts/index.ts";
import type { PasskeyAnswer } from "../../authenticators/index.ts";
import { key, type Write } from "../../store/index.ts";
import type { AccountParts } from "./parts.ts";
import type { Compared, FoundRecovery } from "./recovery-holder.ts";
import { compareRecoveryPasskey } from "./recovery-passkeys.ts";
import { compare } from "./uses.ts";

/** What somebody shows: a passkey, or a code, or a password in the place of one. */
export interface RecoveryProof {
  readonly method: RecoveryMethod;
  readonly code?: string | undefined;
  readonly passkey?: PasskeyAnswer | undefined;
}

const passwordLengthMax = 1_024;

/** Compares one proof before the rows are locked; for nobody the same slow work is done. */
export async function compareForRecovery(
  parts: AccountParts,
  { challenge, subscriber }: FoundRecovery,
  { method, code = "", passkey }: RecoveryProof,
): Promise<Compared> {
  switch (method) {
    case "passkey":
      return await compareRecoveryPasskey(parts, { challenge, subscriber }, passkey);
    case "password": {
      const isTooLong = code.length > passwordLengthMax;
      const hash = isTooLong ? null : (subscriber?.password ?? null);
      const { matches } = await parts.hasher.verify(hash, isTooLong ? "" : code);
      return { type: "password", matches, hash };
    }
    case "recoveryCode": {
      const codes = subscriber?.authenticators.find(({ type }) => type === "recoveryCodes");
      if (subscriber !== undefined && codes !== undefined) {
        const compared = await compare(parts, subscriber, codes, { sent: null }, { code });
        if (compared.type === "use") return compared;
      }
      await parts.hasher.verify(null, code.slice(0, passwordLengthMax));
      return { type: "nothing" };
    }
    case "totp":
      return subscriber === undefined ? { type: "nothing" } : await compareApps(parts, subscriber, code);
    case "phone":
    case "email": {
      const sent = method === "phone" ? challenge.sent : (challenge.recovery?.email ?? null);
      const one = subscriber?.authenticators.find(({ id }) => id === sent?.authenticatorId);
      const isLeft = await reserve(parts, { challenge, subscriber }, one, "check");
      if (subscriber === undefined || one === undefined || !isLeft) {
        await writtenForNothing(parts, challenge.id);
        return { type: "nothing" };
      }
      const compared = await compare(parts, subscriber, one, { sent }, { code });
      return compared.type === "use" ? compared : { type: "nothing" };
    }
    default:
      return method satisfies never;
  }
}

/**
 * Takes one of the messages or guesses that recoveries have of an address; false where none is left, or there is no such
 * address. Something is written for nobody as well (W-8).
 */
export async function reserve(
  parts: AccountParts,
  { challenge, subscriber }: FoundRecovery,
  address: Authenticator | undefined,
  what: RecoveryUse["what"],
): Promise<boolean> {
  if (subscriber === undefined || (address?.type !== "phone" && address?.type !== "email")) {
    await writtenForNothing(parts, challenge.id);
    return false;
  }
  const subscriberKey = key("subscriber", subscriber.id);
  return await parts.store.update<boolean>([subscriberKey], (rows, now) => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: false };
    const next = withRecoveryUse(row, { type: address.type, what }, now);
    const write: Write = { table: "subscriber", id: row.id, row: next ?? row };
    return { writes: [write], result: next !== null };
  });
}

/**
 * A commit that changes nothing: for nobody, and for whoever has no such address, in place of the verification that is
 * started or checked for others. How long an answer takes tells no more than it says (W-8).
 */
export async function writtenForNothing({ store }: AccountParts, challengeId: string): Promise<void> {
  const challengeKey = key("challenge", challengeId);
  await store.update<void>([challengeKey], (rows) => {
    const row = rows.get(challengeKey);
    const writes: readonly Write[] = row === undefined ? [] : [{ table: "challenge", id: row.id, row }];
    return { writes, result: undefined };
  });
}

/** Whoever has several apps need not say which: the code is that of one of them. */
async function compareApps(parts: AccountParts, subscriber: Subscriber, code: string): Promise<Compared> {
  const apps = subscriber.authenticators.filter(
    ({ type, confirmedAt }) => type === "totp" && confirmedAt !== null,
  );
  const now = parts.clock.now();
  let last: Compared = { type: "nothing" };
  for (const app of apps) {
    const compared = await compare(parts, subscriber, app, { sent: null }, { code });
    if (compared.type !== "use") continue;
    last = compared;
    const use = compared.useOf(subscriber, now);
    if (use.type === "totp" && use.step !== null) return compared;
  }
  return last;
}
