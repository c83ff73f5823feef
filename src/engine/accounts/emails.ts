import type { EmailAddressEnrolled } from "../../accounts/index.ts";
import { parseEmail } from "../../numbers/index.ts";
import { add, change, type Enrol, type EnrolRefused, type Invalid, withVerification } from "./enrolment.ts";
import { newBase } from "./new-authenticator.ts";
import { type AccountParts, contextOf, sealed } from "./parts.ts";
import { type CodeSent, type CodeText, type SendRefusal, sendCode } from "./sending.ts";
import { findSubscriber } from "./subscribers.ts";
import type { AuthenticatorView } from "./views.ts";

export type EnrolEmail = Enrol & { readonly address: string; readonly text?: CodeText | undefined };

export type EnrolEmailResult =
  | (Omit<CodeSent, "outcome"> & { readonly outcome: "enrolled"; readonly authenticator: AuthenticatorView })
  | EnrolRefused
  | Invalid
  | SendRefusal;

/** An e-mail address: it gets its own code and nothing else until that code was entered, and never meets a challenge. */
export async function enrolEmail(parts: AccountParts, request: EnrolEmail): Promise<EnrolEmailResult> {
  const subscriber = await findSubscriber(parts, request);
  if (subscriber === undefined) return { outcome: "subscriberNotFound" };
  const parsed = parseEmail(request.address);
  if (parsed.type === "refused") {
    return { outcome: "requestInvalid", field: "address", detail: parsed.detail };
  }
  const base = newBase(parts, request.label, "E-mail");
  const context = contextOf("address", base.id, subscriber.tenantId);
  const sealedAddress = sealed(parts, context, parsed.emailAddress);
  const row: EmailAddressEnrolled = {
    ...base,
    type: "email",
    sealedAddress,
    verificationId: null,
    isVouched: false,
  };
  const added = await add(parts, subscriber.id, row, request.stepUp);
  if (added.outcome !== "enrolled") return added;
  const sent = await sendCode(parts, subscriber, row, {
    before: null,
    purpose: "enrol",
    text: request.text,
  });
  if (sent.outcome !== "sent") {
    await change(parts, subscriber.id, (all) => all.filter(({ id }) => id !== row.id), sent);
    return sent;
  }
  await change(parts, subscriber.id, withVerification(row.id, sent.verification.id));
  return { ...added, verification: sent.verification };
}
