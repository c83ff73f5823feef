import type { FastifyReply, FastifyRequest } from "fastify";
import type { PendingRequest, StartRequest, VerificationView } from "../../../engine/index.ts";
import { type PhoneNumber, parsePhoneNumber } from "../../../numbers/index.ts";
import type { Service, TelnyxChannel } from "../../../tenants/index.ts";
import { defaultPolicy, type Policy } from "../../../verification/index.ts";
import { guardCaller } from "../../caller.ts";
import { facadeBinding } from "../ids.ts";
import { errors, refuse } from "./errors.ts";
import { profileIdOf, profileNamed } from "./profiles-of.ts";
import { callerOf, type Fields, fieldsOf, neededText, textIn, wholeIn } from "./requests.ts";
import { startErrors } from "./translations.ts";
import { toVerification } from "./verification-body.ts";

export type StartKind = "sms" | "call";

export const timeoutSecondsDefault = 300;
/** A code lives no longer here, whatever is asked for. */
export const timeoutSecondsCeiling = 600;
/** As short as a code may live, and as long as anybody asks for. */
export const timeoutSecondsRange = [30, 86_400] as const;

/** `POST /v2/verifications/sms` and `/call`. */
export async function start(
  request: FastifyRequest,
  reply: FastifyReply,
  kind: StartKind,
): Promise<Readonly<Record<string, unknown>>> {
  const caller = await callerOf(request, reply, "verifications:write");
  const { engine, directory, clock } = request.server;
  const { tenantId } = caller;
  const fields = fieldsOf(request);
  const phoneNumber = phoneNumberIn(request, neededText(fields, "phone_number"), {
    pointer: "/phone_number",
  });
  const profile = await profileNamed(directory, tenantId, neededText(fields, "verify_profile_id"), {
    pointer: "/verify_profile_id",
  });
  refuseExtension(fields);
  const { policy, first, ...asked } = startRequest(profile, fields, kind);
  refuseDestination(profile.settings.telnyx?.[kind], phoneNumber);
  const to = phoneNumber.e164;
  const started = { ...asked, to, tenantId, service: profile.id, caller: guardCaller(request) };
  // Mostly nothing is pending, and then this is all: what is there is only looked at where it is in the way.
  let result = await engine.start({ ...started, policy: first });
  if (result.outcome === "verificationPending") {
    const pending = await pendingOn(request, { tenantId, to, serviceId: profile.id });
    // Whoever asks for a call while a text is on its way wants a call; to go on would send the text again.
    const isOther = pending !== null && pending.channel !== channelOf(kind);
    const after = isOther ? { ...policy, ifPending: "replace" as const } : policy;
    result = await engine.start({ ...started, policy: after });
  }
  if (result.outcome === "started" || result.outcome === "continued") {
    return { data: toVerification(result.verification, profileIdOf(profile)) };
  }
  return refuse(startErrors[result.outcome](result, clock.now()));
}

async function pendingOn(
  { server: { engine } }: FastifyRequest,
  asked: Omit<PendingRequest, "binding">,
): Promise<VerificationView | null> {
  const binding = facadeBinding.telnyx;
  const id = await engine.pendingOf({ ...asked, binding });
  return id === null ? null : await engine.get({ tenantId: asked.tenantId, id, binding });
}

function channelOf(kind: StartKind): "sms" | "voice" {
  return kind === "sms" ? "sms" : "voice";
}

/** What the vendor promises, with the profile's own settings over it. */
function startRequest(
  service: Service,
  fields: Fields,
  kind: StartKind,
): Omit<StartRequest, "tenantId" | "to" | "service" | "policy"> & Policies {
  const { settings } = service;
  const set = settings.telnyx?.[kind] ?? {};
  const language = settings.telnyx?.language;
  const timeout = wholeIn(fields, "timeout_secs", timeoutSecondsRange) ?? set.timeoutSeconds;
  const seconds = Math.min(timeout ?? timeoutSecondsDefault, timeoutSecondsCeiling);
  const code = textIn(fields, "custom_code");
  return {
    ...(code === undefined ? {} : { code, metadata: { ownCode: "yes" } }),
    ...(set.appName === undefined ? {} : { brand: set.appName }),
    ...(typeof language === "string" ? { locale: language } : {}),
    binding: facadeBinding.telnyx,
    ...policyOf(service, kind, seconds),
  };
}

interface Policies {
  readonly policy: Partial<Policy>;
  /** The same for a first try, which finds out whether something is pending. */
  readonly first: Partial<Policy>;
}

/** The same object for the same asked of the same service: most starts of a program ask alike. */
const policies = new WeakMap<Service, Map<string, Policies>>();
const policiesMax = 32;

function policyOf(service: Service, kind: StartKind, seconds: number): Policies {
  const name = `${kind}/${seconds}`;
  let known = policies.get(service);
  if (known === undefined || known.size >= policiesMax) {
    known = new Map();
    policies.set(service, known);
  }
  const made = known.get(name);
  if (made !== undefined) return made;
  const policy = newPolicy(service, kind, seconds);
  const both = { policy, first: { ...policy, ifPending: "refuse" as const } };
  known.set(name, both);
  return both;
}

function newPolicy({ settings }: Service, kind: StartKind, seconds: number): Partial<Policy> {
  const set = settings.telnyx?.[kind] ?? {};
  const codeLength = set.codeLength ?? settings.policy.codeLength ?? defaultPolicy.codeLength;
  const checksMax = settings.policy.checksMax ?? (codeLength < 6 ? 3 : defaultPolicy.checksMax);
  return {
    ifPending: "continue",
    ...settings.policy,
    codeLength,
    checksMax,
    codeReuse: "same",
    workflow: [{ channel: channelOf(kind), waitMs: seconds * 1_000 }],
    codeLifetimeMs: seconds * 1_000,
  };
}

function refuseExtension(fields: Fields): void {
  if (textIn(fields, "extension") === undefined) return;
  refuse(errors.bad({ pointer: "/extension", detail: "Extensions are not dialled here." }));
}

function refuseDestination(channel: TelnyxChannel | undefined, { region }: PhoneNumber): void {
  const allowed = channel?.destinations;
  if (allowed === undefined || allowed.includes("*") || allowed.includes(region)) return;
  const detail = `The verify profile does not allow the destination ${region}.`;
  refuse(errors.bad({ pointer: "/phone_number", detail }));
}

/** A number in the one form that this vendor takes; spaces around it are a slip of the caller's form. */
export function phoneNumberIn(
  request: FastifyRequest,
  given: string,
  place: { readonly pointer?: string; readonly parameter?: string },
): PhoneNumber {
  const text = given.trim();
  if (!text.startsWith("+")) {
    const detail = "Write the number with a plus sign and its country calling code.";
    return refuse({ ...errors.notE164, ...place, detail });
  }
  const parsed = parsePhoneNumber(text, { allow: request.server.parts.numberOverrides });
  if (parsed.type === "parsed") return parsed.phoneNumber;
  return refuse({ ...errors.phoneNumber, ...place, detail: parsed.detail });
}
