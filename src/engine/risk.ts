import { deniedRisks, maskPhoneNumber, type NumberRisk, type RiskQuestion } from "../numbers/index.ts";
import type { StartCommand } from "../verification/index.ts";
import type { EngineParts } from "./parts.ts";
import type { ParsedRecipient } from "./recipients.ts";
import type { StartRefusal } from "./start-plan.ts";

const answerMsMax = 2_000;

/**
 * Asks what is known of the number lately, and decides. Each decision is written down. Where nobody answers, a code
 * goes: an attacker would else lock everybody out by whatever makes the lookup slow.
 */
export async function riskRefusal(
  parts: EngineParts,
  { policy, purpose, subject }: StartCommand,
  { phoneNumber }: ParsedRecipient,
): Promise<StartRefusal | null> {
  const { riskLookup, log, meter } = parts;
  const channel = policy.workflow.map((step) => step.channel).find((one) => one !== "email");
  if (riskLookup === undefined || phoneNumber === null || channel === undefined) return null;
  const { e164, region } = phoneNumber;
  const risks = await answerOf(parts, { number: e164, region, channel, purpose, subject });
  const denied = deniedRisks(risks ?? [], riskLookup);
  const decision = risks === null ? "unanswered" : denied.length > 0 ? "denied" : "allowed";
  meter.count("number_risks", { decision });
  const fields = { number: maskPhoneNumber(e164), channel, purpose, risks, decision };
  if (decision === "allowed") log.info(fields, "a number was looked up before a code went there");
  else log.warn(fields, "a number was looked up before a code went there");
  if (denied.length === 0) return null;
  return {
    type: "numberNotAllowed",
    reason: "risk_denied",
    detail: `Its line is not safe now (${denied.join(", ")}): ask for another authenticator than this phone.`,
  };
}

/** Null where nobody answers in time, or not at all. */
async function answerOf(
  { riskLookup, clock }: EngineParts,
  asked: RiskQuestion,
): Promise<readonly NumberRisk[] | null> {
  let cancel = (): void => {};
  const late = new Promise<null>((resolve) => {
    cancel = clock.after(answerMsMax, () => resolve(null));
  });
  try {
    return (await Promise.race([riskLookup?.lookUp(asked), late])) ?? null;
  } catch {
    return null;
  } finally {
    cancel();
  }
}
