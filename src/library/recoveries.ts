import type {
  AskRecoveryPasskeyResult,
  CheckNoticeResult,
  CheckRecoveryResult,
  CheckResetResult,
  CompleteRecoveryResult,
  CompleteResetResult,
  DisputeResult,
  AccountVerbs as EngineVerbs,
  RecoveryStarted,
  SendRecoveryResult,
  StartResetResult,
} from "../engine/index.ts";
import { clean, type Request } from "./account-requests.ts";
import { answerOf } from "./passkeys.ts";
import { typed } from "./requests.ts";

/** The way back in for people who lost what they sign in with. */
export interface Recoveries {
  /**
   * For whoever types a name; the answer is the same whether there is anybody.
   * @example
   * const { recovery } = await countersign.recoveries.start({ name });
   * await countersign.recoveries.send({ recovery, method: "email" });
   * await countersign.recoveries.check({ recovery, method: "email", code });
   * const result = await countersign.recoveries.check({ recovery, method: "recoveryCode", code: saved });
   * if (result.outcome === "approved") await countersign.recoveries.complete({ recovery, password });
   */
  start(request: Request<"startRecovery">): Promise<RecoveryStarted>;
  send(request: Request<"sendRecovery">): Promise<SendRecoveryResult>;
  /**
   * What a browser is to sign with any passkey: the same whoever recovers. Its answer goes to `check` with the method
   * `passkey`, and is enough alone.
   * @throws PasskeysUnavailable
   */
  askPasskey(request: Request<"askRecoveryPasskey">): Promise<AskRecoveryPasskeyResult>;
  check(request: Request<"checkRecovery">): Promise<CheckRecoveryResult>;
  /** Sets a password, signs out everywhere, and allows to enrol anew; it signs nobody in. */
  complete(request: Request<"completeRecovery">): Promise<CompleteRecoveryResult>;
}

/** A way back in that you open for somebody whose identity you proved: you never see what it is. */
export interface Resets {
  start(request: Request<"startReset">): Promise<StartResetResult>;
  /** What its link holds, for the page behind it; uses nothing up. */
  check(request: Request<"checkReset">): Promise<CheckResetResult>;
  complete(request: Request<"completeReset">): Promise<CompleteResetResult>;
}

/** The page behind "this was not me" of a notice. */
export interface Notices {
  /** Changes nothing, however often a mail scanner opens the link. */
  check(request: Request<"checkNotice">): Promise<CheckNoticeResult>;
  /** Signs out everywhere, disables what was enrolled since, and stops all changes until a recovery or a reset. */
  dispute(request: Request<"disputeNotice">): Promise<DisputeResult>;
}

/** Of the one tenant. */
export function recoveryVerbs(
  accounts: EngineVerbs,
  tenantId: string,
): {
  readonly recoveries: Recoveries;
  readonly resets: Resets;
  readonly notices: Notices;
} {
  return {
    recoveries: {
      start: ({ name }) => accounts.startRecovery({ name: typed(name), tenantId }),
      send: (request) =>
        accounts.sendRecovery({ ...clean(request), recovery: typed(request.recovery), tenantId }),
      check: (request) =>
        accounts.checkRecovery({
          ...clean(request),
          recovery: typed(request.recovery),
          code: request.method === "passkey" ? undefined : typed(request.code),
          passkey: answerOf(request.passkey),
          tenantId,
        }),
      askPasskey: ({ recovery }) => accounts.askRecoveryPasskey({ recovery: typed(recovery), tenantId }),
      complete: (request) =>
        accounts.completeRecovery({ ...clean(request), recovery: typed(request.recovery), tenantId }),
    },
    resets: {
      start: (request) => accounts.startReset({ ...clean(request), tenantId }),
      check: ({ reset }) => accounts.checkReset({ reset: typed(reset), tenantId }),
      complete: (request) =>
        accounts.completeReset({ ...clean(request), reset: typed(request.reset), tenantId }),
    },
    notices: {
      check: ({ notice }) => accounts.checkNotice({ notice: typed(notice), tenantId }),
      dispute: ({ notice }) => accounts.disputeNotice({ notice: typed(notice), tenantId }),
    },
  };
}
