import type {
  AskPasskeyResult,
  CancelChallengeResult,
  CheckChallengeResult,
  SendChallengeResult,
  StartChallengeResult,
} from "./account-results.ts";
import type { ChallengeShown, CodeOrPasskey, NewChallenge, OnChallenge } from "./account-types.ts";
import { bindingHeader, type Call, orNothing, partOf, shown, withOutcome } from "./call.ts";
import type { Asked, CallOptions } from "./transport.ts";
import type { Amount } from "./verification.ts";

/** Requests to use an authenticator. */
export interface ChallengeCalls {
  start(request: NewChallenge, options?: CallOptions): Promise<StartChallengeResult>;
  /** Null where there is none that this holder may see. */
  get(request: OnChallenge, options?: CallOptions): Promise<ChallengeShown | null>;
  send(
    request: OnChallenge & { readonly authenticatorId?: string; readonly channel?: "sms" | "voice" },
    options?: CallOptions,
  ): Promise<SendChallengeResult>;
  /** What a browser is to sign with one of their passkeys. Its answer goes to `check` as `passkey`. */
  askPasskey(request: OnChallenge, options?: CallOptions): Promise<AskPasskeyResult>;
  /** Only `approved` lets a person on. */
  check(
    request: OnChallenge &
      CodeOrPasskey & {
        readonly authenticatorId?: string;
        readonly device?: string;
        readonly amount?: Amount;
        readonly payee?: string;
        /** What its owner calls this device, to trust it from now on. */
        readonly trustDevice?: string;
        /** Who is to believe a signed statement of the approval. */
        readonly audience?: string;
      },
    options?: CallOptions,
  ): Promise<CheckChallengeResult>;
  cancel(request: OnChallenge, options?: CallOptions): Promise<CancelChallengeResult>;
}

/** The calls about challenges. */
export function challengeCalls(call: Call): ChallengeCalls {
  return {
    start: (body, more) =>
      call("startChallenge", { ...more, method: "POST", path: "/challenges", body }, (status, body) => ({
        outcome: status === 200 ? "deviceTrusted" : "challengeStarted",
        ...body,
      })),
    async get(request, more) {
      const asked = { ...more, ...named("GET", request) };
      return orNothing(await call("getChallenge", asked, shown));
    },
    send({ id, ...body }, more) {
      const asked = { ...more, method: "POST", path: `/challenges/${partOf(id)}/send`, body } as const;
      return call("sendChallenge", asked, (_status, sent) => ({ outcome: "sent", sent }));
    },
    askPasskey({ id, ...body }, more) {
      const asked = { ...more, method: "POST", path: `/challenges/${partOf(id)}/passkey`, body } as const;
      return call("askPasskey", asked, withOutcome("passkeyAsked"));
    },
    check({ id, ...body }, more) {
      const asked = { ...more, method: "POST", path: `/challenges/${partOf(id)}/check`, body } as const;
      return call("checkChallenge", asked, withOutcome("approved"));
    },
    cancel: (request, more) =>
      call("cancelChallenge", { ...more, ...named("DELETE", request) }, (_status, challenge) => ({
        outcome: "canceled",
        challenge,
      })),
  };
}

/** Calls without a body repeat who goes on in headers. */
function named(method: "GET" | "DELETE", { id, binding, session }: OnChallenge): Asked {
  const headers = {
    ...bindingHeader(binding),
    ...(session === undefined ? {} : { "countersign-session": session }),
  };
  return { method, path: `/challenges/${partOf(id)}`, headers };
}
