import type { KnownClaimant, PendingRef, Recipient } from "../../verification/index.ts";
import { absent, listCodec, listOf, none } from "./places.ts";

const pendingRef = listCodec<PendingRef>({
  id: {},
  endsAt: {},
  serviceId: {},
  purpose: { usual: "verify" },
  subject: { usual: null },
  binding: { usual: null },
});

const known = listCodec<KnownClaimant>({ id: {}, provenAt: {}, wrongAt: { usual: none } });

export const recipientCodec = listCodec<Recipient, "id" | "tenantId">({
  sealedAddress: {},
  lastSeenAt: {},
  newestId: { usual: null },
  sentAt: { usual: none },
  askedSends: { usual: 0 },
  lastAskedAt: { usual: 0 },
  textedAt: { usual: absent },
  pending: { usual: none, ...listOf(pendingRef) },
  provenAt: { usual: null },
  wrongAt: { usual: none },
  known: { usual: none, ...listOf(known) },
  calledAt: { usual: absent },
});
