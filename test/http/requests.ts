import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { createSoftwareAuthenticator } from "../../src/testing/index.ts";
import type { Operation } from "./contract.ts";
import { type Answer, type Call, freshNumber, type Installation } from "./installation.ts";

/** A request for each operation that would succeed with a key of all scopes. */
export interface Targets {
  readonly verificationId: string;
  readonly keyId: string;
  readonly serviceId: string;
  readonly tenantId: string;
  readonly webhookId: string;
  /** To be removed: the others still need theirs. */
  readonly spareWebhookId: string;
  readonly messageId: string;
  /** Of the first webhook. */
  readonly eventId: string;
  readonly subscriberId: string;
  /** What the holder of a recovery under way presents. */
  readonly recovery: string;
  /** Without anything that is confirmed. */
  readonly spareSubscriberId: string;
  /** To be removed. */
  readonly leavingSubscriberId: string;
  /** Waits for its first code, and whose it is: nobody ends the sessions of this one, which would end it, too. */
  readonly enrollingId: string;
  readonly enrollingSubscriberId: string;
  /** Confirmed, of the first subscriber. */
  readonly phoneId: string;
  /** Somebody with a trusted device. */
  readonly trustingId: string;
  readonly trustedDeviceId: string;
  readonly challengeId: string;
  readonly spareSessionId: string;
  /** The bearer of an active session. */
  readonly session: string;
  /** Of somebody with a passkey. */
  readonly passkeyChallengeId: string;
  readonly signInId: string;
  /** Works for a minute, once. */
  readonly ticket: string;
}

/** Registered at the first service of whoever has targets. */
export const returnUrl = "https://app.example.com/verified";

/** Rows that belong to the tenant of the given key. */
export async function makeTargets(installation: Installation, key: string): Promise<Targets> {
  const { id: verificationId } = await installation.start({}, key);
  const made = await installation.makeKey({ scopes: ["keys:read"] }, key);
  const services = await installation.call({ path: "/services", key });
  const tenantId = installation.instance.tenant.id;
  const serviceId: string = services.json.items[0].id;
  const page = { returnUrls: [returnUrl] };
  await installation.call({ method: "PATCH", path: `/services/${serviceId}`, body: { page }, key });
  const ticket = await ticketOf(installation, key);
  return {
    verificationId,
    keyId: made.id,
    serviceId,
    tenantId,
    ticket,
    messageId: await makeMessage(installation, key),
    ...(await makeWebhooks(installation, key)),
    ...(await makeSubscribers(installation, key)),
  };
}

let people = 0;

/** Somebody with a confirmed phone, another one that waits, a challenge and sessions. */
async function makeSubscribers(
  { call, instance }: Installation,
  key: string,
): Promise<
  Pick<
    Targets,
    | "subscriberId"
    | "spareSubscriberId"
    | "leavingSubscriberId"
    | "enrollingId"
    | "enrollingSubscriberId"
    | "phoneId"
    | "recovery"
    | "challengeId"
    | "session"
    | "spareSessionId"
    | "trustingId"
    | "trustedDeviceId"
    | "passkeyChallengeId"
    | "signInId"
  >
> {
  const post = async (path: string, body: object) => {
    const answer = await call({ method: "POST", path, body, key });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.json;
  };
  const make = async (more: object = {}): Promise<string> => {
    people += 1;
    return (await post("/subscribers", { name: `person-${people}`, ...more })).id;
  };
  const subscriberId = await make();
  const path = `/subscribers/${subscriberId}/authenticators`;
  const number = freshNumber();
  const { authenticator } = await post(path, { type: "phone", number });
  await instance.engine.tick();
  const code = instance.sandbox?.phones.messages(number)[0]?.code;
  await post(`${path}/${authenticator.id}/confirm`, { code });
  const spareSubscriberId = await make();
  const leavingSubscriberId = await make();
  const enrollingSubscriberId = await make();
  const waiting = `/subscribers/${enrollingSubscriberId}/authenticators`;
  const enrolling = await post(waiting, { type: "phone", number: freshNumber() });
  const started = await post("/challenges", { subscriberId });
  const alone = { password: "nine rowing margarets", mustHaveSecond: false };
  await make(alone);
  const signIn = { name: `person-${people}`, password: alone.password };
  const [one, other] = [await post("/sessions", signIn), await post("/sessions", signIn)];
  const { recovery } = await post("/recoveries", { name: `person-${people}` });
  return {
    recovery,
    ...(await makePasskeys(post, make)),
    ...(await makeTrusted({ post, make, now: () => instance.parts.clock.now() })),
    subscriberId,
    spareSubscriberId,
    leavingSubscriberId,
    enrollingId: enrolling.authenticator.id,
    enrollingSubscriberId,
    phoneId: authenticator.id,
    challengeId: started.challenge.id,
    session: one.bearer,
    spareSessionId: other.session.id,
  };
}

/** Somebody who signed in with an app and trusts the device. */
async function makeTrusted({
  post,
  make,
  now,
}: {
  readonly post: (path: string, body: object) => Promise<Answer["json"]>;
  readonly make: () => Promise<string>;
  readonly now: () => number;
}): Promise<Pick<Targets, "trustingId" | "trustedDeviceId">> {
  const trustingId = await make();
  const trusting = `/subscribers/${trustingId}/authenticators`;
  const app = await post(trusting, { type: "totp", issuer: "Acme" });
  const appCode = (steps: number): string =>
    totpCode(fromBase32(app.seed) as Buffer, totpDefaults, stepAt(totpDefaults, now()) + steps);
  await post(`${trusting}/${app.authenticator.id}/confirm`, { code: appCode(0) });
  const login = await post("/challenges", { subscriberId: trustingId, passwordChecked: true });
  // The next code is accepted already.
  const check = { code: appCode(1), trustDevice: "Laptop" };
  const { trustedDevice } = await post(`/challenges/${login.challenge.id}/check`, check);
  return { trustingId, trustedDeviceId: trustedDevice.device.id };
}

const passkeyOrigin = "http://localhost:3000";

/** Somebody with a passkey and a challenge, and a sign-in that nobody answered yet. */
async function makePasskeys(
  post: (path: string, body: object) => Promise<Answer["json"]>,
  make: () => Promise<string>,
): Promise<Pick<Targets, "passkeyChallengeId" | "signInId">> {
  const subscriberId = await make();
  const path = `/subscribers/${subscriberId}/authenticators`;
  const { authenticator, options } = await post(path, { type: "passkey" });
  const passkey = createSoftwareAuthenticator({ origin: passkeyOrigin }).create(options);
  await post(`${path}/${authenticator.id}/confirm`, { passkey });
  const started = await post("/challenges", { subscriberId });
  const signIn = await post("/sessions/passkey", { binding });
  return { passkeyChallengeId: started.challenge.id, signInId: signIn.id };
}

const binding = "a-browser";
/** An answer of a browser to something else. */
const foreignPasskey = (id: string): object => ({
  id,
  rawId: id,
  type: "public-key",
  response: { clientDataJSON: "e30", authenticatorData: "A".repeat(52), signature: "AAAA" },
});

async function makeMessage({ call }: Installation, key: string): Promise<string> {
  const body = { to: freshNumber(), text: "Your table is free." };
  return (await call({ method: "POST", path: "/messages", body, key })).json.id;
}

/** Their receivers are found by nobody: what is posted fails, and is written down. */
async function makeWebhooks(
  { call }: Installation,
  key: string,
): Promise<Pick<Targets, "webhookId" | "spareWebhookId" | "eventId">> {
  const make = async (): Promise<string> =>
    (await call({ method: "POST", path: "/webhooks", body: newWebhook, key })).json.id;
  const webhookId = await make();
  const tested = await call({ method: "POST", path: `/webhooks/${webhookId}/test`, key });
  return { webhookId, spareWebhookId: await make(), eventId: tested.json.id };
}

const newWebhook = { url: "https://hooks.example.com/", events: ["message.*"] };

async function ticketOf(installation: Installation, key: string): Promise<string> {
  const binding = "page:a-browser";
  const { id, code } = await installation.start({ binding }, key);
  await installation.call({
    method: "POST",
    path: `/verifications/${id}/check`,
    body: { code, binding },
    key,
  });
  const { engine, tenant } = installation.instance;
  return (await engine.issueTicket({ tenantId: tenant.id, id, binding })) ?? "";
}

const bodies: Readonly<Record<string, (targets: Targets) => unknown>> = {
  createPage: () => ({ returnUrl }),
  createAccountPage: () => ({ returnUrl }),
  redeemTicket: ({ ticket }) => ({ ticket }),
  startVerification: () => ({ to: freshNumber() }),
  checkVerification: () => ({ code: "000000" }),
  settleVerification: () => ({ status: "approved" }),
  createKey: () => ({ name: "further", scopes: ["keys:read"] }),
  createService: () => ({ name: `s${freshNumber().slice(1)}` }),
  updateService: () => ({ locale: "de" }),
  sendMessage: () => ({ to: freshNumber(), text: "hello" }),
  createWebhook: () => newWebhook,
  updateWebhook: () => ({ description: "Shop" }),
  createSubscriber: () => ({ name: `made-${freshNumber().slice(1)}` }),
  updateSubscriber: () => ({ locale: "de" }),
  changePassword: () => ({ password: "ten rowing margarets" }),
  enrolAuthenticator: () => ({ type: "totp", issuer: "Acme" }),
  updateAuthenticator: () => ({ label: "Renamed" }),
  confirmAuthenticator: () => ({ code: "000000" }),
  startChallenge: ({ subscriberId }) => ({ subscriberId }),
  sendChallenge: ({ phoneId }) => ({ authenticatorId: phoneId }),
  checkChallenge: ({ phoneId }) => ({ code: "000000", authenticatorId: phoneId }),
  stateSession: () => ({ audience: "ledger" }),
  startRecovery: () => ({ name: "nobody" }),
  sendRecovery: ({ recovery }) => ({ recovery, method: "email" }),
  askRecoveryPasskey: ({ recovery }) => ({ recovery }),
  checkRecovery: ({ recovery }) => ({ recovery, method: "totp", code: "000000" }),
  completeRecovery: ({ recovery }) => ({ recovery }),
  completeReset: () => ({ reset: "csr_none" }),
  disputeNotice: () => ({ notice: "csn_none" }),
  redeemSession: () => ({ ticket: "none" }),
  askPasskeySignIn: () => ({ binding }),
  signInWithPasskey: () => ({ binding, passkey: foreignPasskey("AAAA") }),
  signIn: () => ({ name: "nobody", password: "none" }),
  createTenant: () => ({ name: "Further" }),
};

function idFor(path: string, targets: Targets): string {
  if (path.startsWith("/verifications")) return targets.verificationId;
  if (path.startsWith("/keys")) return targets.keyId;
  if (path.startsWith("/webhooks")) return targets.webhookId;
  if (path.endsWith("/{device}")) return targets.trustingId;
  if (path.includes("{authenticator}")) return targets.enrollingSubscriberId;
  if (path.startsWith("/subscribers/{id}")) {
    return path === "/subscribers/{id}" ? targets.leavingSubscriberId : targets.spareSubscriberId;
  }
  if (path === "/challenges/{id}/passkey") return targets.passkeyChallengeId;
  if (path === "/sessions/passkey/{id}") return targets.signInId;
  if (path.startsWith("/challenges")) return targets.challengeId;
  if (path.startsWith("/sessions")) return targets.spareSessionId;
  if (path.startsWith("/messages")) return targets.messageId;
  if (path.startsWith("/deliveries")) return `${targets.verificationId}.1`;
  return path.startsWith("/services") ? targets.serviceId : targets.tenantId;
}

/** The request of an operation, aimed at the given rows. */
export function requestFor({ method, path, operation }: Operation, targets: Targets): Call {
  const id = operation.operationId === "deleteWebhook" ? targets.spareWebhookId : idFor(path, targets);
  const filled = path
    .replace("{id}", id)
    .replace("{dialect}", "vonage")
    .replace("{event}", targets.eventId)
    .replace("{device}", targets.trustedDeviceId)
    .replace("{authenticator}", targets.enrollingId)
    .replace("{number}", encodeURIComponent("+14155550123"));
  const body = bodies[operation.operationId]?.(targets);
  const headers = path.startsWith("/sessions/current")
    ? { "countersign-session": targets.session }
    : undefined;
  return {
    method,
    path: filled,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** Another body than that of the first request with an Idempotency-Key. */
export const otherBodies: Readonly<Record<string, unknown>> = {
  startVerification: { to: freshNumber() },
  checkVerification: { code: "111111" },
  settleVerification: { status: "canceled" },
  createKey: { name: "changed", scopes: ["keys:read"] },
  rotateKey: { overlapSeconds: 7 },
  createBackup: { name: "changed" },
  rotateSecrets: { keepDataKeys: true },
  createTenant: { name: "Changed" },
  createService: { name: "changed" },
  createPage: { returnUrl, state: "changed" },
  createAccountPage: { returnUrl, state: "changed" },
  createWebhook: { url: "https://changed.example.com/" },
  sendMessage: { to: freshNumber(), text: "changed" },
  rotateWebhookSecret: { overlapSeconds: 7 },
  replayWebhookEvents: { state: "received" },
  redeemTicket: { ticket: "changed" },
  createSubscriber: { name: "changed" },
  changePassword: { password: "eleven rowing margarets" },
  enrolAuthenticator: { type: "totp", issuer: "Changed" },
  sendEnrolmentCode: { channel: "voice" },
  confirmAuthenticator: { code: "111111" },
  startChallenge: { name: "changed" },
  sendChallenge: { authenticatorId: "changed" },
  checkChallenge: { code: "111111" },
  stateSession: { audience: "changed" },
  startRecovery: { name: "changed" },
  sendRecovery: { recovery: "changed", method: "phone" },
  askRecoveryPasskey: { recovery: "changed" },
  checkRecovery: { recovery: "changed", method: "email", code: "1" },
  completeRecovery: { recovery: "changed" },
  startReset: { authenticatorId: "changed" },
  completeReset: { reset: "changed" },
  disputeNotice: { notice: "changed" },
  redeemSession: { ticket: "changed" },
  askPasskey: { binding: "changed" },
  askPasskeySignIn: { binding: "changed" },
  signInWithPasskey: { binding, passkey: foreignPasskey("BBBB") },
  signIn: { name: "changed", password: "changed" },
};
