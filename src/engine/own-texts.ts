import { uuidv7 } from "../clock/index.ts";
import { countSegments, type Router } from "../delivery/index.ts";
import { openText, seal, sealText } from "../secrets/index.ts";
import { deliveryId, type Key, key, type Rows, type Write } from "../store/index.ts";
import { decideMessage, type Message, type Recipient } from "../verification/index.ts";
import { addressContext } from "./address.ts";
import type { GuardAsk } from "./guard-desk.ts";
import { numberOf } from "./guard-door.ts";
import type { EngineParts } from "./parts.ts";
import { parseRecipient, recipientIdFor } from "./recipients.ts";
import { needsDestination, stepRefusal } from "./start-plan.ts";

/** A text of ours to an address that somebody proved. */
export interface OwnText {
  readonly tenantId: string;
  readonly serviceId: string;
  /** E.164 number or e-mail address. */
  readonly to: string;
  readonly text: string;
  /** Of an e-mail; an SMS goes without. */
  readonly subject: string;
  /** For how long it is worth sending. */
  readonly lifetimeMs: number;
}

/**
 * A text that is ready to be written with the change that it tells of: both are durable or neither is, and a crash
 * neither loses nor repeats it.
 */
export interface PreparedText {
  readonly key: Key<"recipient">;
  writes(rows: Rows, now: number): readonly Write[];
}

/** Null where nothing can go to this address: no carrier for it, or a number that may not be sent to. */
export function prepareOwnText(
  parts: EngineParts,
  router: Router,
  { tenantId, serviceId, to, text, subject, lifetimeMs }: OwnText,
): PreparedText | null {
  const parsed = parseRecipient(parts, to);
  if ("refused" in parsed) return null;
  const { phoneNumber, address } = parsed;
  const channel = phoneNumber === null ? "email" : "sms";
  const destination =
    phoneNumber === null ? undefined : router.destinationOf(phoneNumber.e164, phoneNumber.region);
  const hasCarrier = router.carriersFor(destination, channel).length > 0;
  const isRefused = phoneNumber !== null && stepRefusal(parts, "sms", phoneNumber, () => hasCarrier) !== null;
  if (!hasCarrier || isRefused) return null;
  const { keyring, random, clock } = parts;
  const id = uuidv7(clock.now(), random);
  const recipientId = recipientIdFor(parts, tenantId, parsed);
  const command = {
    id,
    tenantId,
    serviceId,
    recipientId,
    sealedAddress: seal(keyring, random, addressContext(recipientId, tenantId), address),
    ...(destination !== undefined && needsDestination(parts) ? { destination } : {}),
    sealedText: sealText(
      keyring,
      random,
      { id, tenantId },
      phoneNumber === null ? asWritten(subject, text) : text,
    ),
    channel,
    from: null,
    isOurs: true,
    clientRef: null,
    metadata: null,
    lifetimeMs,
  } as const;
  const recipientKey = key("recipient", recipientId);
  return {
    key: recipientKey,
    writes(rows, now) {
      const decision = decideMessage(rows.get(recipientKey), command, now);
      return [
        { table: "recipient", id: recipientId, row: decision.recipient },
        { table: "message", id, row: decision.message as Message },
        ...decision.deliveries.map((row): Write => {
          return { table: "delivery", id: deliveryId(row.verificationId, row.sequence), row };
        }),
      ];
    },
  };
}

const afterSubject = "\n\n";

/** An e-mail in one piece: its subject is its first line. */
function asWritten(subject: string, text: string): string {
  return `${subject}${afterSubject}${text}`;
}

/** Its two parts again; one of before there were subjects has none. */
export function fromWritten(
  written: string,
  isEmail: boolean,
): { readonly text: string; readonly subject?: string } {
  const at = isEmail ? written.indexOf(afterSubject) : -1;
  return at < 0
    ? { text: written }
    : { subject: written.slice(0, at), text: written.slice(at + afterSubject.length) };
}

/** What the guard judges a text of ours by, when it is about to leave; null where it is none for a telephone. */
export function askOfOwnText(parts: EngineParts, message: Message, recipient: Recipient): GuardAsk | null {
  const phoneNumber = numberOf(parts, recipient);
  if (phoneNumber === null) return null;
  return {
    tenantId: message.tenantId,
    recipientId: recipient.id,
    phoneNumber,
    channel: "sms",
    segments: countSegments(openText(parts.keyring, message)).count,
    isStart: false,
    caller: { surface: "key" },
    subject: null,
    binding: null,
  };
}
