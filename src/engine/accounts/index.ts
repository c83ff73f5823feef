import { createHasher } from "../../authenticators/index.ts";
import type { Engine } from "../engine.ts";
import type { EngineParts } from "../parts.ts";
import {
  type CheckChallenge,
  type CheckChallengeResult,
  checkChallenge,
  type SendChallenge,
  type SendChallengeResult,
  type StartChallenge,
  type StartChallengeResult,
  sendChallenge,
  startChallenge,
} from "./challenges.ts";
import {
  type Confirm,
  type ConfirmResult,
  confirmAuthenticator,
  type Enrol,
  type EnrolPhone,
  type EnrolPhoneResult,
  type EnrolTotp,
  type EnrolTotpResult,
  enrolPhone,
  enrolTotp,
  type MakeRecoveryCodesResult,
  makeRecoveryCodes,
  type RemoveAuthenticator,
  type RemoveAuthenticatorResult,
  removeAuthenticator,
} from "./enrolment.ts";
import type { AccountParts } from "./parts.ts";
import {
  type CheckSession,
  type CheckSessionResult,
  checkSession,
  endSession,
  listSessions,
} from "./sessions.ts";
import { type SignIn, type SignInResult, signIn } from "./sign-in.ts";
import {
  type CreateResult,
  type CreateSubscriber,
  createSubscriber,
  getSubscriber,
  listSubscribers,
  removeSubscriber,
  type SubscriberRef,
} from "./subscribers.ts";
import type { SessionView, SubscriberView } from "./views.ts";

/** The verbs of enrolled people. Refusals are outcomes; only faults of storage, secrets and too many sign-ins throw. */
export interface Accounts {
  createSubscriber(request: CreateSubscriber): Promise<CreateResult>;
  subscriber(ref: SubscriberRef): Promise<SubscriberView | null>;
  subscribers(query: {
    readonly tenantId: string;
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<readonly SubscriberView[]>;
  /** With everything it has; false where there is none. */
  removeSubscriber(ref: SubscriberRef): Promise<boolean>;
  signIn(request: SignIn): Promise<SignInResult>;
  enrolPhone(request: EnrolPhone): Promise<EnrolPhoneResult>;
  enrolTotp(request: EnrolTotp): Promise<EnrolTotpResult>;
  makeRecoveryCodes(request: Enrol): Promise<MakeRecoveryCodesResult>;
  confirmAuthenticator(request: Confirm): Promise<ConfirmResult>;
  removeAuthenticator(request: RemoveAuthenticator): Promise<RemoveAuthenticatorResult>;
  startChallenge(request: StartChallenge): Promise<StartChallengeResult>;
  sendChallenge(request: SendChallenge): Promise<SendChallengeResult>;
  checkChallenge(request: CheckChallenge): Promise<CheckChallengeResult>;
  checkSession(request: CheckSession): Promise<CheckSessionResult>;
  sessions(of: { readonly tenantId: string; readonly subscriberId: string }): Promise<readonly SessionView[]>;
  endSession(which: { readonly tenantId: string; readonly id: string }): Promise<boolean>;
}

export function createAccounts(engineParts: EngineParts, engine: Engine): Accounts {
  const hasher = createHasher(engineParts.keyring, engineParts.random);
  const parts: AccountParts = { ...engineParts, engine, hasher };
  return {
    createSubscriber: (request) => createSubscriber(parts, request),
    subscriber: (ref) => getSubscriber(parts, ref),
    subscribers: (query) => listSubscribers(parts, query),
    removeSubscriber: (ref) => removeSubscriber(parts, ref),
    signIn: (request) => signIn(parts, request),
    enrolPhone: (request) => enrolPhone(parts, request),
    enrolTotp: (request) => enrolTotp(parts, request),
    makeRecoveryCodes: (request) => makeRecoveryCodes(parts, request),
    confirmAuthenticator: (request) => confirmAuthenticator(parts, request),
    removeAuthenticator: (request) => removeAuthenticator(parts, request),
    startChallenge: (request) => startChallenge(parts, request),
    sendChallenge: (request) => sendChallenge(parts, request),
    checkChallenge: (request) => checkChallenge(parts, request),
    checkSession: (request) => checkSession(parts, request),
    sessions: (of) => listSessions(parts, of),
    endSession: (which) => endSession(parts, which),
  };
}

export type {
  ChallengeView,
  CheckChallengeResult,
  SendChallengeResult,
  StartChallengeResult,
} from "./challenges.ts";
export type {
  ConfirmResult,
  EnrolPhoneResult,
  EnrolTotpResult,
  MakeRecoveryCodesResult,
  RemoveAuthenticatorResult,
} from "./enrolment.ts";
export type { Begun, CheckSessionResult } from "./sessions.ts";
export type { SignInResult } from "./sign-in.ts";
export type { CreateResult } from "./subscribers.ts";
export type { AuthenticatorView, SessionView, SubscriberView } from "./views.ts";
