import type {
  AskPasskeyResult,
  AskRecoveryPasskeyResult,
  CancelChallengeResult,
  ChallengeShown,
  ChangePasswordResult,
  CheckChallengeResult,
  CheckNoticeResult,
  CheckRecoveryResult,
  CheckResetResult,
  CheckSessionResult,
  CompleteRecoveryResult,
  CompleteResetResult,
  ConfirmResult,
  CreateResult,
  DisputeResult,
  AccountVerbs as EngineVerbs,
  EnrolEmailResult,
  EnrolPasskeyResult,
  EnrolPhoneResult,
  EnrolTotpResult,
  ForgetDevicesResult,
  JwkSet,
  KeepAuthenticatorResult,
  MakeRecoveryCodesResult,
  PasskeySignInAsked,
  PasskeySignInResult,
  RecoveryStarted,
  RedeemTicketResult,
  RemoveAuthenticatorResult,
  SendChallengeResult,
  SendEnrolmentResult,
  SendRecoveryResult,
  SessionView,
  SignInResult,
  StartChallengeResult,
  StartResetResult,
  StateSessionResult,
  SubscriberView,
  TrustedDeviceView,
  UpdateAuthenticatorResult,
  UpdateSubscriberResult,
} from "../engine/index.ts";
import { answerOf, noAnswer } from "./passkeys.ts";
import { idOf, requireBinding, requiredBinding, typed } from "./requests.ts";

/** A request of the engine, of the one tenant that embeds it. */
type Own<R> = R extends unknown ? Omit<R, "tenantId"> : never;
type Request<Verb extends keyof EngineVerbs> = Own<Parameters<EngineVerbs[Verb]>[0]>;
/** With what a browser answered: as its JSON, or as the text of that, which a form sent. */
type WithPasskey<R> = R extends unknown
  ? { [K in keyof R]: K extends "passkey" ? R[K] | string : R[K] }
  : never;

/** Enrolled people, by our id (`subscriberId`) or by the name they were created with. */
export interface Subscribers {
  /**
   * With a password, a hash of one from elsewhere, or neither where you check passwords yourself.
   * @example
   * const created = await countersign.subscribers.create({ name: "ada", password });
   * if (created.outcome === "passwordRefused") tell(created.problem.reason);
   */
  create(request: Request<"createSubscriber">): Promise<CreateResult>;
  get(request: Request<"subscriber">): Promise<SubscriberView | null>;
  list(request?: { readonly after?: string; readonly limit?: number }): Promise<readonly SubscriberView[]>;
  /** In which language (`locale`) they get codes and notices from now on; null for that of the service. */
  update(request: Request<"updateSubscriber">): Promise<UpdateSubscriberResult>;
  /** With all they have; false where there is nobody. */
  remove(request: Request<"removeSubscriber">): Promise<boolean>;
  /**
   * Sends a code to a phone that is to be kept once that code was entered. From the second authenticator on it takes a
   * `stepUp`: the id of an approved challenge with the purpose `manage`.
   */
  enrolPhone(request: Request<"enrolPhone">): Promise<EnrolPhoneResult>;
  /**
   * The seed, the address and its QR code for an authenticator app, in this answer and never again. With `uri` one that was
   * enrolled elsewhere: an `otpauth://` address, or the export of an app.
   */
  enrolTotp(request: Request<"enrolTotp">): Promise<EnrolTotpResult>;
  /**
   * What a browser is to make a passkey with. Its answer goes to `confirm` as `passkey`, with the same `binding`.
   * @example
   * const enrolled = await countersign.subscribers.enrolPasskey({ name: "ada", binding: session.id });
   * if (enrolled.outcome === "enrolled") response.json(enrolled.options);
   * @throws PasskeysUnavailable where nobody said whose passkeys they would be, or @simplewebauthn/server is not installed
   */
  enrolPasskey(request: Request<"enrolPasskey">): Promise<EnrolPasskeyResult>;
  /** Ten codes, in this answer and never again; those before are dead. */
  makeRecoveryCodes(request: Request<"makeRecoveryCodes">): Promise<MakeRecoveryCodesResult>;
  /** Another code to a phone that waits for its first. */
  send(request: Request<"sendEnrolment">): Promise<SendEnrolmentResult>;
  /**
   * One right `code`, or the browser's new `passkey`, makes a new authenticator usable, and a pending `session` of its
   * owner an active one.
   */
  confirm(request: WithPasskey<Request<"confirmAuthenticator">>): Promise<ConfirmResult>;
  /** Another `label`, whether it `isPreferred`, and of a phone the `channel` by which codes come. */
  updateAuthenticator(request: Request<"updateAuthenticator">): Promise<UpdateAuthenticatorResult>;
  /** The last one that protects the account goes after a wait, `removing`, and works until then. */
  removeAuthenticator(request: Request<"removeAuthenticator">): Promise<RemoveAuthenticatorResult>;
  /** One that waits to be removed stays. */
  keepAuthenticator(request: Request<"keepAuthenticator">): Promise<KeepAuthenticatorResult>;
  /** An e-mail address for notices and recovery. It is confirmed with its code and meets no challenge. */
  enrolEmail(request: Request<"enrolEmail">): Promise<EnrolEmailResult>;
  /**
   * After a step-up, or, where nothing is enrolled, with the `current` password. Ends all sessions but the `session` that
   * is given.
   */
  changePassword(request: Request<"changePassword">): Promise<ChangePasswordResult>;
  /** Browsers from which a password alone signs them in, newest first; null where there is nobody. */
  trustedDevices(request: Request<"trustedDevices">): Promise<readonly TrustedDeviceView[] | null>;
  /** One of them by its `deviceId`, or all: an authenticator is asked for on them again. */
  forgetDevices(request: Request<"forgetDevices">): Promise<ForgetDevicesResult>;
}

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

export interface AccountVerbs {
  readonly recoveries: Recoveries;
  readonly resets: Resets;
  readonly notices: Notices;
  readonly subscribers: Subscribers;
  readonly challenges: Challenges;
  readonly sessions: Sessions;
}

const listDefault = 100;
const listMax = 1_000;

const ids: ReadonlySet<string> = new Set([
  "id",
  "subscriberId",
  "authenticatorId",
  "stepUp",
  "but",
  "deviceId",
  "signInId",
]);
const texts: ReadonlySet<string> = new Set([
  "name",
  "password",
  "passwordHash",
  "number",
  "code",
  "session",
  "device",
  "seed",
  "label",
  "issuer",
  "uri",
  "account",
  "displayName",
  "purpose",
  "current",
  "trustedDevice",
  "trustDevice",
  "browser",
  "audience",
  "address",
  "recovery",
  "reset",
  "notice",
]);

/**
 * What people bring is text, whatever a form made of it, and what cannot be an id finds nothing.
 * @throws TypeError for a binding that is no text
 */
function clean<R extends object>(request: R): R {
  const entries = Object.entries(request).map(([name, given]) => {
    if (name === "binding") requireBinding(given);
    if (given === undefined) return [name, given];
    return [name, ids.has(name) ? idOf(given) : texts.has(name) ? typed(given) : given];
  });
  return Object.fromEntries(entries) as R;
}

/** What is left out is an oversight, and no wish for the language of the service. */
function localeOf(given: unknown): string | null {
  return given === null ? null : typed(given);
}

/** The verbs of accounts for the one tenant. */
export function accountVerbs(accounts: EngineVerbs, tenantId: string): AccountVerbs {
  return {
    subscribers: {
      create: (request) =>
        accounts.createSubscriber({ ...clean(request), name: typed(request.name), tenantId }),
      get: (request) => accounts.subscriber({ ...clean(request), tenantId }),
      list: ({ after, limit = listDefault } = {}) =>
        accounts.subscribers({ tenantId, after, limit: Math.min(Math.max(1, limit), listMax) }),
      update: (request) =>
        accounts.updateSubscriber({ ...clean(request), locale: localeOf(request.locale), tenantId }),
      remove: (request) => accounts.removeSubscriber({ ...clean(request), tenantId }),
      enrolPhone: (request) =>
        accounts.enrolPhone({ ...clean(request), number: typed(request.number), tenantId }),
      enrolTotp: (request) => accounts.enrolTotp({ ...clean(request), tenantId }),
      enrolPasskey: (request) => accounts.enrolPasskey({ ...clean(request), tenantId }),
      makeRecoveryCodes: (request) => accounts.makeRecoveryCodes({ ...clean(request), tenantId }),
      confirm: (request) =>
        accounts.confirmAuthenticator({ ...clean(request), passkey: answerOf(request.passkey), tenantId }),
      send: (request) => accounts.sendEnrolment({ ...clean(request), tenantId }),
      updateAuthenticator: (request) => accounts.updateAuthenticator({ ...clean(request), tenantId }),
      removeAuthenticator: (request) => accounts.removeAuthenticator({ ...clean(request), tenantId }),
      keepAuthenticator: (request) => accounts.keepAuthenticator({ ...clean(request), tenantId }),
      enrolEmail: (request) =>
        accounts.enrolEmail({ ...clean(request), address: typed(request.address), tenantId }),
      changePassword: (request) =>
        accounts.changePassword({ ...clean(request), password: typed(request.password), tenantId }),
      trustedDevices: (request) => accounts.trustedDevices({ ...clean(request), tenantId }),
      forgetDevices: (request) => accounts.forgetDevices({ ...clean(request), tenantId }),
    },
    ...recoveryVerbs(accounts, tenantId),
    challenges: {
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
    },
    sessions: {
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
    },
  };
}

function recoveryVerbs(
  accounts: EngineVerbs,
  tenantId: string,
): Pick<AccountVerbs, "recoveries" | "resets" | "notices"> {
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
