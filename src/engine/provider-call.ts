import {
  countSegments,
  type OutgoingMessage,
  type Provider,
  providerTimeoutMs,
  type Router,
  renderText,
  type Segments,
} from "../delivery/index.ts";
import { openText } from "../secrets/index.ts";
import { deliveryId, key } from "../store/index.ts";
import type {
  Delivery,
  LookupAnswer,
  Message,
  PendingVerification,
  ProviderAnswer,
  Recipient,
} from "../verification/index.ts";
import { addressOf } from "./address.ts";
import { codeOf } from "./code.ts";
import { fromWritten } from "./own-texts.ts";
import type { EngineParts } from "./parts.ts";

/** A delivery that this node may send now, under its lease. */
export interface Claimed {
  readonly delivery: Delivery;
  /** What the delivery says: a code, or a caller's own text. */
  readonly says: PendingVerification | Message;
  readonly provider: Provider;
  /** As it was when the delivery was made, for a claim of that moment; null to read it. */
  readonly recipient: Recipient | null;
}

/** What became of one call, and of an SMS what it took. */
export interface Called {
  readonly answer: ProviderAnswer;
  readonly segments: Segments | null;
}

/** One call, with its time-out: whatever the provider does, there is an answer (D-5). */
export async function callProvider(parts: EngineParts, router: Router, claimed: Claimed): Promise<Called> {
  const { provider } = claimed;
  const { message, segments } = await compose(parts, router, claimed);
  // Whoever stood still after the claim may have lost the lease, or missed the deadline, without noticing (D-4, D-8).
  const { dueAt: leaseUntil, deadline } = claimed.delivery;
  if (parts.clock.now() >= Math.min(leaseUntil, deadline)) {
    return { answer: { type: "refused", kind: "notSent", reason: "not_sent_in_time" }, segments: null };
  }
  const outcome = await inTime(parts, provider, (signal) => provider.send(message, signal));
  const answer = outcome ?? { type: "unknown", detail: "no answer in time, or none that could be read" };
  return { answer, segments: answer.type === "refused" ? null : segments };
}

/** Asks what became of a message that nobody acknowledged (D-6). */
export async function callLookup(
  parts: EngineParts,
  provider: Provider,
  reference: string,
): Promise<LookupAnswer> {
  const found = await inTime(parts, provider, async (signal) => provider.lookup?.(reference, signal));
  return found ?? { type: "unknown" };
}

/** Null where the provider did not answer in time, or threw. */
function inTime<T>(
  parts: EngineParts,
  provider: Provider,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  return new Promise((resolve) => {
    const timeout = new AbortController();
    const endWait = parts.clock.after(providerTimeoutMs, () => {
      // A reason of our own: the default one is a DOMException with a stack, made for nobody.
      timeout.abort("out of time");
      resolve(null);
    });
    const answered = (answer: T | null): void => {
      endWait();
      resolve(answer);
    };
    const threw = (cause: unknown): void => {
      const error = errorName(cause);
      parts.log.error({ provider: provider.id, error }, "a provider threw instead of answering");
      answered(null);
    };
    try {
      call(timeout.signal).then(answered, threw);
    } catch (cause) {
      threw(cause);
    }
  });
}

/**
 * The text is made now, when it is sent; until here only (verification, step, generation) existed (D-1). The service's
 * words are those of now as well: unlike the policy they promise nobody anything, a mistake in them should not live on
 * in every verification that is pending, and rows do not carry them.
 */
async function compose(
  parts: EngineParts,
  router: Router,
  { delivery, says, provider, recipient: known }: Claimed,
): Promise<{ readonly message: OutgoingMessage; readonly segments: Segments | null }> {
  const recipient = known ?? (await parts.store.get(key("recipient", delivery.recipientId)));
  if (recipient === undefined) throw new TypeError("a pending verification has a recipient");
  if ("sealedText" in says) {
    return await composeOwnText(parts, router, { delivery, says, provider }, recipient);
  }
  const verification = says;
  const { tenantId, serviceId } = verification;
  const service =
    parts.directory.recentService(tenantId, serviceId) ??
    (await parts.directory.service(tenantId, serviceId));
  const code = codeOf(parts.keyring, verification);
  const leftMs = verification.codeExpiresAt - parts.clock.now();
  const sender = delivery.channel === "sms" ? router.senderFor(provider, delivery.destination) : null;
  const rule = sender?.type === "sender" ? sender.rule : null;
  // Registered words must arrive to the letter: nothing stands before, behind or instead of them.
  const registered = verification.payment === null ? rule?.text : undefined;
  const { texts } = service?.settings ?? {};
  const { text, subject, locale, segments } = renderText({
    channel: delivery.channel,
    code,
    brand: verification.brand,
    payment: verification.payment,
    minutes: Math.max(1, Math.round(leftMs / 60_000)),
    locale: verification.locale,
    autofill: registered === undefined ? verification.autofill : undefined,
    templates: registered === undefined ? texts?.templates : { [verification.locale]: { sms: registered } },
    transliterate: registered === undefined && texts?.transliterate,
  });
  const message: OutgoingMessage = {
    reference: deliveryId(delivery.verificationId, delivery.sequence),
    channel: delivery.channel,
    to: addressOf(parts.keyring, recipient),
    text,
    ...(subject === undefined ? {} : { subject }),
    code,
    locale,
    brand: verification.brand,
    ...(rule === null ? {} : { from: rule.from }),
    ...(rule?.registration === undefined ? {} : { registration: rule.registration }),
  };
  return { message, segments: delivery.channel === "sms" ? segments : null };
}

/** A text of the caller's own goes out as it was given. */
async function composeOwnText(
  parts: EngineParts,
  router: Router,
  { delivery, says, provider }: Pick<Claimed, "delivery" | "provider"> & { readonly says: Message },
  recipient: Recipient,
): Promise<{ readonly message: OutgoingMessage; readonly segments: Segments | null }> {
  const service = await parts.directory.service(says.tenantId, says.serviceId);
  const isEmail = delivery.channel === "email";
  const { text, subject } = fromWritten(openText(parts.keyring, says), isEmail);
  const { destination } = delivery;
  const sender = router.senderFor(provider, destination);
  const isText = delivery.channel === "sms";
  const rule = isText && sender.type === "sender" ? sender.rule : null;
  // A carrier that does not have the sender sends as itself: better that than not at all.
  const isOwn = says.from !== null && router.maySendAs(provider, says.from, destination);
  const from = isOwn ? says.from : rule?.from;
  const registration = says.registration ?? rule?.registration;
  return {
    message: {
      reference: deliveryId(delivery.verificationId, delivery.sequence),
      channel: delivery.channel,
      to: addressOf(parts.keyring, recipient),
      text,
      ...(subject === undefined ? {} : { subject }),
      code: null,
      locale: service?.settings.locale ?? "en",
      brand: service?.settings.brand ?? "",
      ...(from === null || from === undefined ? {} : { from }),
      ...(registration === undefined ? {} : { registration }),
    },
    segments: isText ? countSegments(text) : null,
  };
}

function errorName(cause: unknown): string {
  return cause instanceof Error ? cause.name : "unknown";
}
