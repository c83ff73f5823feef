/** Webhooks out: which events there are, who hears of them, and how they get there. */

export { askedContext } from "./compose.ts";
export { type DestinationRules, endpointUrlProblem, publicOnly } from "./destination.ts";
export { profileEndpoint } from "./dialect-endpoints.ts";
export {
  createEndpoint,
  type EndpointRequest,
  eventTypesProblem,
  prepareSecret,
  secretContext,
  withNewSecret,
} from "./endpoints.ts";
export { flowrouteStatus } from "./message-receipts.ts";
export { createSequence, eventWrite, newEvent } from "./outbox.ts";
export { type EventPayload, payloadOf } from "./payload.ts";
export type { Resolve } from "./post.ts";
export {
  type DisabledReason,
  type Endpoint,
  type EventPost,
  type EventState,
  type EventType,
  eventRowId,
  eventTypes,
  type WebhookEvent,
} from "./records.ts";
export { replayed } from "./schedule.ts";
export { telnyxDate, telnyxStatus, telnyxType } from "./telnyx.ts";
export { telnyxMessage } from "./telnyx-message.ts";
export { openWebhooks, type Webhooks } from "./webhooks.ts";
