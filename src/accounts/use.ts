import type { SealedRecipient } from "../verification/index.ts";
import type { Proof } from "./assurance.ts";
import { authenticatorWaits, lockedUntil, noFailures, oneMore } from "./budget.ts";
import { decidePasskeyUse, type PasskeyRefusal, type PasskeyUse } from "./passkey.ts";
import {
  type Authenticator,
  type PhoneAuthenticator,
  type RecoveryCodes,
  type Subscriber,
  type TotpAuthenticator,
  withAuthenticator,
  wrongLeft,
  wrongLeftWarned,
} from "./subscriber.ts";

/** What was given, already compared: rules know no codes. */
export type Use =
  /** The step whose code it is, the latest of them; null where it is none of the window's. */
  | { readonly type: "totp"; readonly authenticatorId: string; readonly step: number | null }
  /** Which of the codes it is; null where it is none. */
  | { readonly type: "recoveryCodes"; readonly authenticatorId: string; readonly index: number | null }
  /** Whether the verification of this phone was approved just now. */
  | {
      readonly type: "phone";
      readonly authenticatorId: string;
      readonly matches: boolean;
      readonly channel: "sms" | "voice";
      /** Whom the code went to; absent where that is known already. */
      readonly recipient?: SealedRecipient;
    }
  /** Whether the verification of this address was approved just now. */
  | { readonly type: "email"; readonly authenticatorId: string; readonly matches: boolean }
  | PasskeyUse;

export type UseRefusal =
  /** With how many more of them disable the authenticator; absent while that is far away (S-4). */
  | { readonly type: "codeMismatch"; readonly checksLeft?: number }
  /** Right once, and used then: it is not counted, since it is no guess. */
  | { readonly type: "codeUsed" }
  | { readonly type: "subscriberLocked"; readonly retryAt: number }
  | { readonly type: "authenticatorNotFound" }
  | { readonly type: "authenticatorDisabled" }
  | { readonly type: "passkeyRefused"; readonly reason: PasskeyRefusal };

export interface UseDecision {
  readonly subscriber: Subscriber;
  readonly outcome: UseRefusal | { readonly type: "right"; readonly proof: Proof };
}

/**
 * One use of one of `usable`. While the budget is spent the answer is the same whether the code was right: whoever
 * guesses learns nothing from the comparison.
 */
export function decideUse(
  subscriber: Subscriber,
  usable: readonly Authenticator[],
  use: Use,
  now: number,
): UseDecision {
  if (use.type === "passkey") return decidePasskeyUse(subscriber, usable, use, now);
  const refuse = (outcome: UseRefusal): UseDecision => ({ subscriber, outcome });
  const retryAt = lockedUntil(subscriber.failures, now);
  if (retryAt !== null) return refuse({ type: "subscriberLocked", retryAt });
  const authenticator = usable.find(({ id, type }) => id === use.authenticatorId && type === use.type);
  if (authenticator === undefined) return refuse({ type: "authenticatorNotFound" });
  if (authenticator.disabledAt !== null) return refuse({ type: "authenticatorDisabled" });
  const compared = compare(authenticator, use, now);
  switch (compared) {
    case "used":
      return refuse({ type: "codeUsed" });
    case "wrong":
      return afterWrong(subscriber, authenticator, now);
    default: {
      // Its owner is here: what strangers guessed until then does not add up with what they guess later.
      const { recoveryFailures: _over, ...owned } = subscriber;
      return {
        subscriber: {
          ...withAuthenticator(owned, { ...compared.next, lastUsedAt: now, wrongInRow: 0 }, now),
          failures: noFailures,
        },
        outcome: {
          type: "right",
          proof: { kind: compared.kind, authenticatorId: authenticator.id, at: now },
        },
      };
    }
  }
}

type Compared = "used" | "wrong" | { readonly next: Authenticator; readonly kind: Proof["kind"] };

function compare(authenticator: Authenticator, use: Exclude<Use, PasskeyUse>, now: number): Compared {
  switch (use.type) {
    case "totp":
      return compareTotp(authenticator as TotpAuthenticator, use.step);
    case "recoveryCodes":
      return compareRecoveryCode(authenticator as RecoveryCodes, use.index, now);
    case "phone":
      return use.matches
        ? { next: provenPhone(authenticator as PhoneAuthenticator, use), kind: use.channel }
        : "wrong";
    case "email":
      return use.matches ? { next: authenticator, kind: "email" } : "wrong";
    default:
      return use satisfies never;
  }
}

function provenPhone(
  phone: PhoneAuthenticator,
  { recipient }: Extract<Use, { readonly type: "phone" }>,
): Authenticator {
  return recipient === undefined ? phone : { ...phone, recipient };
}

/** RFC 6238, 5.2: a code is accepted once, and none from before it. */
function compareTotp(authenticator: TotpAuthenticator, step: number | null): Compared {
  if (step === null) return "wrong";
  if (authenticator.lastStep !== null && step <= authenticator.lastStep) return "used";
  return { next: { ...authenticator, lastStep: step }, kind: "totp" };
}

function compareRecoveryCode(authenticator: RecoveryCodes, index: number | null, now: number): Compared {
  const code = index === null ? undefined : authenticator.codes[index];
  if (code === undefined) return "wrong";
  if (code.usedAt !== null) return "used";
  const codes = authenticator.codes.map((one) => (one === code ? { ...one, usedAt: now } : one));
  return { next: { ...authenticator, codes }, kind: "recoveryCode" };
}

function afterWrong(subscriber: Subscriber, authenticator: Authenticator, now: number): UseDecision {
  const wrongInRow = authenticator.wrongInRow + 1;
  const checksLeft = wrongLeft({ ...authenticator, wrongInRow });
  const disabledAt = checksLeft === 0 ? now : null;
  return {
    subscriber: {
      ...withAuthenticator(subscriber, { ...authenticator, wrongInRow, disabledAt }, now),
      failures: oneMore(subscriber.failures, authenticatorWaits, now),
    },
    outcome: { type: "codeMismatch", ...(checksLeft <= wrongLeftWarned ? { checksLeft } : {}) },
  };
}
