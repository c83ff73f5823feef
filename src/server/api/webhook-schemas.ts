import {
  type Endpoint,
  type EventPayload,
  type EventPost,
  eventTypes,
  type WebhookEvent,
} from "../../events/index.ts";
import { type Static, Type } from "../../schemas/index.ts";
import { Revision, withRevision } from "./revision.ts";
import { Instant, iso, isoOrNull, listOf, opaque, orNull, pageQuery, strict } from "./schemas.ts";

const descriptionLengthMax = 200;
const typesMax = 20;
const rotationSecondsMax = 30 * 86_400;
/** A day for a receiver to learn its new secret. */
export const rotationSecondsDefault = 86_400;

const url = Type.String({
  minLength: 1,
  maxLength: 2_048,
  description: "Where events are posted: https, a public address, port 443 or 8443",
});
const events = Type.Array(Type.String({ maxLength: 40 }), {
  maxItems: typesMax,
  description: `Which events: ${eventTypes.join(", ")}, or all of a kind such as \`verification.*\`; empty for all of the service, and those of the tenant's subscribers`,
});
const description = orNull(Type.String({ maxLength: descriptionLengthMax, description: "For people" }));
const ownSecret = Type.Optional(
  Type.String({
    maxLength: 100,
    description: "`whsec_` and base64, for a receiver that has one; else it is made",
  }),
);

export const NewEndpointBody = strict(
  {
    url,
    service: Type.Optional(opaque(100, "Whose events, by name or id; default the tenant's first service")),
    events: Type.Optional(events),
    description: Type.Optional(description),
    secret: ownSecret,
  },
  { title: "NewWebhook" },
);

export const EndpointChangesBody = strict(
  {
    url: Type.Optional(url),
    events: Type.Optional(events),
    description: Type.Optional(description),
    enabled: Type.Optional(
      Type.Boolean({
        description: "Whether events are posted; `true` also brings back one that was disabled",
      }),
    ),
  },
  { title: "WebhookChanges" },
);

export const RotateSecretBody = strict(
  {
    overlapSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: rotationSecondsMax,
        description: "For how long the former secret signs along; default a day",
      }),
    ),
    secret: ownSecret,
  },
  { title: "WebhookRotation" },
);

const record = {
  id: Type.String(),
  url: Type.String(),
  service: Type.String({ description: "The service's id" }),
  events: Type.Array(Type.String()),
  description,
  dialect: orNull(
    Type.String({
      description:
        "Whose words are posted: `telnyx` to the addresses of a verify profile, `callbacks` and `receipts` to those that requests and messages name; null for our own",
    }),
  ),
  enabled: Type.Boolean(),
  disabledAt: orNull(Instant),
  disabledReason: orNull(
    Type.String({
      description: "`asked` by its owner, `gone` after an answer 410, or `failing` for three days",
    }),
  ),
  failingSince: orNull(Instant),
  createdAt: Instant,
  updatedAt: Instant,
  revision: Revision,
};

export const EndpointBody = Type.Object(record, { title: "Webhook" });
export const EndpointListBody = listOf(EndpointBody, "WebhookList");
export const IssuedEndpointBody = Type.Object(
  {
    ...record,
    secret: Type.Optional(Type.String({ description: "What signs its events; shown once" })),
  },
  { title: "IssuedWebhook" },
);

const states = ["waiting", "posting", "received", "failed"] as const;

export const EventParams = Type.Object({
  id: Type.String({ maxLength: 64, description: "UUIDv7" }),
  event: Type.String({ maxLength: 64, description: "UUIDv7" }),
});

export const EventListQuery = strict({
  ...pageQuery,
  state: Type.Optional(Type.Enum([...states], { description: "Only events in this state" })),
});

const event = {
  id: Type.String({ description: "The same for every post of this event: `webhook-id`" }),
  type: Type.String(),
  sequence: Type.Integer({ description: "Rises with the changes that events tell of, not always by one" }),
  state: Type.Enum([...states]),
  occurredAt: Instant,
  nextPostAt: orNull(Instant),
  posts: Type.Array(
    Type.Object({
      at: Instant,
      answer: Type.Enum(["none", "received", "refused", "unknown"]),
      status: orNull(Type.Integer()),
      reason: orNull(Type.String()),
    }),
    { description: "The last posts, oldest first" },
  ),
};

export const EventBody = Type.Object(event, { title: "WebhookEvent" });
export const EventListBody = listOf(EventBody, "WebhookEventList");
export const EventDetailsBody = Type.Object(
  { ...event, payload: Type.Record(Type.String(), Type.Unknown(), { description: "What is posted" }) },
  { title: "WebhookEventDetails" },
);

export const ReplayBody = strict(
  {
    since: Type.Optional(Instant),
    state: Type.Optional(
      Type.Enum(["failed", "received"], { description: "Which of them; default those that failed" }),
    ),
    cursor: pageQuery.cursor,
  },
  { title: "WebhookReplay" },
);

export const ReplayedBody = Type.Object(
  {
    replayed: Type.Integer({ description: "Events that are posted again" }),
    nextCursor: orNull(Type.String({ description: "Where to go on; null where these were all" })),
  },
  { title: "WebhookReplayed" },
);

export function toEndpointBody(endpoint: Endpoint): Static<typeof EndpointBody> {
  const { disabled } = endpoint;
  const shown = withRevision({
    id: endpoint.id,
    url: endpoint.url,
    service: endpoint.serviceId,
    events: [...endpoint.types],
    description: endpoint.description,
    dialect: endpoint.dialect ?? null,
    enabled: disabled === null,
    disabledAt: isoOrNull(disabled?.at ?? null),
    disabledReason: disabled?.reason ?? null,
    createdAt: iso(endpoint.createdAt),
    updatedAt: iso(endpoint.updatedAt),
  });
  // A receiver that fails and recovers is nobody's change.
  return { ...shown, failingSince: isoOrNull(endpoint.failingSince) };
}

export function toEventBody(row: WebhookEvent): Static<typeof EventBody> {
  return {
    id: row.eventId,
    type: row.type,
    sequence: row.sequence,
    state: row.state,
    occurredAt: iso(row.occurredAt),
    nextPostAt: row.state === "waiting" ? iso(row.dueAt) : null,
    posts: row.posts.map(toPostBody),
  };
}

function toPostBody({ at, answer, status, reason }: EventPost): Static<typeof EventBody>["posts"][number] {
  return { at: iso(at), answer, status, reason };
}

export function toEventDetailsBody(
  row: WebhookEvent,
  payload: EventPayload,
): Static<typeof EventDetailsBody> {
  return { ...toEventBody(row), payload: { ...payload } };
}
