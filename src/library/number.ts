import type { Instance } from "../instance/instance.ts";
import { describeNumber, judgeNumber, type PhoneNumber, parsePhoneNumber } from "../numbers/index.ts";

/** Whether a code would be sent to a number now, and if not, why not. */
export type Judgement =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string; readonly detail: string };

/** What is known of a number without asking anybody. */
export interface NumberDescription {
  readonly e164: string;
  /** As people read it: `+1 415 555 0123`. */
  readonly international: string;
  readonly national: string;
  /** ISO 3166, and its name in English. */
  readonly region: string;
  readonly regionName: string;
  /** Such as `mobile`, `fixed_line`, `fixed_line_or_mobile`. */
  readonly type: string;
  readonly sms: Judgement;
  readonly voice: Judgement;
}

export type DescribeResult =
  | { readonly outcome: "described"; readonly number: NumberDescription }
  | { readonly outcome: "numberInvalid"; readonly reason: string; readonly detail: string };

/** What the numbering plans, the policy and the guard say of a number as a person wrote it. Nothing is counted. */
export async function describe(instance: Instance, given: string): Promise<DescribeResult> {
  const parsed = parsePhoneNumber(given, { allow: instance.parts.numberOverrides });
  if (parsed.type === "refused") {
    return { outcome: "numberInvalid", reason: parsed.reason, detail: parsed.detail };
  }
  const { formats, region, regionName, numberType } = describeNumber(parsed.phoneNumber);
  const { e164, international, national } = formats;
  const number = {
    ...{ e164, international, national, region, regionName, type: numberType },
    sms: await judged(instance, parsed.phoneNumber, "sms"),
    voice: await judged(instance, parsed.phoneNumber, "voice"),
  };
  return { outcome: "described", number };
}

async function judged(
  { parts, engine, tenant }: Instance,
  phoneNumber: PhoneNumber,
  channel: "sms" | "voice",
): Promise<Judgement> {
  const policy = judgeNumber(phoneNumber, channel, parts.numberPolicy);
  if (policy.type === "denied") return { allowed: false, reason: policy.reason, detail: policy.detail };
  if (!parts.providers.some((one) => one.channels.includes(channel))) {
    return { allowed: false, reason: "no_provider", detail: `No provider is configured for ${channel}.` };
  }
  const guarded = await engine.preview({ tenantId: tenant.id, phoneNumber, channel });
  const first = guarded?.reasons.find(({ verdict }) => verdict !== "allow");
  if (first === undefined) return { allowed: true };
  return { allowed: false, reason: first.reason, detail: first.detail };
}
