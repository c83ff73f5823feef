import type {
  ChangePasswordResult,
  ConfirmResult,
  CreateResult,
  AccountVerbs as EngineVerbs,
  EnrolEmailResult,
  EnrolPasskeyResult,
  EnrolPhoneResult,
  EnrolTotpResult,
  ForgetDevicesResult,
  KeepAuthenticatorResult,
  MakeRecoveryCodesResult,
  RemoveAuthenticatorResult,
  SendEnrolmentResult,
  SubscriberView,
  TrustedDeviceView,
  UpdateAuthenticatorResult,
  UpdateSubscriberResult,
} from "../engine/index.ts";
import { clean, type Request, type WithPasskey } from "./account-requests.ts";
import { answerOf } from "./passkeys.ts";
import { typed } from "./requests.ts";

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
  /**
   * With name, password, authenticators and sessions; false where there is nobody. What was sent to their numbers and
   * addresses, and the limits on these, stay there, unless all is to go (`erase: true`): then each one that they proved is
   * erased, for everybody who shares it. Where that throws, ask again.
   * @example
   * await countersign.subscribers.remove({ name: "ada", erase: true });
   * @throws TypeError for an `erase` that is neither true nor false
   */
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

const listDefault = 100;
const listMax = 1_000;

/** What is left out is an oversight, and no wish for the language of the service. */
function localeOf(given: unknown): string | null {
  return given === null ? null : typed(given);
}

/** Whoever means to erase must not leave everything behind by a text in the place of a yes. */
function isErasing(given: unknown): boolean {
  if (given === undefined || typeof given === "boolean") return given === true;
  throw new TypeError("subscribers.remove: `erase` must be true or false, or be left out");
}

/** Of the one tenant. */
export function subscriberVerbs(accounts: EngineVerbs, tenantId: string): Subscribers {
  return {
    create: (request) =>
      accounts.createSubscriber({ ...clean(request), name: typed(request.name), tenantId }),
    get: (request) => accounts.subscriber({ ...clean(request), tenantId }),
    list: ({ after, limit = listDefault } = {}) =>
      accounts.subscribers({ tenantId, after, limit: Math.min(Math.max(1, limit), listMax) }),
    update: (request) =>
      accounts.updateSubscriber({ ...clean(request), locale: localeOf(request.locale), tenantId }),
    remove: async (request) =>
      accounts.removeSubscriber({ ...clean(request), erase: isErasing(request.erase), tenantId }),
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
  };
}
