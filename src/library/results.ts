import type { StartRefusal } from "../engine/index.ts";
import type {
  CancelOutcome,
  CheckOutcome,
  SendOutcome,
  SettleOutcome,
  StartOutcome,
} from "../verification/index.ts";
import type { Verification } from "./verification.ts";

/** Refusals without a verification that this caller may see. */
type Blind = "notFound" | "deliveryCongested";

/** `outcome` tells which; its fields follow, and the verification as it was when it was decided. */
type Result<O> = O extends { readonly type: infer T }
  ? { readonly outcome: T } & Omit<O, "type"> & {
        readonly verification: T extends Blind ? null : Verification;
      }
  : never;

/** A start that made nothing has no verification. */
type Refusal<O> = O extends { readonly type: infer T }
  ? { readonly outcome: T } & Omit<O, "type"> & { readonly verification: null }
  : never;

type Began = Extract<StartOutcome, { readonly type: "started" | "continued" }>;

/** What a start can come to. */
export type StartResult = Result<Began> | Refusal<Exclude<StartOutcome, Began> | StartRefusal>;
/** What a check can come to: `approved` is the one that lets a person in. */
export type CheckResult = Result<CheckOutcome>;
/** What a resend, or the next step, can come to. */
export type SendResult = Result<SendOutcome>;
export type CancelResult = Result<CancelOutcome>;
export type SettleResult = Result<SettleOutcome>;

/** The engine's result in the form of the library: a promise about `verification` for each outcome. */
export function toResult<R>(given: {
  readonly outcome: string;
  readonly verification: Verification | null;
  readonly replayed: boolean;
}): R {
  const { replayed: _never, ...result } = given;
  return result as R;
}
