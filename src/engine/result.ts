import type { Outcome } from "../verification/index.ts";
import { rememberAddress } from "./address.ts";
import type { EngineParts } from "./parts.ts";
import { shownAddress } from "./shown.ts";
import type { IdempotencyKeyReused, Transacted } from "./transaction.ts";
import { toView, type VerificationView } from "./view.ts";

/** What is answered without a verification: there is none that this caller may see, or nothing came of the call. */
type Hidden = "notFound" | "idempotencyKeyReused" | "deliveryCongested";

/**
 * An outcome as the engine's callers get it: `outcome` tells which, its fields follow, and with those of `Shown` comes
 * the verification as it was when it was decided.
 */
export type VerificationResult<
  O extends Outcome,
  Shown extends string = Exclude<O["type"], Hidden>,
> = ResultOf<O | IdempotencyKeyReused, Shown>;

type ResultOf<O, Shown> = O extends { readonly type: infer T }
  ? {
      readonly outcome: T;
      readonly verification: T extends Shown ? VerificationView : null;
      /** Answered from the record of an earlier request with the same Idempotency-Key. */
      readonly replayed: boolean;
    } & Omit<O, "type">
  : never;

/** What a caller must not learn the state of. */
const withoutView: ReadonlySet<string> = new Set(["notFound", "idempotencyKeyReused"]);

/** `Shown` are the outcomes whose decision has a verification, which is what the verb's type promises. */
export function toResult<O extends Outcome, Shown extends string = Exclude<O["type"], Hidden>>(
  parts: EngineParts,
  transacted: Transacted<O>,
  address?: string,
): VerificationResult<O, Shown> {
  const { outcome, verification, recipient, replayed, now } = transacted;
  const { type, ...fields } = outcome;
  let view: VerificationView | null = null;
  if (verification !== null && recipient !== null && !withoutView.has(type)) {
    if (address !== undefined) rememberAddress(parts.keyring, recipient, address);
    // It is committed: a number that cannot be read must not take the answer away (K-3).
    view = toView(verification, address ?? shownAddress(parts, recipient), now);
  }
  return { outcome: type, ...fields, verification: view, replayed } as unknown as VerificationResult<
    O,
    Shown
  >;
}
