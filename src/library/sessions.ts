import type {
  CheckSessionResult,
  AccountVerbs as EngineVerbs,
  JwkSet,
  PasskeySignInAsked,
  PasskeySignInResult,
  RedeemTicketResult,
  SessionView,
  SignInResult,
  StateSessionResult,
} from "../engine/index.ts";
import { clean, type Request, type WithPasskey } from "./account-requests.ts";
import { answerOf, noAnswer } from "./passkeys.ts";
import { idOf, requiredBinding, typed } from "./requests.ts";

/** Sessions of ours, for applications that have none. */
export interface Sessions {
  /**
   * A name and a password. `challengeRequired` and `enrolmentRequired` come with a pending session, which opens that
   * challenge, or that enrolment, and nothing else.
   */
  signIn(request: Request<"signIn">): Promise<SignInResult>;
  /**
   * What a browser is to sign with any passkey that its owner has here, before anybody said who they are.
   * @throws PasskeysUnavailable
   */
  askPasskey(request: Request<"askPasskeySignIn">): Promise<PasskeySignInAsked>;
  /**
   * Signs in whoever signed that, in the same browser (`binding`). A passkey is enough alone.
   * @example
   * const result = await countersign.sessions.signInWithPasskey({ signInId, binding, passkey: request.body });
   */
  signInWithPasskey(request: WithPasskey<Request<"signInWithPasskey">>): Promise<PasskeySignInResult>;
  /** With `maxAgeSeconds`, `stepUpRequired` where an authenticator was used longer ago than that. */
  check(request: {
    readonly session: string;
    readonly maxAgeSeconds?: number | undefined;
  }): Promise<CheckSessionResult>;
  /**
   * Whose session this is, as an ES256 token of five minutes for another program, which `audience` names and which verifies
   * it with the public keys (`jwks`).
   */
  statement(request: Request<"stateSession">): Promise<StateSessionResult>;
  /** A JWK Set: what statements are verified with. */
  jwks(): JwkSet;
  /** Who came back from the account pages with this ticket: once, within a minute. */
  redeem(request: { readonly ticket: string }): Promise<RedeemTicketResult>;
  list(request: { readonly subscriberId: string }): Promise<readonly SessionView[]>;
  /** False where there is none to end. */
  end(request: { readonly id: string }): Promise<boolean>;
  /** Ends the session whose bearer is presented; false for what is none. */
  signOut(request: { readonly session: string }): Promise<boolean>;
  /** Signs somebody out everywhere; false where there is nobody. */
  endAll(request: Request<"endSessions">): Promise<boolean>;
}

/** Of the one tenant. */
export function sessionVerbs(accounts: EngineVerbs, tenantId: string): Sessions {
  return {
    signIn: ({ name, password, ...rest }) =>
      accounts.signIn({ ...clean(rest), name: typed(name), password: typed(password), tenantId }),
    askPasskey: ({ binding }) => accounts.askPasskeySignIn({ binding: requiredBinding(binding), tenantId }),
    signInWithPasskey: ({ passkey, binding, ...rest }) =>
      accounts.signInWithPasskey({
        ...clean(rest),
        binding: requiredBinding(binding),
        passkey: answerOf(passkey) ?? noAnswer,
        tenantId,
      }),
    check: ({ session, maxAgeSeconds }) => {
      const maxAgeMs = maxAgeSeconds === undefined ? undefined : maxAgeSeconds * 1_000;
      return accounts.checkSession({ session: typed(session), maxAgeMs, tenantId });
    },
    statement: ({ session, audience }) =>
      accounts.stateSession({ session: typed(session), audience: typed(audience), tenantId }),
    jwks: () => accounts.jwks({ tenantId }),
    redeem: ({ ticket }) => accounts.redeemTicket({ ticket: typed(ticket), tenantId }),
    list: ({ subscriberId }) => accounts.sessions({ subscriberId: idOf(subscriberId), tenantId }),
    end: ({ id }) => accounts.endSession({ id: idOf(id), tenantId }),
    signOut: ({ session }) => accounts.signOut({ session: typed(session), tenantId }),
    endAll: (request) => accounts.endSessions({ ...clean(request), tenantId }),
  };
}
