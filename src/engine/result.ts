import type { Outcome } from "../verification/index.ts";
import { addressOf, rememberAddress } from "./address.ts";
import type { EngineParts } from "./parts.ts";
import type { IdempotencyKeyReused, Transacted } from "./transaction.ts";
import { toView, type VerificationView } from "./view.ts";

/** An outcome as the engine's callers get it: `outcome` tells which, its fields follow. */
export type Result<O> = O extends { readonly type: infer T }
  ? { readonly outcome: T } & Omit<O, "type">
  : never;

/** A result with the verification as it was when it was decided; null where there is none that this caller may see. */
export type VerificationResult<O> = Result<O | IdempotencyKeyReused> & {
  readonly verification: VerificationView | null;
  /** Answered from the record of an earlier request with the same Idempotency-Key. */
  readonly replayed: boolean;
};

/** What a caller must not learn the state of. */
const withoutView: ReadonlySet<string> = new Set(["notFound", "idempotencyKeyReused"]);

export function toResult<O extends Outcome>(
  parts: EngineParts,
  transacted: Transacted<O>,
  address?: string,
): VerificationResult<O> {
  const { outcome, verification, recipient, replayed, now } = transacted;
  const { type, ...fields } = outcome;
  let view: VerificationView | null = null;
  if (verification !== null && recipient !== null && !withoutView.has(type)) {
    if (address !== undefined) rememberAddress(parts.keyring, recipient, address);
    view = toView(verification, address ?? addressOf(parts.keyring, recipient), now);
  }
  return { outcome: type, ...fields, verification: view, replayed } as unknown as VerificationResult<O>;
}
