import type {
  AskPasskeyResult,
  CancelChallengeResult,
  ChallengeShown,
  CheckChallengeResult,
  AccountVerbs as EngineVerbs,
  SendChallengeResult,
  StartChallengeResult,
} from "../engine/index.ts";
import { clean, type Request, type WithPasskey } from "./account-requests.ts";
import { answerOf } from "./passkeys.ts";
import { idOf } from "./requests.ts";

/** Requests to use an authenticator: at sign-in, or before something sensitive. */
export interface Challenges {
  /**
   * With `send`, a code goes out at once where a phone is what they are asked for first; `authenticatorId` says whether.
   * @example
   * const started = await countersign.challenges.start({
   *   name: user.id,
   *   binding: session.id,
   *   passwordChecked: true,
   *   send: true,
   * });
   */
  start(request: Request<"startChallenge">): Promise<StartChallengeResult>;
  /** Sends a code to one of the phones. */
  send(request: Request<"sendChallenge">): Promise<SendChallengeResult>;
  /** What a browser is to sign with one of their passkeys. Its answer goes to `check` as `passkey`. */
  askPasskey(request: Request<"askPasskey">): Promise<AskPasskeyResult>;
  /**
   * Of a `code`, or of what a `passkey` answered. Only `approved` lets them on; `assurance` says how sure it is. With a session of ours it gets another secret.
   * @example
   * const result = await countersign.challenges.check({ id, binding: session.id, code });
   */
  check(request: WithPasskey<Request<"checkChallenge">>): Promise<CheckChallengeResult>;
  /** With what it can be met with; null where there is none that this holder may see. */
  get(request: Request<"challenge">): Promise<ChallengeShown | null>;
  cancel(request: Request<"cancelChallenge">): Promise<CancelChallengeResult>;
}

/** Of the one tenant. */
export function challengeVerbs(accounts: EngineVerbs, tenantId: string): Challenges {
  return {
    start: (request) => accounts.startChallenge({ ...clean(request), tenantId }),
    send: (request) => accounts.sendChallenge({ ...clean(request), id: idOf(request.id), tenantId }),
    check: (request) =>
      accounts.checkChallenge({
        ...clean(request),
        id: idOf(request.id),
        passkey: answerOf(request.passkey),
        tenantId,
      }),
    askPasskey: (request) => accounts.askPasskey({ ...clean(request), id: idOf(request.id), tenantId }),
    get: (request) => accounts.challenge({ ...clean(request), id: idOf(request.id), tenantId }),
    cancel: (request) => accounts.cancelChallenge({ ...clean(request), id: idOf(request.id), tenantId }),
  };
}
