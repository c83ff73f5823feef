import type { DeliveryView, MessageView } from "../../engine/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { iso, listOf, opaque, orNull, pageQuery, strict } from "./schemas.ts";
import { maskedOrNull, toDeliveryBody } from "./verification-body.ts";
import { channelSchema, DeliveryBody, deliveryStateSchema, Metadata } from "./verification-schemas.ts";

const lifetimeSecondsMax = 3_600;
const toQuery = Type.Optional(
  Type.String({ minLength: 1, maxLength: 64, description: "Phone number in international form" }),
);

export const DeliveryParams = Type.Object({
  id: Type.String({ maxLength: 64, description: "Verification and number of the delivery: `<UUIDv7>.<n>`" }),
});

export const DeliveryQuery = strict({
  to: toQuery,
  verification: Type.Optional(opaque(64, "Only the deliveries of one verification")),
  state: Type.Optional(deliveryStateSchema),
  channel: Type.Optional(channelSchema),
  provider: Type.Optional(opaque(40, "Only what this carrier was asked last")),
  ...pageQuery,
});

const { properties } = DeliveryBody;

const listedTo = orNull(
  Type.String({ description: "In a list masked; null only where what is kept of it cannot be read" }),
);

export const FoundDeliveryBody = Type.Object(
  { ...properties, verification: Type.String(), to: listedTo },
  { title: "FoundDelivery" },
);
export const DeliveryListBody = listOf(FoundDeliveryBody, "DeliveryList");

export const NewMessageBody = strict(
  {
    to: Type.String({ minLength: 1, maxLength: 64, description: "Phone number in international form" }),
    text: Type.String({
      minLength: 1,
      maxLength: 2_000,
      description: "What it says, at most 1000 characters",
    }),
    service: Type.Optional(opaque(64, "Id or name of a service")),
    from: Type.Optional(
      opaque(16, "Who it shall come from: one of your carriers' senders; others send as themselves"),
    ),
    registration: Type.Optional(
      Type.Object(
        { entityId: opaque(20, "Of the sender"), templateId: opaque(20, "Of the text") },
        {
          additionalProperties: false,
          description: "What was registered where a country asks for it (India: DLT)",
        },
      ),
    ),
    clientRef: Type.Optional(opaque(100, "Your reference")),
    metadata: Type.Optional(Metadata),
    lifetimeSeconds: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: lifetimeSecondsMax,
        description: "For how long it is worth sending; default 600",
      }),
    ),
  },
  { title: "NewMessage" },
);

const unreadable = "Null only where what is kept of it cannot be read";

const { id: _id, step: _step, cause: _cause, ...sent } = properties;

export const MessageBody = Type.Object(
  {
    id: Type.String(),
    to: orNull(Type.String({ description: unreadable })),
    text: orNull(Type.String({ description: unreadable })),
    from: orNull(Type.String()),
    service: Type.String(),
    clientRef: orNull(Type.String()),
    metadata: orNull(Type.Record(Type.String(), Type.String())),
    ...sent,
  },
  { title: "Message" },
);

/** In a list `to` is masked, and what a message says is left out: only who asks for one sees it. */
const { text: _text, ...listed } = MessageBody.properties;
export const MessageListBody = listOf(
  Type.Object({ ...listed, to: listedTo }, { title: "ListedMessage" }),
  "MessageList",
);

export const MessageQuery = strict({ to: toQuery, ...pageQuery });

export function toFoundDelivery(
  { delivery, to }: DeliveryView,
  showsCosts: boolean,
): Static<typeof FoundDeliveryBody> {
  return { ...toDeliveryBody(delivery, showsCosts), verification: delivery.verificationId, to };
}

export function toListedDelivery(view: DeliveryView, showsCosts: boolean): Static<typeof FoundDeliveryBody> {
  return { ...toFoundDelivery(view, showsCosts), to: maskedOrNull(view.to) };
}

export function toMessageBody(view: MessageView, showsCosts: boolean): Static<typeof MessageBody> {
  const {
    id: _delivery,
    step: _first,
    cause: _why,
    ...sentAs
  } = toDeliveryBody({ ...view.delivery, cause: "start" }, showsCosts);
  return {
    ...sentAs,
    id: view.id,
    to: view.to,
    text: view.text,
    from: view.from,
    service: view.serviceId,
    clientRef: view.clientRef,
    metadata: view.metadata,
    createdAt: iso(view.createdAt),
  };
}

export function toListedMessage(
  view: MessageView,
  showsCosts: boolean,
): Static<typeof MessageListBody>["items"][number] {
  const { text: _said, ...shown } = toMessageBody(view, showsCosts);
  return { ...shown, to: maskedOrNull(view.to) };
}
