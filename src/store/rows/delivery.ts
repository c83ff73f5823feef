import type { Delivery, DeliveryAttempt } from "../../verification/index.ts";
import { destinationPlace } from "./destination.ts";
import { absent, listCodec, listOf, none } from "./places.ts";

const attempt = listCodec<DeliveryAttempt>({
  provider: {},
  at: {},
  answer: { usual: "accepted" },
  providerMessageId: { usual: null },
  reason: { usual: null },
  possibleDuplicate: { usual: false },
  cost: { usual: absent },
});

export const deliveryCodec = listCodec<Delivery, "verificationId" | "sequence" | "recipientId">({
  state: { usual: "accepted" },
  tenantId: {},
  createdAt: {},
  dueAt: {},
  deadline: {},
  leaseEpoch: { usual: 0 },
  leaseOwner: { usual: null },
  attempts: { usual: none, ...listOf(attempt) },
  segments: { usual: absent },
  encoding: { usual: absent },
  step: { usual: 0 },
  generation: { usual: 1 },
  channel: { usual: "sms" },
  cause: { usual: "start" },
  guard: { usual: absent },
  destination: destinationPlace,
});
