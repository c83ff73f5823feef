import type {
  ChangePasswordResult,
  ConfirmResult,
  CreateSubscriberResult,
  EnrolResult,
  KeepAuthenticatorResult,
  ListSubscribersResult,
  RemoveAuthenticatorResult,
  SendEnrolmentResult,
  UpdateAuthenticatorResult,
  UpdateSubscriberResult,
} from "./account-results.ts";
import type {
  AuthenticatorSummary,
  CodeOrPasskey,
  NewAuthenticator,
  NewPassword,
  NewSubscriber,
  OfAuthenticator,
  OfSubscriber,
  SessionSummary,
  Subscriber,
  SubscriberList,
  TrustedDevice,
} from "./account-types.ts";
import { type Call, done, isDone, orNothing, partOf, queryOf, shown, withOutcome } from "./call.ts";
import { type ChallengeCalls, challengeCalls } from "./challenge-calls.ts";
import { type RecoveryCalls, recoveryCalls } from "./recoveries.ts";
import { type SessionCalls, sessionCalls } from "./session-calls.ts";
import type { CallOptions } from "./transport.ts";

/** Enrolled people. */
export interface SubscriberCalls {
  create(request: NewSubscriber, options?: CallOptions): Promise<CreateSubscriberResult>;
  /** By id or by name; null where there is nobody. */
  get(
    which: { readonly subscriberId: string } | { readonly name: string },
    options?: CallOptions,
  ): Promise<Subscriber | null>;
  list(
    request?: { readonly cursor?: string; readonly limit?: number },
    options?: CallOptions,
  ): Promise<ListSubscribersResult>;
  /** In which language (BCP 47) they get codes and notices; null for that of the service. */
  update(
    request: OfSubscriber & { readonly locale: string | null },
    options?: CallOptions,
  ): Promise<UpdateSubscriberResult>;
  /**
   * With all they have; false where there is nobody. `erase: true` takes what was sent to their proved numbers and addresses
   * as well; the key needs the scope `verifications:settle` for it.
   */
  remove(which: OfSubscriber & { readonly erase?: boolean }, options?: CallOptions): Promise<boolean>;
  changePassword(request: NewPassword, options?: CallOptions): Promise<ChangePasswordResult>;
  enrol(request: NewAuthenticator, options?: CallOptions): Promise<EnrolResult>;
  /** Another code to a phone that waits for its first. */
  send(
    request: OfAuthenticator & { readonly channel?: "sms" | "voice" },
    options?: CallOptions,
  ): Promise<SendEnrolmentResult>;
  confirm(
    request: OfAuthenticator &
      CodeOrPasskey & {
        readonly session?: string;
        readonly binding?: string;
        /** With a session: what its owner calls this device, to trust it from now on. */
        readonly trustDevice?: string;
      },
    options?: CallOptions,
  ): Promise<ConfirmResult>;
  /** Another name, whether it is asked for first, and of a phone the way codes come. */
  updateAuthenticator(
    request: OfAuthenticator & {
      readonly label?: string;
      readonly isPreferred?: boolean;
      readonly channel?: "sms" | "voice";
    },
    options?: CallOptions,
  ): Promise<UpdateAuthenticatorResult>;
  removeAuthenticator(
    request: OfAuthenticator & { readonly stepUp?: string },
    options?: CallOptions,
  ): Promise<RemoveAuthenticatorResult>;
  /** One that waits to be removed stays. */
  keepAuthenticator(request: OfAuthenticator, options?: CallOptions): Promise<KeepAuthenticatorResult>;
  /** What they enrolled, unconfirmed ones included; null where there is nobody. */
  authenticators(which: OfSubscriber, options?: CallOptions): Promise<readonly AuthenticatorSummary[] | null>;
  /** Their active sessions, newest first; null where there is nobody. */
  sessions(which: OfSubscriber, options?: CallOptions): Promise<readonly SessionSummary[] | null>;
  /** Browsers from which a password alone signs them in, newest first; null where there is nobody. */
  trustedDevices(which: OfSubscriber, options?: CallOptions): Promise<readonly TrustedDevice[] | null>;
  /** One of them, or all: an authenticator is asked for on them again. False where there is none. */
  forgetDevices(
    which: OfSubscriber & { readonly deviceId?: string },
    options?: CallOptions,
  ): Promise<boolean>;
  /** Signs them out everywhere; false where there is nobody. */
  endSessions(which: OfSubscriber, options?: CallOptions): Promise<boolean>;
}

export interface AccountCalls extends RecoveryCalls {
  readonly subscribers: SubscriberCalls;
  readonly challenges: ChallengeCalls;
  readonly sessions: SessionCalls;
}

/** The calls about accounts. */
export function accountCalls(call: Call): AccountCalls {
  return {
    subscribers: subscriberCalls(call),
    challenges: challengeCalls(call),
    sessions: sessionCalls(call),
    ...recoveryCalls(call),
  };
}

const ofSubscriber = ({ subscriberId }: OfSubscriber, more = ""): string =>
  `/subscribers/${partOf(subscriberId)}${more}`;

const ofAuthenticator = ({ authenticatorId, ...rest }: OfAuthenticator, more = ""): string =>
  ofSubscriber(rest, `/authenticators/${partOf(authenticatorId)}${more}`);

function subscriberCalls(call: Call): SubscriberCalls {
  return {
    create: (body, more) =>
      call(
        "createSubscriber",
        { ...more, method: "POST", path: "/subscribers", body },
        (_status, subscriber) => ({
          outcome: "created",
          subscriber,
        }),
      ),
    async get(which, more) {
      if ("name" in which) {
        const asked = { ...more, method: "GET", path: `/subscribers?name=${partOf(which.name)}` } as const;
        const found = await call<{ list: SubscriberList }>("listSubscribers", asked, (_status, list) => ({
          list,
        }));
        return found.list.items[0] ?? null;
      }
      return orNothing(
        await call("getSubscriber", { ...more, method: "GET", path: ofSubscriber(which) }, shown),
      );
    },
    list(request, more) {
      const where = `/subscribers${queryOf(request)}`;
      return call("listSubscribers", { ...more, method: "GET", path: where }, (_status, list) => ({
        outcome: "listed",
        list,
      }));
    },
    async remove({ subscriberId, erase }, more) {
      const path = ofSubscriber({ subscriberId }, queryOf({ erase }));
      return isDone(await call("deleteSubscriber", { ...more, method: "DELETE", path }, done));
    },
    ...changeCalls(call),
    ...authenticatorCalls(call),
    ...deviceCalls(call),
    async authenticators(which, more) {
      const asked = { ...more, method: "GET", path: ofSubscriber(which, "/authenticators") } as const;
      const found = await call("listAuthenticators", asked, shown);
      return orNothing<{ items: readonly AuthenticatorSummary[] }>(found)?.items ?? null;
    },
    async sessions(which, more) {
      const asked = { ...more, method: "GET", path: ofSubscriber(which, "/sessions") } as const;
      return (
        orNothing<{ items: readonly SessionSummary[] }>(await call("listSessions", asked, shown))?.items ??
        null
      );
    },
    endSessions: async (which, more) =>
      isDone(
        await call(
          "endSessions",
          { ...more, method: "DELETE", path: ofSubscriber(which, "/sessions") },
          done,
        ),
      ),
  };
}

function changeCalls(call: Call): Pick<SubscriberCalls, "update" | "changePassword"> {
  return {
    update({ subscriberId, locale }, more) {
      const asked = {
        ...more,
        method: "PATCH",
        path: ofSubscriber({ subscriberId }),
        body: { locale },
      } as const;
      return call("updateSubscriber", asked, (_status, subscriber) => ({ outcome: "updated", subscriber }));
    },
    changePassword({ subscriberId, ...body }, more) {
      const asked = {
        ...more,
        method: "POST",
        path: ofSubscriber({ subscriberId }, "/password"),
        body,
      } as const;
      return call("changePassword", asked, (_status, subscriber) => ({ outcome: "changed", subscriber }));
    },
  };
}

function authenticatorCalls(
  call: Call,
): Pick<
  SubscriberCalls,
  "enrol" | "send" | "confirm" | "updateAuthenticator" | "removeAuthenticator" | "keepAuthenticator"
> {
  return {
    enrol({ subscriberId, ...body }, more) {
      const asked = {
        ...more,
        method: "POST",
        path: ofSubscriber({ subscriberId }, "/authenticators"),
        body,
      } as const;
      return call("enrolAuthenticator", asked, withOutcome("enrolled"));
    },
    send({ channel, ...which }, more) {
      const asked = {
        ...more,
        method: "POST",
        path: ofAuthenticator(which, "/send"),
        body: { channel },
      } as const;
      return call("sendEnrolmentCode", asked, (_status, sent) => ({ outcome: "sent", sent }));
    },
    confirm({ code, passkey, session, binding, trustDevice, ...which }, more) {
      const asked = {
        ...more,
        method: "POST",
        path: ofAuthenticator(which, "/confirm"),
        body: { code, passkey, session, binding, trustDevice },
      } as const;
      return call("confirmAuthenticator", asked, withOutcome("confirmed"));
    },
    updateAuthenticator({ label, isPreferred, channel, ...which }, more) {
      const body = { label, isPreferred, channel };
      const asked = { ...more, method: "PATCH", path: ofAuthenticator(which), body } as const;
      return call("updateAuthenticator", asked, (_status, authenticator) => ({
        outcome: "updated",
        authenticator,
      }));
    },
    removeAuthenticator({ stepUp, ...which }, more) {
      const headers = stepUp === undefined ? {} : { "countersign-step-up": stepUp };
      return call(
        "removeAuthenticator",
        { ...more, method: "DELETE", path: ofAuthenticator(which), headers },
        (status, authenticator) =>
          status === 202 ? { outcome: "removing", authenticator } : { outcome: "removed" },
      );
    },
    keepAuthenticator(which, more) {
      const asked = { ...more, method: "DELETE", path: ofAuthenticator(which, "/removal") } as const;
      return call("keepAuthenticator", asked, (_status, authenticator) => ({
        outcome: "kept",
        authenticator,
      }));
    },
  };
}

function deviceCalls(call: Call): Pick<SubscriberCalls, "trustedDevices" | "forgetDevices"> {
  return {
    async trustedDevices(which, more) {
      const asked = { ...more, method: "GET", path: ofSubscriber(which, "/trusted-devices") } as const;
      const found = await call("listTrustedDevices", asked, shown);
      return orNothing<{ items: readonly TrustedDevice[] }>(found)?.items ?? null;
    },
    async forgetDevices({ deviceId, ...which }, more) {
      const all = ofSubscriber(which, "/trusted-devices");
      const path = deviceId === undefined ? all : `${all}/${partOf(deviceId)}`;
      const operation = deviceId === undefined ? "forgetTrustedDevices" : "forgetTrustedDevice";
      return isDone(await call(operation, { ...more, method: "DELETE", path }, done));
    },
  };
}
