import { accountSettingsDefault } from "../../accounts/index.ts";
import { createHasher } from "../../authenticators/index.ts";
import type { Engine } from "../engine.ts";
import type { EngineParts } from "../parts.ts";
import type { Idempotency } from "../transaction.ts";
import { type SendChallenge, type SendChallengeResult, sendChallenge } from "./challenge-sends.ts";
import { type StartChallenge, type StartChallengeResult, startChallenge } from "./challenge-starts.ts";
import {
  type CancelChallengeResult,
  type ChallengeShown,
  type CheckChallenge,
  type CheckChallengeResult,
  cancelChallenge,
  checkChallenge,
  getChallenge,
  type OnChallenge,
} from "./challenges.ts";
import { type Confirm, type ConfirmResult, confirmAuthenticator } from "./confirmation.ts";
import { givingBackCredentials } from "./credentials.ts";
import { type EnrolEmail, type EnrolEmailResult, enrolEmail } from "./emails.ts";
import { type EnrolTotp, type EnrolTotpResult, enrolTotp } from "./enrol-app.ts";
import {
  type Enrol,
  type EnrolPhone,
  type EnrolPhoneResult,
  enrolPhone,
  type MakeRecoveryCodesResult,
  makeRecoveryCodes,
  type SendEnrolment,
  type SendEnrolmentResult,
  sendEnrolment,
} from "./enrolment.ts";
import { type UpdateSubscriber, type UpdateSubscriberResult, updateSubscriber } from "./language.ts";
import { type FollowedLink, tenantOfLink } from "./links.ts";
import { getLocks, type LocksView } from "./locks.ts";
import {
  type CheckNoticeResult,
  checkNotice,
  type DisputeResult,
  disputeNotice,
  type OfNotice,
} from "./notices.ts";
import { type Once, once } from "./once.ts";
import { type AccountParts, recordingNothing } from "./parts.ts";
import { type AskPasskeyResult, askPasskey } from "./passkey-challenges.ts";
import { type EnrolPasskey, type EnrolPasskeyResult, enrolPasskey } from "./passkey-enrolment.ts";
import {
  type AskPasskeySignIn,
  askPasskeySignIn,
  type PasskeySignIn,
  type PasskeySignInAsked,
  type PasskeySignInResult,
  signInWithPasskey,
} from "./passkeys.ts";
import { type ChangePassword, type ChangePasswordResult, changePassword } from "./passwords.ts";
import {
  type UpdateAuthenticator,
  type UpdateAuthenticatorResult,
  updateAuthenticator,
} from "./preference.ts";
import {
  type CheckRecovery,
  type CheckRecoveryResult,
  checkRecovery,
  type RecoveryStarted,
  type SendRecovery,
  type SendRecoveryResult,
  type StartRecovery,
  sendRecovery,
  startRecovery,
} from "./recovery.ts";
import {
  type CompleteRecovery,
  type CompleteRecoveryResult,
  completeRecovery,
} from "./recovery-completion.ts";
import type { OfRecovery } from "./recovery-holder.ts";
import { type AskRecoveryPasskeyResult, askRecoveryPasskey } from "./recovery-passkeys.ts";
import {
  type KeepAuthenticator,
  type KeepAuthenticatorResult,
  keepAuthenticator,
  type RemoveAuthenticator,
  type RemoveAuthenticatorResult,
  removeAuthenticator,
} from "./removal.ts";
import {
  type CheckResetResult,
  type CompleteReset,
  type CompleteResetResult,
  checkReset,
  completeReset,
  type OfReset,
  type StartReset,
  type StartResetResult,
  startReset,
} from "./resets.ts";
import {
  type IssueTicket,
  issueTicket,
  type RedeemTicket,
  type RedeemTicketResult,
  redeemTicket,
} from "./session-tickets.ts";
import {
  type BesideEnding,
  type CheckSession,
  type CheckSessionResult,
  checkSession,
  type EndSessions,
  endSession,
  endSessions,
  isPending,
  listSessions,
  signOut,
} from "./sessions.ts";
import { type SignIn, type SignInResult, signIn } from "./sign-in.ts";
import { type SignUp, type SignUpResult, signUp } from "./sign-up.ts";
import {
  type JwkSet,
  jwkSet,
  type StateSession,
  type StateSessionResult,
  stateSession,
} from "./statements.ts";
import { type BesideRemoval, type RemoveSubscriber, removeSubscriber } from "./subscriber-removal.ts";
import {
  type BesideCreation,
  type CreateResult,
  type CreateSubscriber,
  createSubscriber,
  getSubscriber,
  listSubscribers,
  type SubscriberRef,
} from "./subscribers.ts";
import {
  type ForgetDevices,
  type ForgetDevicesResult,
  forgetDevices,
  listTrustedDevices,
} from "./trusted-devices.ts";
import type { SessionView, SubscriberView, TrustedDeviceView } from "./views.ts";

/** The verbs of enrolled people. Refusals are outcomes; only faults of storage, secrets and too many sign-ins throw. */
export interface Accounts {
  createSubscriber(request: CreateSubscriber, beside?: BesideCreation): Promise<CreateResult>;
  subscriber(ref: SubscriberRef): Promise<SubscriberView | null>;
  subscribers(query: {
    readonly tenantId: string;
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<readonly SubscriberView[]>;
  /** Why somebody cannot get in now; null where there is nobody. */
  locks(ref: SubscriberRef): Promise<LocksView | null>;
  /** In which language they are written to. */
  updateSubscriber(request: UpdateSubscriber): Promise<UpdateSubscriberResult>;
  /** With everything it has, and with `erase` what was sent to it; false where there is none. */
  removeSubscriber(request: RemoveSubscriber, beside?: BesideRemoval): Promise<boolean>;
  changePassword(request: ChangePassword): Promise<ChangePasswordResult>;
  signIn(request: SignIn): Promise<SignInResult>;
  /** For somebody whom no key vouches for: they have proved a number first. */
  signUp(request: SignUp): Promise<SignUpResult>;
  /** What a browser is to sign for any passkey that a person has here. */
  askPasskeySignIn(request: AskPasskeySignIn): Promise<PasskeySignInAsked>;
  signInWithPasskey(request: PasskeySignIn): Promise<PasskeySignInResult>;
  enrolPasskey(request: EnrolPasskey): Promise<EnrolPasskeyResult>;
  enrolPhone(request: EnrolPhone): Promise<EnrolPhoneResult>;
  enrolTotp(request: EnrolTotp): Promise<EnrolTotpResult>;
  sendEnrolment(request: SendEnrolment): Promise<SendEnrolmentResult>;
  makeRecoveryCodes(request: Enrol): Promise<MakeRecoveryCodesResult>;
  confirmAuthenticator(request: Confirm): Promise<ConfirmResult>;
  /** Another name, and whether and how it is to be asked for first. */
  updateAuthenticator(request: UpdateAuthenticator): Promise<UpdateAuthenticatorResult>;
  removeAuthenticator(request: RemoveAuthenticator): Promise<RemoveAuthenticatorResult>;
  /** One that waits to be removed stays. */
  keepAuthenticator(request: KeepAuthenticator): Promise<KeepAuthenticatorResult>;
  /** An address for notices and recovery; it meets no challenge. */
  enrolEmail(request: EnrolEmail): Promise<EnrolEmailResult>;
  /** Of a page that a link leads to: the tenant whose link it may be; null where there is nobody. */
  tenantOfLink(link: FollowedLink): Promise<string | null>;
  /** Whether the link of a notice still does something; changes nothing. */
  checkNotice(request: OfNotice): Promise<CheckNoticeResult>;
  /** "This was not me": signs out everywhere and stops all changes. */
  disputeNotice(request: OfNotice): Promise<DisputeResult>;
  /** The same answer whoever it is, and whether there is anybody. */
  startRecovery(request: StartRecovery): Promise<RecoveryStarted>;
  sendRecovery(request: SendRecovery): Promise<SendRecoveryResult>;
  /** What a browser is to sign for any passkey: the same whoever recovers. */
  askRecoveryPasskey(request: OfRecovery): Promise<AskRecoveryPasskeyResult>;
  checkRecovery(request: CheckRecovery): Promise<CheckRecoveryResult>;
  completeRecovery(request: CompleteRecovery): Promise<CompleteRecoveryResult>;
  /** A way back in, sent to an address of theirs and shown to nobody else. */
  startReset(request: StartReset): Promise<StartResetResult>;
  checkReset(request: OfReset): Promise<CheckResetResult>;
  completeReset(request: CompleteReset): Promise<CompleteResetResult>;
  startChallenge(request: StartChallenge): Promise<StartChallengeResult>;
  sendChallenge(request: SendChallenge): Promise<SendChallengeResult>;
  /** What a browser is to sign for one of the passkeys of whoever is challenged. */
  askPasskey(request: OnChallenge): Promise<AskPasskeyResult>;
  checkChallenge(request: CheckChallenge): Promise<CheckChallengeResult>;
  /** Null where there is none that this holder may see. */
  challenge(request: OnChallenge): Promise<ChallengeShown | null>;
  cancelChallenge(request: OnChallenge): Promise<CancelChallengeResult>;
  checkSession(request: CheckSession): Promise<CheckSessionResult>;
  /** Whether the session of a sign-in still waits for a second authenticator. */
  isPending(which: { readonly tenantId: string; readonly session: string }): Promise<boolean>;
  sessions(of: { readonly tenantId: string; readonly subscriberId: string }): Promise<readonly SessionView[]>;
  endSession(which: { readonly tenantId: string; readonly id: string }): Promise<boolean>;
  /** Ends the session whose bearer is presented; false for none. */
  signOut(which: { readonly tenantId: string; readonly session: string }): Promise<boolean>;
  /** Ends all of somebody; false where there is nobody. */
  endSessions(of: EndSessions, beside?: BesideEnding): Promise<boolean>;
  /** Whose session this is, as an ES256 token for somebody who cannot ask us. */
  stateSession(request: StateSession): Promise<StateSessionResult>;
  /** What statements are verified with. */
  jwks(of: { readonly tenantId: string }): JwkSet;
  /** For the browser of an active session, on its way to the host application; null for any other. */
  issueTicket(request: IssueTicket): Promise<string | null>;
  redeemTicket(request: RedeemTicket): Promise<RedeemTicketResult>;
  /** Browsers from which a password alone signs somebody in, newest first; null where there is nobody. */
  trustedDevices(ref: SubscriberRef): Promise<readonly TrustedDeviceView[] | null>;
  forgetDevices(request: ForgetDevices): Promise<ForgetDevicesResult>;
  /** Runs a verb once for an Idempotency-Key, and answers its repeats from what it decided (ADR 39). */
  once<R extends { readonly outcome: string }>(
    asked: { readonly tenantId: string; readonly idempotency: Idempotency | undefined },
    verb: (accounts: AccountVerbs) => Promise<R>,
  ): Promise<Once<R>>;
  /** Lets go of what runs beside: passwords of elsewhere are checked no more. */
  close(): Promise<void>;
}

/** What may be asked once. */
export type AccountVerbs = Omit<Accounts, "once" | "close">;

export function createAccounts(engineParts: EngineParts, engine: Engine): Accounts {
  const { keyring, random, log } = engineParts;
  const store = givingBackCredentials(engineParts, engineParts.store);
  const hasher = createHasher(keyring, random, {
    cost: engineParts.hashCost,
    onMissingSecret: (id) =>
      log.warn(
        { event: "master_secret_missing", id },
        "passwords that were set under a former master secret fit nothing: add it to COUNTERSIGN_SECRET behind the current one",
      ),
  });
  const parts: AccountParts = {
    ...engineParts,
    store,
    engine,
    hasher,
    settings: { ...accountSettingsDefault, ...engineParts.accountSettings },
    idempotency: null,
    decide: (keys, decision) => store.update(keys, decision),
    recording: recordingNothing,
  };
  const verbs = verbsOf(parts);
  return {
    ...verbs,
    // Most requests have no Idempotency-Key: theirs need no verbs of their own.
    once: (asked, verb) => once(parts, asked, (its) => verb(its === parts ? verbs : verbsOf(its))),
    close: () => hasher.close(),
  };
}

function verbsOf(parts: AccountParts): AccountVerbs {
  return {
    createSubscriber: (request, beside) => createSubscriber(parts, request, beside),
    subscriber: (ref) => getSubscriber(parts, ref),
    subscribers: (query) => listSubscribers(parts, query),
    locks: (ref) => getLocks(parts, ref),
    updateSubscriber: (request) => updateSubscriber(parts, request),
    removeSubscriber: (request, beside) => removeSubscriber(parts, request, beside),
    changePassword: (request) => changePassword(parts, request),
    signIn: (request) => signIn(parts, request),
    signUp: (request) => signUp(parts, request),
    askPasskeySignIn: (request) => askPasskeySignIn(parts, request),
    signInWithPasskey: (request) => signInWithPasskey(parts, request),
    enrolPasskey: (request) => enrolPasskey(parts, request),
    enrolPhone: (request) => enrolPhone(parts, request),
    enrolTotp: (request) => enrolTotp(parts, request),
    sendEnrolment: (request) => sendEnrolment(parts, request),
    makeRecoveryCodes: (request) => makeRecoveryCodes(parts, request),
    confirmAuthenticator: (request) => confirmAuthenticator(parts, request),
    updateAuthenticator: (request) => updateAuthenticator(parts, request),
    removeAuthenticator: (request) => removeAuthenticator(parts, request),
    keepAuthenticator: (request) => keepAuthenticator(parts, request),
    enrolEmail: (request) => enrolEmail(parts, request),
    tenantOfLink: (link) => tenantOfLink(parts, link),
    checkNotice: (request) => checkNotice(parts, request),
    disputeNotice: (request) => disputeNotice(parts, request),
    startRecovery: (request) => startRecovery(parts, request),
    sendRecovery: (request) => sendRecovery(parts, request),
    askRecoveryPasskey: (request) => askRecoveryPasskey(parts, request),
    checkRecovery: (request) => checkRecovery(parts, request),
    completeRecovery: (request) => completeRecovery(parts, request),
    startReset: (request) => startReset(parts, request),
    checkReset: (request) => checkReset(parts, request),
    completeReset: (request) => completeReset(parts, request),
    startChallenge: (request) => startChallenge(parts, request),
    sendChallenge: (request) => sendChallenge(parts, request),
    askPasskey: (request) => askPasskey(parts, request),
    checkChallenge: (request) => checkChallenge(parts, request),
    challenge: (request) => getChallenge(parts, request),
    cancelChallenge: (request) => cancelChallenge(parts, request),
    checkSession: (request) => checkSession(parts, request),
    isPending: (which) => isPending(parts, which),
    sessions: (of) => listSessions(parts, of),
    endSession: (which) => endSession(parts, which),
    signOut: (which) => signOut(parts, which),
    endSessions: (of, beside) => endSessions(parts, of, beside),
    stateSession: (request) => stateSession(parts, request),
    jwks: ({ tenantId }) => jwkSet(parts, tenantId),
    issueTicket: (request) => issueTicket(parts, request),
    redeemTicket: (request) => redeemTicket(parts, request),
    trustedDevices: (ref) => listTrustedDevices(parts, ref),
    forgetDevices: (request) => forgetDevices(parts, request),
  };
}
