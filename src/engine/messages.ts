import { uuidv7 } from "../clock/index.ts";
import { countSegments, type Router } from "../delivery/index.ts";
import { parsePhoneNumber } from "../numbers/index.ts";
import {
  blindIndex,
  messageContext,
  openReceiptUrl,
  openText,
  seal,
  sealReceiptUrl,
  sealText,
} from "../secrets/index.ts";
import { key } from "../store/index.ts";
import {
  type Delivery,
  decideMessage,
  type Message,
  type MessageCommand,
  type MessageOutcome,
  type MessageReceipts,
  type Recipient,
} from "../verification/index.ts";
import { addressContext } from "./address.ts";
import type { GuardAsk } from "./guard-desk.ts";
import type { Door } from "./guard-door.ts";
import { fieldsProblem, type MessageRequest, receiptsProblem, senderOf } from "./message-fields.ts";
import type { EngineParts } from "./parts.ts";
import { recipientIdOf } from "./recipients.ts";
import { shown, shownAddress } from "./shown.ts";
import { needsDestination, type StartRefusal, stepRefusal } from "./start-plan.ts";
import { answeredBefore, type IdempotencyKeyReused, type Transacted, transact } from "./transaction.ts";

/** A message with what became of it. */
export interface MessageView
  extends Omit<Message, "sealedText" | "recipientId" | "tenantId" | "receipts" | "isOurs"> {
  /** In full, like the text. Each is null only where what is kept of it cannot be read. */
  readonly to: string | null;
  readonly text: string | null;
  /** Where its caller is told what becomes of it; null where nobody asked. */
  readonly receiptUrl: string | null;
  readonly delivery: Delivery;
}

export type MessageRefusal =
  | StartRefusal
  | Exclude<MessageOutcome, { type: "messageAccepted" }>
  | IdempotencyKeyReused;

export type MessageResult =
  | { readonly type: "messageAccepted"; readonly message: MessageView; readonly replayed: boolean }
  | MessageRefusal
  /** The same request was answered before, and retention or an erasure took what it made. */
  | { readonly type: "notFound" };

const lifetimeMsDefault = 600_000;

/** Sends a text through our routes, guard and fail-over: the answer comes after the commit, the message goes on its own. */
export async function sendMessage(
  parts: EngineParts,
  router: Router,
  door: Door,
  request: MessageRequest,
): Promise<{ readonly result: MessageResult; readonly transacted: Transacted<MessageOutcome> | null }> {
  const idempotency = request.idempotency ?? null;
  const planned = await planMessage(parts, router, request);
  if ("refused" in planned) {
    const before = idempotency === null ? null : await answeredBefore<MessageOutcome>(parts, idempotency);
    if (before === null) return { result: planned.refused, transacted: null };
    return { result: await resultOf(parts, request.tenantId, before), transacted: null };
  }
  const { command, ask } = planned;
  const recipientKey = key("recipient", command.recipientId);
  const transacted = await door.during(
    () => Promise.resolve(ask),
    (admit) =>
      transact<MessageOutcome>(parts, [recipientKey], idempotency, (rows, now) =>
        admit(decideMessage(rows.get(recipientKey), command, now), now),
      ),
  );
  return { result: await resultOf(parts, request.tenantId, transacted), transacted };
}

async function resultOf(
  parts: EngineParts,
  tenantId: string,
  { outcome, replayed, message: written, recipient, deliveries: [delivery] }: Transacted<MessageOutcome>,
): Promise<MessageResult> {
  if (outcome.type !== "messageAccepted") return outcome;
  const message =
    written !== null && recipient !== null && delivery !== undefined
      ? toView(parts, { message: written, recipient, delivery })
      : await getMessage(parts, { tenantId, id: outcome.messageId });
  return message === null ? { type: "notFound" } : { type: "messageAccepted", message, replayed };
}

/** Null for what does not exist, or is another tenant's (W-2). */
export async function getMessage(
  parts: EngineParts,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<MessageView | null> {
  const message = await parts.store.get(key("message", id));
  return message?.tenantId === tenantId && message.isOurs !== true ? await viewOf(parts, message) : null;
}

export interface MessageListRequest {
  readonly tenantId: string;
  readonly to?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/** The tenant's messages, newest first. */
export async function listMessages(
  parts: EngineParts,
  { tenantId, to, before, limit }: MessageListRequest,
): Promise<{ readonly items: readonly MessageView[]; readonly nextBefore: string | null }> {
  const recipientId = to === undefined ? undefined : recipientIdOf(parts, tenantId, to);
  if (recipientId === null) return { items: [], nextBefore: null };
  const rows = await parts.store.messages({
    tenantId,
    limit: limit + 1,
    ...(recipientId === undefined ? {} : { recipientId }),
    ...(before === undefined ? {} : { before }),
  });
  const page = rows.slice(0, limit);
  const visible = page.filter(({ isOurs }) => isOurs !== true);
  const views = await Promise.all(visible.map((one) => viewOf(parts, one)));
  const nextBefore = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
  return { items: views.filter((one) => one !== null), nextBefore };
}

async function viewOf(parts: EngineParts, message: Message): Promise<MessageView | null> {
  const recipient = await parts.store.get(key("recipient", message.recipientId));
  const [delivery] = await parts.store.deliveriesOf(message.id);
  // An erasure runs.
  if (recipient === undefined || delivery === undefined) return null;
  return toView(parts, { message, recipient, delivery });
}

function toView(
  parts: EngineParts,
  { message, recipient, delivery }: { message: Message; recipient: Recipient; delivery: Delivery },
): MessageView {
  const { sealedText: _sealed, recipientId: _recipient, tenantId: _tenant, receipts, ...plain } = message;
  const { keyring } = parts;
  const receiptUrl =
    receipts === undefined
      ? null
      : shown(parts, messageContext(message, "receipts"), () =>
          openReceiptUrl(keyring, message, receipts.sealedUrl),
        );
  return {
    ...plain,
    to: shownAddress(parts, recipient),
    text: shown(parts, messageContext(message, "text"), () => openText(keyring, message)),
    receiptUrl,
    delivery,
  };
}

interface Planned {
  readonly command: MessageCommand;
  readonly ask: GuardAsk;
}

async function planMessage(
  parts: EngineParts,
  router: Router,
  request: MessageRequest,
): Promise<Planned | { readonly refused: StartRefusal }> {
  const { tenantId, text, caller = { surface: "key" } } = request;
  const from = senderOf(request.from);
  const parsed = parsePhoneNumber(request.to, { allow: parts.numberOverrides });
  if (parsed.type === "refused") {
    return { refused: { type: "numberInvalid", reason: parsed.reason, detail: parsed.detail } };
  }
  const service = await parts.directory.service(tenantId, request.service);
  if (service === undefined) return { refused: { type: "serviceNotFound" } };
  const wrong = fieldsProblem(request) ?? receiptsProblem(parts, request);
  if (wrong !== null) return { refused: { type: "requestInvalid", ...wrong } };
  const { phoneNumber } = parsed;
  const destination = router.destinationOf(phoneNumber.e164, phoneNumber.region);
  const carriers = router.carriersFor(destination, "sms");
  const denied = stepRefusal(parts, "sms", phoneNumber, () => carriers.length > 0);
  if (denied !== null) return { refused: denied };
  if (from !== undefined && !carriers.some((one) => router.maySendAs(one, from, destination))) {
    const detail = `is no sender of a carrier for region ${phoneNumber.region}: leave it out, or name it in the routes`;
    return { refused: { type: "requestInvalid", field: "from", detail } };
  }
  const { keyring, random, clock } = parts;
  const id = uuidv7(clock.now(), random);
  const recipientId = blindIndex(keyring, tenantId, "phone", phoneNumber.e164);
  const receipts = await openReceipts(parts, request.receipts, { id, tenantId }, service.id);
  const segments = countSegments(text).count;
  return {
    command: {
      id,
      tenantId,
      serviceId: service.id,
      recipientId,
      sealedAddress: seal(keyring, random, addressContext(recipientId, tenantId), phoneNumber.e164),
      ...(needsDestination(parts) ? { destination } : {}),
      sealedText: sealText(keyring, random, { id, tenantId }, text),
      from: from ?? null,
      ...(request.registration === undefined ? {} : { registration: request.registration }),
      ...(receipts === null ? {} : { receipts }),
      clientRef: request.clientRef ?? null,
      metadata: request.metadata ?? null,
      lifetimeMs: request.lifetimeMs ?? lifetimeMsDefault,
    },
    ask: {
      tenantId,
      recipientId,
      phoneNumber,
      channel: "sms",
      segments,
      isStart: true,
      caller,
      subject: null,
      binding: null,
    },
  };
}

/** Before the message is written: the first one for its tenant opens the way for all. */
async function openReceipts(
  { webhooks, keyring, random }: EngineParts,
  asked: MessageRequest["receipts"],
  message: Pick<Message, "id" | "tenantId">,
  serviceId: string,
): Promise<MessageReceipts | null> {
  if (asked === undefined) return null;
  const { url, ...receipts } = asked;
  await webhooks?.openReceipts(message.tenantId, serviceId);
  return { ...receipts, sealedUrl: sealReceiptUrl(keyring, random, message, url) };
}
