import { uuidv7 } from "../clock/index.ts";
import type { Router } from "../delivery/index.ts";
import { judgeNumber, type NumberDenial, type NumberRefusal, type PhoneNumber } from "../numbers/index.ts";
import { bindingDigest, seal } from "../secrets/index.ts";
import type { Service } from "../tenants/records.ts";
import {
  type AlphabetName,
  type Channel,
  type Destination,
  type Payment,
  type Policy,
  type PolicyProblem,
  policyProblems,
  type SealedRecipient,
  type StartCommand,
  type Step,
} from "../verification/index.ts";
import { addressContext } from "./address.ts";
import { digestOfBinding, isShared } from "./binding.ts";
import { suppliedCodeContext } from "./code.ts";
import type { GuardCaller } from "./guard-desk.ts";
import type { EngineParts } from "./parts.ts";
import { parsePayment } from "./payment.ts";
import { type ParsedRecipient, parseRecipient, recipientIdFor } from "./recipients.ts";
import { startFieldsProblem } from "./start-fields.ts";
import { type StartText, startTextProblem, type TextProblem } from "./start-text.ts";
import { autofillOf, localeOf, type TextRequest } from "./text-choice.ts";
import type { Idempotency } from "./transaction.ts";

/** What a caller asks for. Everything but `to` has a default from its service. */
export interface StartRequest extends TextRequest {
  readonly tenantId: string;
  /** Id or name; without it, the tenant's first service. */
  readonly service?: string | undefined;
  /** A phone number as people write it, or an e-mail address. */
  readonly to: string;
  /** One channel, instead of the service's workflow. */
  readonly channel?: Channel | undefined;
  readonly workflow?: readonly Step[] | undefined;
  readonly brand?: string | undefined;
  readonly codeLength?: number | undefined;
  readonly alphabet?: AlphabetName | undefined;
  /** A code that the caller made; it is sealed until the verification is settled, and matched as given. */
  readonly code?: string | undefined;
  readonly purpose?: string | undefined;
  readonly subject?: string | undefined;
  readonly binding?: string | undefined;
  readonly amount?: { readonly currency: string; readonly value: string } | undefined;
  readonly payee?: string | undefined;
  readonly clientRef?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly idempotency?: Idempotency | undefined;
  /** Where it comes from; without it, from a caller with a key. */
  readonly caller?: GuardCaller | undefined;
  /** What a facade's vendor promises; over the service's policy. */
  readonly policy?: Partial<Policy> | undefined;
}

export type StartRefusal =
  | { readonly type: "numberInvalid"; readonly reason: NumberRefusal; readonly detail: string }
  | { readonly type: "numberNotAllowed"; readonly reason: NumberDenial; readonly detail: string }
  | { readonly type: "requestInvalid"; readonly field: string; readonly detail: string }
  | { readonly type: "serviceNotFound" };

/** A single step lasts as long as a code by default. */
const singleStepWaitMs = 300_000;

/** A start that may be decided on, or why nothing will be. */
export async function planStart(
  parts: EngineParts,
  router: Router,
  request: StartRequest,
  recipient?: SealedRecipient,
): Promise<
  { readonly command: StartCommand; readonly to: ParsedRecipient } | { readonly refused: StartRefusal }
> {
  const parsed = parseRecipient(parts, request.to);
  if ("refused" in parsed) return parsed;
  const service = await parts.directory.service(request.tenantId, request.service);
  if (service === undefined) return { refused: { type: "serviceNotFound" } };
  const wrongField = startFieldsProblem(request);
  if (wrongField !== null) return invalid(wrongField);
  const planned = planPolicy(parts, forRecipient(request, parsed), service);
  if ("problem" in planned) return invalid(planned.problem);
  const { phoneNumber } = parsed;
  const destination =
    phoneNumber === null ? undefined : router.destinationOf(phoneNumber.e164, phoneNumber.region);
  const hasCarrier = (channel: Channel): boolean => router.carriersFor(destination, channel).length > 0;
  const allowed =
    phoneNumber === null
      ? emailWorkflow(planned.policy, hasCarrier)
      : allowedWorkflow(parts, planned.policy, phoneNumber, hasCarrier);
  if ("denied" in allowed) return { refused: allowed.denied };
  const text = textOf(request, service, phoneNumber?.region ?? "");
  if ("problem" in text) return invalid(text.problem);
  const wrongText = startTextProblem(text, allowed.policy);
  if (wrongText !== null) return invalid(wrongText);
  const to = { ...parsed, recipient, ...(destination === undefined ? {} : { destination }) };
  return { command: startCommand(parts, request, service, allowed.policy, text, to), to: parsed };
}

/** A service's workflow is for telephones: an e-mail address is written to, unless the caller says how. */
function forRecipient(request: StartRequest, { phoneNumber }: ParsedRecipient): StartRequest {
  const saysHow = request.channel !== undefined || request.workflow !== undefined;
  return phoneNumber !== null || saysHow ? request : { ...request, channel: "email" };
}

function invalid(problem: TextProblem): { readonly refused: StartRefusal } {
  return { refused: { type: "requestInvalid", ...problem } };
}

type Problem = { readonly problem: { readonly field: string; readonly detail: string } };

/** Names of settings as callers of the API know them. */
const fieldOfSetting: Partial<Record<PolicyProblem["setting"], string>> = {
  codeLifetimeMs: "codeLifetimeSeconds",
  resendWaitsMs: "resendWaitsSeconds",
  cancelFromMs: "cancelFromSeconds",
};

/**
 * What became of a policy that a facade gave over a service's, or of one channel in place of its workflow: the same
 * object for the same ones, so that what follows from it, its form in a row above all, is worked out once and not for
 * every start.
 */
const planned = new WeakMap<Partial<Policy>, WeakMap<Policy, Map<Channel | undefined, Policy>>>();
const nothingGiven: Partial<Policy> = {};

function planPolicy(
  parts: EngineParts,
  request: StartRequest,
  service: Service,
): { policy: Policy } | Problem {
  const base = parts.directory.policyOf(service);
  const { policy: given, channel, workflow, codeLength, alphabet, code } = request;
  const isRepeated = [workflow, codeLength, alphabet, code].every((one) => one === undefined);
  if (!isRepeated || (given ?? channel) === undefined) return checkedPolicy(request, base);
  const over = given ?? nothingGiven;
  const known = planned.get(over)?.get(base)?.get(channel);
  if (known !== undefined) return { policy: known };
  const checked = checkedPolicy(request, base);
  if ("policy" in checked) {
    const byBase = planned.get(over) ?? new WeakMap<Policy, Map<Channel | undefined, Policy>>();
    const byChannel = byBase.get(base) ?? new Map<Channel | undefined, Policy>();
    planned.set(over, byBase.set(base, byChannel.set(channel, checked.policy)));
  }
  return checked;
}

function checkedPolicy(request: StartRequest, base: Policy): { policy: Policy } | Problem {
  const changed: { -readonly [K in keyof Policy]?: Policy[K] } = { ...request.policy };
  if (request.channel !== undefined && request.workflow !== undefined) {
    return { problem: { field: "channel", detail: "must not be given together with a workflow" } };
  }
  if (request.workflow !== undefined) changed.workflow = request.workflow;
  if (request.channel !== undefined)
    changed.workflow = [{ channel: request.channel, waitMs: singleStepWaitMs }];
  if (request.codeLength !== undefined) changed.codeLength = request.codeLength;
  if (request.alphabet !== undefined) changed.alphabet = request.alphabet;
  if (request.code !== undefined) changed.codeLength = request.code.length;
  if (Object.keys(changed).length === 0) return { policy: base };
  const policy: Policy = { ...base, ...changed };
  const first = policyProblems(policy)[0];
  if (first === undefined) return { policy };
  if (request.code !== undefined && first.setting === "codeLength") {
    const detail = `must have 6 to 10 characters, or 4 and 5 with allowWeakCodes, but has ${request.code.length}`;
    return { problem: { field: "code", detail } };
  }
  return { problem: { field: fieldOfSetting[first.setting] ?? first.setting, detail: first.detail } };
}

/** Every step to an e-mail address is an e-mail. */
function emailWorkflow(
  policy: Policy,
  hasCarrier: (channel: Channel) => boolean,
): { policy: Policy } | { denied: StartRefusal } {
  const field = "channel";
  const foreign = policy.workflow.find(({ channel }) => channel !== "email");
  if (foreign !== undefined) {
    const detail = `cannot reach an e-mail address by ${foreign.channel}`;
    return { denied: { type: "requestInvalid", field, detail } };
  }
  if (hasCarrier("email")) return { policy };
  const detail =
    "email has no carrier: set COUNTERSIGN_SMTP_HOST, or name it in COUNTERSIGN_CARRIER_WEBHOOK_CHANNELS";
  return { denied: { type: "requestInvalid", field, detail } };
}

/**
 * The first step must be possible for this number. A later one that is not is left out, and its time goes to the step
 * before it, so that the verification lasts as long.
 */
function allowedWorkflow(
  parts: EngineParts,
  policy: Policy,
  phoneNumber: PhoneNumber,
  hasCarrier: (channel: Channel) => boolean,
): { policy: Policy } | { denied: StartRefusal } {
  const kept: Step[] = [];
  if (policy.workflow.some(({ channel }) => channel === "email")) {
    // To leave the step out would promise a second way that there is not.
    const field = policy.workflow.length === 1 ? "channel" : "workflow";
    return { denied: { type: "requestInvalid", field, detail: emailToNumber } };
  }
  for (const step of policy.workflow) {
    const denied = stepRefusal(parts, step.channel, phoneNumber, hasCarrier);
    const last = kept.at(-1);
    if (denied === null) kept.push(step);
    else if (last === undefined) return { denied };
    else kept[kept.length - 1] = { ...last, waitMs: last.waitMs + step.waitMs };
  }
  return { policy: kept.length === policy.workflow.length ? policy : { ...policy, workflow: kept } };
}

const emailToNumber = "cannot reach a phone number by email: start a verification of an e-mail address";

/** Why nothing can go to this number on this channel. */
export function stepRefusal(
  parts: EngineParts,
  channel: Channel,
  phoneNumber: PhoneNumber,
  hasCarrier: (channel: Channel) => boolean,
): StartRefusal | null {
  if (channel === "email") {
    return { type: "requestInvalid", field: "channel", detail: emailToNumber };
  }
  if (!hasCarrier(channel)) {
    const detail = noCarrier(parts, channel, phoneNumber.region);
    return { type: "requestInvalid", field: "channel", detail };
  }
  const judgement = judgeNumber(phoneNumber, channel, parts.numberPolicy);
  if (judgement.type === "allowed") return null;
  return { type: "numberNotAllowed", reason: judgement.reason, detail: judgement.detail };
}

function noCarrier({ providers }: EngineParts, channel: Channel, region: string): string {
  return providers.length === 0
    ? `${channel} has no carrier, since none is configured: set COUNTERSIGN_SANDBOX=on for virtual phones, or the settings of a carrier`
    : `${channel} has no carrier to region ${region}: configure one that goes there, or change the routes`;
}

function textOf(request: StartRequest, service: Service, region: string): StartText | Problem {
  const payment = parsePayment(request);
  if (payment !== null && "problem" in payment) {
    return { problem: { field: payment.field, detail: payment.problem } };
  }
  const { texts } = service.settings;
  const chosen = localeOf(request, service, region);
  if ("problem" in chosen) return chosen;
  const end = autofillOf(request, texts);
  if ("problem" in end) return end;
  return {
    brand: request.brand ?? service.settings.brand,
    locale: chosen.locale,
    payment: payment as Payment | null,
    code: request.code ?? null,
    autofill: end.autofill,
    texts,
  };
}

/** With one carrier for all and nothing that costs nobody asks, and rows are smaller without. */
export function needsDestination({ guard, providers, routes = [], senders = [] }: EngineParts): boolean {
  return guard !== undefined || providers.length > 1 || routes.length + senders.length > 0;
}

function startCommand(
  parts: EngineParts,
  request: StartRequest,
  service: Service,
  policy: Policy,
  text: StartText,
  to: ParsedRecipient & {
    readonly destination?: Destination;
    readonly recipient: SealedRecipient | undefined;
  },
): StartCommand {
  const { keyring, random, clock } = parts;
  const { tenantId } = request;
  const id = uuidv7(clock.now(), random, parts.cell);
  const recipientId = to.recipient?.id ?? recipientIdFor(parts, tenantId, to);
  const { subject } = request;
  const binding = digestOfBinding(keyring, tenantId, request.binding);
  const subjectDigest = subject === undefined ? null : bindingDigest(keyring, tenantId, "subject", subject);
  const known = [isShared(request.binding) ? null : binding, subjectDigest];
  return {
    type: "start",
    id,
    tenantId,
    serviceId: service.id,
    recipientId,
    ...(to.destination !== undefined && needsDestination(parts) ? { destination: to.destination } : {}),
    sealedAddress:
      to.recipient?.sealedAddress ?? seal(keyring, random, addressContext(recipientId, tenantId), to.address),
    purpose: request.purpose ?? "verify",
    subject: request.subject ?? null,
    binding,
    claimants: known.filter((one) => one !== null),
    payment: text.payment,
    brand: text.brand,
    locale: text.locale,
    ...(text.autofill === null ? {} : { autofill: text.autofill }),
    clientRef: request.clientRef ?? null,
    metadata: request.metadata ?? null,
    ...(request.caller?.surface === "anonymous" ? { surface: "anonymous" } : {}),
    policy,
    codeKeyId: keyring.currentId,
    suppliedCode:
      text.code === null ? null : seal(keyring, random, suppliedCodeContext(id, tenantId), text.code),
  };
}
