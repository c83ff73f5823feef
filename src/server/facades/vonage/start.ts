import type { FastifyRequest } from "fastify";
import type { StartRequest, StartResult } from "../../../engine/index.ts";
import { parsePhoneNumber } from "../../../numbers/index.ts";
import type { Service } from "../../../tenants/index.ts";
import type { Policy } from "../../../verification/index.ts";
import { guardCaller } from "../../caller.ts";
import { needScope } from "../dialect-key.ts";
import { facadeBinding, toHex } from "../ids.ts";
import type { Answer } from "./answers.ts";
import type { Visitor } from "./credentials.ts";
import { errors, refuse } from "./errors.ts";
import { readNumber } from "./number-parameter.ts";
import type { Parameters } from "./parameters.ts";
import { type Refused, startErrors } from "./translations.ts";
import { timesOf } from "./workflows.ts";

const brandLengthMax = 18;
const senderPattern = /^[A-Za-z0-9 ]{1,11}$/;

/** What the vendor promises of every request; what a service sets for itself holds over it. */
const vendorPolicy = {
  codeReuse: "whenExpired",
  checksMax: 3,
  ifPending: "refuse",
  cancelFromMs: 30_000,
  cancelUntilStep: 0,
  // The vendor has no waits: a start right after a cancel and an event triggered at once are what its callers expect.
  // Behind them ours begin again (F-4).
  resendWaitsMs: [0, 0, 60_000, 120_000, 240_000],
} as const satisfies Partial<Policy>;

/** `/verify`, and with a payee instead of a brand `/verify/psd2`. */
export async function start(
  request: FastifyRequest,
  { caller, parameters }: Visitor,
  kind: "verify" | "psd2",
): Promise<Answer> {
  needScope(caller, "verifications:write");
  const { engine, directory } = request.server;
  const service = await directory.service(caller.tenantId);
  if (service === undefined) return refuse(errors.internal);
  const asked = readStart(request, service, parameters, kind);
  const startRequest = { ...asked, tenantId: caller.tenantId, service: service.id };
  let result = await engine.start(startRequest);
  if (result.outcome === "verificationPending" && result.verificationId === null) {
    // What blocks it was started on a page or by another caller, and is not this one's to know of.
    result = await engine.start({ ...startRequest, policy: { ...asked.policy, ifPending: "separate" } });
  }
  return answerTo(result);
}

function answerTo(result: StartResult): Answer {
  if (result.outcome === "started" || result.outcome === "continued") {
    return { request_id: toHex(result.verification.id), status: "0" };
  }
  const refused: Refused = result;
  const { verificationId } = refused;
  const known = typeof verificationId === "string" ? { verificationId: toHex(verificationId) } : {};
  return refuse(startErrors[result.outcome]({ ...refused, ...known }, ""));
}

function readStart(
  request: FastifyRequest,
  service: Service,
  parameters: Parameters,
  kind: "verify" | "psd2",
): Omit<StartRequest, "tenantId"> {
  const to = numberIn(request, parameters);
  const words = kind === "verify" ? brandOf(parameters) : paymentOf(parameters);
  const codeLength = parameters.get("code_length");
  if (codeLength !== undefined && codeLength !== "4" && codeLength !== "6") {
    return refuse(errors.invalid("code_length"));
  }
  const senderId = parameters.get("sender_id");
  if (senderId !== undefined && !senderPattern.test(senderId)) return refuse(errors.invalid("sender_id"));
  return {
    to,
    ...words,
    code: parameters.get("pin_code"),
    locale: parameters.get("lg"),
    localeFrom: "number",
    binding: facadeBinding.vonage,
    caller: guardCaller(request),
    policy: policyOf(service, parameters, codeLength),
    ...(senderId === undefined ? {} : { metadata: { senderId } }),
  };
}

/** The same object for the same asked of the same service: most starts of a program ask alike. */
const policies = new WeakMap<Service, Map<string, Partial<Policy>>>();
const policiesMax = 32;

function policyOf(service: Service, parameters: Parameters, codeLength: string | undefined): Partial<Policy> {
  const asked = ["workflow_id", "pin_expiry", "next_event_wait"].map((name) => parameters.get(name) ?? "");
  const name = [...asked, codeLength ?? ""].join("/");
  let known = policies.get(service);
  if (known === undefined || known.size >= policiesMax) {
    known = new Map();
    policies.set(service, known);
  }
  const policy = known.get(name) ?? newPolicy(service, parameters, codeLength);
  known.set(name, policy);
  return policy;
}

function newPolicy(
  service: Service,
  parameters: Parameters,
  codeLength: string | undefined,
): Partial<Policy> {
  const times = timesOf({
    workflowId: parameters.get("workflow_id"),
    pinExpiry: parameters.get("pin_expiry"),
    nextEventWait: parameters.get("next_event_wait"),
  });
  if ("wrong" in times) return refuse(errors.invalid(times.wrong));
  const policy = { ...vendorPolicy, ...service.settings.policy, ...times };
  const length = codeLength === undefined ? {} : { codeLength: Number(codeLength) };
  return { ...policy, ...length };
}

function numberIn(request: FastifyRequest, parameters: Parameters): string {
  const given = parameters.get("number");
  if (given === undefined) return refuse(errors.missing("number"));
  // A number in its plainest form is read by the engine alone, which refuses it in the same words.
  if (/^\+?\d{7,15}$/.test(given) && parameters.get("country") === undefined && !given.startsWith("00")) {
    return given.startsWith("+") ? given : `+${given}`;
  }
  const allow = request.server.parts.numberOverrides;
  const parsed = readNumber(parameters, given, (input, defaultRegion) =>
    parsePhoneNumber(input, { allow, ...(defaultRegion === undefined ? {} : { defaultRegion }) }),
  );
  if (parsed === "countryInvalid") return refuse(errors.invalid("country"));
  return parsed.type === "parsed" ? parsed.phoneNumber.e164 : refuse(errors.invalidNumber);
}

function brandOf(parameters: Parameters): { readonly brand: string } {
  const brand = parameters.get("brand");
  if (brand === undefined) return refuse(errors.missing("brand"));
  return brand.length > brandLengthMax ? refuse(errors.invalid("brand")) : { brand };
}

function paymentOf(parameters: Parameters): Pick<StartRequest, "amount" | "payee"> {
  const payee = parameters.get("payee");
  if (payee === undefined) return refuse(errors.missing("payee"));
  if (payee.length > brandLengthMax) return refuse(errors.invalid("payee"));
  const amount = parameters.get("amount");
  if (amount === undefined) return refuse(errors.missing("amount"));
  const [, whole, fraction = ""] = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(amount) ?? [];
  if (whole === undefined) return refuse(errors.invalid("amount"));
  const value = `${whole.replace(/^0+(?=\d)/, "")}.${fraction.padEnd(2, "0")}`;
  return { payee, amount: { currency: "EUR", value } };
}
