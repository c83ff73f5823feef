import type { Challenge, PasskeyRequest, Proof, SentCode, Session } from "../../accounts/index.ts";
import type { Payment } from "../../verification/index.ts";
import { absent, listCodec, listOf, none } from "./places.ts";

const proof = listCodec<Proof>({ kind: {}, at: {}, authenticatorId: { usual: null } });
const payment = listCodec<Payment>({ amount: {}, payee: {} });
const passkey = listCodec<PasskeyRequest>({ challenge: {}, askedAt: {}, binding: { usual: null } });
const sent = listCodec<SentCode>({ verificationId: {}, authenticatorId: {} });

export const challengeCodec = listCodec<Challenge, "id">({
  status: { usual: "pending" },
  tenantId: {},
  subscriberId: {},
  createdAt: {},
  endsAt: {},
  purpose: { usual: "login" },
  binding: { usual: null },
  earlier: { usual: none, ...listOf(proof) },
  settledAt: { usual: null },
  proof: { usual: null, pack: (one) => proof.toList(one), unpack: (list) => proof.fromList(list) },
  sent: { usual: null, pack: (one) => sent.toList(one), unpack: (list) => sent.fromList(list) },
  payment: { usual: null, pack: (one) => payment.toList(one), unpack: (list) => payment.fromList(list) },
  // Few are recoveries: with names.
  recovery: { usual: absent },
  passkey: { usual: null, pack: (one) => passkey.toList(one), unpack: (list) => passkey.fromList(list) },
});

export const sessionCodec = listCodec<Session, "id">({
  state: { usual: "active" },
  tenantId: {},
  subscriberId: {},
  digest: {},
  createdAt: {},
  endsAt: {},
  proofs: { usual: none, ...listOf(proof) },
  challengeId: { usual: null },
  endedAt: { usual: null },
  browser: { usual: absent },
  seenAt: { usual: absent },
});
