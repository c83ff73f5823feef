import type {
  AskPasskeySignInResult,
  CheckSessionResult,
  PasskeySignInResult,
  RedeemSessionResult,
  SignInResult,
  StateSessionResult,
} from "./account-results.ts";
import type { PasskeyAnswer } from "./account-types.ts";
import { type Call, done, isDone, partOf, withOutcome } from "./call.ts";
import type { AccountPageRequest } from "./pages.ts";
import type { AccountPageResult } from "./results.ts";
import type { CallOptions } from "./transport.ts";

/** Sessions of the server's, for applications that have none. */
export interface SessionCalls {
  signIn(
    request: {
      readonly name: string;
      readonly password: string;
      readonly device?: string;
      /** What a trusted device presents. */
      readonly trustedDevice?: string;
      /** By what they recognise the session on a list, such as `Firefox, Linux`. */
      readonly browser?: string;
    },
    options?: CallOptions,
  ): Promise<SignInResult>;
  /** What a browser is to sign with any passkey that its owner has here. */
  askPasskey(request: { readonly binding: string }, options?: CallOptions): Promise<AskPasskeySignInResult>;
  /** Signs in whoever signed it, with the `id` of what was asked, in the same browser. */
  signInWithPasskey(
    request: {
      readonly id: string;
      readonly binding: string;
      readonly passkey: PasskeyAnswer;
      readonly device?: string;
      readonly browser?: string;
    },
    options?: CallOptions,
  ): Promise<PasskeySignInResult>;
  check(
    request: { readonly session: string; readonly maxAgeSeconds?: number },
    options?: CallOptions,
  ): Promise<CheckSessionResult>;
  /** Whose session this is, as an ES256 token for the program that `audience` names. */
  statement(
    request: { readonly session: string; readonly audience: string },
    options?: CallOptions,
  ): Promise<StateSessionResult>;
  /**
   * Makes a link to the account pages.
   * @example
   * const made = await client.sessions.page({ returnUrl, state: session.state, maxAgeSeconds: 600 });
   * if (made.outcome === "made") response.redirect(made.page.url);
   */
  page(request: AccountPageRequest, options?: CallOptions): Promise<AccountPageResult>;
  /** Who came back from the account pages with this ticket: once, within a minute. */
  redeem(request: { readonly ticket: string }, options?: CallOptions): Promise<RedeemSessionResult>;
  /** False for what is no session. */
  signOut(request: { readonly session: string }, options?: CallOptions): Promise<boolean>;
  end(request: { readonly id: string }, options?: CallOptions): Promise<boolean>;
}

export function sessionCalls(call: Call): SessionCalls {
  return {
    signIn: (body, more) =>
      call("signIn", { ...more, method: "POST", path: "/sessions", body }, (_status, session) => ({
        outcome: "signedIn",
        session,
      })),
    askPasskey: (body, more) =>
      call(
        "askPasskeySignIn",
        { ...more, method: "POST", path: "/sessions/passkey", body },
        withOutcome("passkeyAsked"),
      ),
    signInWithPasskey({ id, ...body }, more) {
      const asked = { ...more, method: "POST", path: `/sessions/passkey/${partOf(id)}`, body } as const;
      return call("signInWithPasskey", asked, (_status, session) => ({ outcome: "signedIn", session }));
    },
    check({ session, maxAgeSeconds }, more) {
      const query = maxAgeSeconds === undefined ? "" : `?maxAgeSeconds=${maxAgeSeconds}`;
      const headers = { "countersign-session": session };
      const asked = { ...more, method: "GET", path: `/sessions/current${query}`, headers } as const;
      return call("checkSession", asked, (_status, found) => ({ outcome: "active", session: found }));
    },
    statement({ session, audience }, more) {
      const headers = { "countersign-session": session };
      const path = "/sessions/current/statement";
      const asked = { ...more, method: "POST", path, headers, body: { audience } } as const;
      return call("stateSession", asked, withOutcome("stated"));
    },
    page: (body, more) =>
      call(
        "createAccountPage",
        { ...more, method: "POST", path: "/pages/account", body },
        (_status, page) => ({
          outcome: "made",
          page,
        }),
      ),
    redeem(body, more) {
      const asked = { ...more, method: "POST", path: "/sessions/redeem", body } as const;
      return call("redeemSession", asked, withOutcome("redeemed"));
    },
    async signOut({ session }, more) {
      const headers = { "countersign-session": session };
      return isDone(
        await call("signOut", { ...more, method: "DELETE", path: "/sessions/current", headers }, done),
      );
    },
    end: async ({ id }, more) =>
      isDone(await call("endSession", { ...more, method: "DELETE", path: `/sessions/${partOf(id)}` }, done)),
  };
}
