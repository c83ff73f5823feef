import type { Engine, MessageResult } from "../../engine/index.ts";
import type { GuardReasonName } from "../../guard/index.ts";
import type { NumberDenial } from "../../numbers/index.ts";

type OutcomeOf<V extends keyof Engine> = Engine[V] extends (...args: never[]) => Promise<infer R>
  ? R extends { readonly outcome: infer O }
    ? O
    : never
  : never;

/** Every way in which a start can end that is none. A facade has an answer for each: a missing one does not compile. */
export type StartRefused = Exclude<OutcomeOf<"start">, "started" | "continued">;

/** The same of a check. */
export type CheckRefused = Exclude<OutcomeOf<"check">, "approved">;

/** The same of `next` and `resend`. */
export type SendRefused = Exclude<OutcomeOf<"next">, "sent">;

/** The same of a cancel. */
export type CancelRefused = Exclude<OutcomeOf<"cancel">, "canceled">;

/** Why nothing is sent to a number: what is known of it, or what the guard holds against it. */
export type NumberRefused = NumberDenial | GuardReasonName;

/** The same of a text of the caller's own. */
export type MessageRefused = Exclude<MessageResult["type"], "messageAccepted">;

/** What a refused outcome may say beside its name. */
export interface Refused {
  readonly type?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly field?: string;
  readonly limit?: string;
  readonly detail?: string;
  readonly retryAt?: number;
}
