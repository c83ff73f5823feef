import type {
  AskRecoveryPasskeyResult,
  CheckNoticeResult,
  CheckRecoveryResult,
  CheckResetResult,
  CompleteRecoveryResult,
  CompleteResetResult,
  DisputeResult,
  SendRecoveryResult,
  StartRecoveryResult,
  StartResetResult,
} from "./account-results.ts";
import type { OfSubscriber, PasskeyAnswer, RecoveryMethod } from "./account-types.ts";
import { type Call, partOf } from "./call.ts";
import type { CallOptions, Json } from "./transport.ts";

interface OfRecovery {
  readonly recovery: string;
}

/** The way back in for people who lost what they sign in with, and what stops a thief. */
export interface RecoveryCalls {
  readonly recoveries: {
    /** The same answer whoever it is, and whether there is anybody. */
    start(request: { readonly name: string }, options?: CallOptions): Promise<StartRecoveryResult>;
    send(
      request: OfRecovery & { readonly method: "email" | "phone"; readonly channel?: "sms" | "voice" },
      options?: CallOptions,
    ): Promise<SendRecoveryResult>;
    /** What a browser is to sign with any passkey. Its answer goes to `check` as `passkey`. */
    askPasskey(request: OfRecovery, options?: CallOptions): Promise<AskRecoveryPasskeyResult>;
    /** One proof: with `isEnough` it may be completed. */
    check(
      request: OfRecovery &
        (
          | { readonly method: Exclude<RecoveryMethod, "passkey">; readonly code: string }
          | { readonly method: "passkey"; readonly passkey: PasskeyAnswer }
        ),
      options?: CallOptions,
    ): Promise<CheckRecoveryResult>;
    /** Sets a password, signs out everywhere, and allows to enrol anew; it signs nobody in. */
    complete(
      request: OfRecovery & { readonly password?: string; readonly browser?: string },
      options?: CallOptions,
    ): Promise<CompleteRecoveryResult>;
  };
  readonly resets: {
    /** Sends a way back in to an address of theirs: whoever starts it never sees it. */
    start(
      request: OfSubscriber & { readonly authenticatorId?: string },
      options?: CallOptions,
    ): Promise<StartResetResult>;
    check(request: { readonly reset: string }, options?: CallOptions): Promise<CheckResetResult>;
    complete(
      request: { readonly reset: string; readonly password?: string; readonly browser?: string },
      options?: CallOptions,
    ): Promise<CompleteResetResult>;
  };
  readonly notices: {
    /** Changes nothing, however often a mail scanner opens the link. */
    check(request: { readonly notice: string }, options?: CallOptions): Promise<CheckNoticeResult>;
    dispute(request: { readonly notice: string }, options?: CallOptions): Promise<DisputeResult>;
  };
}

const as =
  (outcome: string) =>
  (_status: number, body: Json): object => ({ outcome, ...body });

export function recoveryCalls(call: Call): RecoveryCalls {
  const post = (path: string, body: object, more: CallOptions | undefined) =>
    ({ ...more, method: "POST", path, body }) as const;
  const current = (path: string, headers: Record<string, string>, more: CallOptions | undefined) =>
    ({ ...more, method: "GET", path, headers }) as const;
  return {
    recoveries: {
      start: (body, more) => call("startRecovery", post("/recoveries", body, more), as("recoveryStarted")),
      send: (body, more) =>
        call("sendRecovery", post("/recoveries/send", body, more), () => ({ outcome: "sent" })),
      askPasskey: (body, more) =>
        call("askRecoveryPasskey", post("/recoveries/passkey", body, more), as("passkeyAsked")),
      check: (body, more) => call("checkRecovery", post("/recoveries/check", body, more), as("proven")),
      complete: (body, more) =>
        call("completeRecovery", post("/recoveries/complete", body, more), as("recovered")),
    },
    resets: {
      start: ({ subscriberId, ...body }, more) =>
        call(
          "startReset",
          post(`/subscribers/${partOf(subscriberId)}/reset`, body, more),
          as("resetStarted"),
        ),
      check: ({ reset }, more) =>
        call("checkReset", current("/resets/current", { "countersign-reset": reset }, more), as("resetOpen")),
      complete: (body, more) => call("completeReset", post("/resets/complete", body, more), as("resetDone")),
    },
    notices: {
      check: ({ notice }, more) =>
        call(
          "checkNotice",
          current("/notices/current", { "countersign-notice": notice }, more),
          as("noticeOpen"),
        ),
      dispute: (body, more) => call("disputeNotice", post("/notices/dispute", body, more), as("disputed")),
    },
  };
}
