import type {
  CheckRecord,
  PendingVerification,
  SettledVerification,
  Verification,
} from "../../verification/index.ts";
import { destinationPlace } from "./destination.ts";
import { absent, listCodec, listOf, none, type Places } from "./places.ts";
import { packPolicy, unpackPolicy } from "./policy.ts";

type Column = "id" | "tenantId" | "recipientId";

const check = listCodec<CheckRecord>({ at: {}, right: { usual: false } });

/** Statements of both stores read the second and the third: when it was created, and when it ends. */
const first = {
  createdAt: {},
  endsAt: {},
  serviceId: {},
  policy: { pack: packPolicy, unpack: unpackPolicy },
  checks: { usual: none, ...listOf(check) },
  step: { usual: 0 },
  sends: { usual: 1 },
  purpose: { usual: "verify" },
  brand: { usual: "Countersign" },
  locale: { usual: "en" },
} satisfies Partial<Places<Verification, Column>>;

/** What few verifications have. */
const last = {
  previousId: { usual: null },
  subject: { usual: null },
  binding: { usual: null },
  clientRef: { usual: null },
  metadata: { usual: null },
  payment: { usual: null },
  autofill: { usual: absent },
  surface: { usual: absent },
  destination: destinationPlace,
} satisfies Partial<Places<Verification, Column>>;

const pending = listCodec<PendingVerification, Column>({
  status: { usual: "pending" },
  ...first,
  codeExpiresAt: {},
  nextStepAt: { usual: null },
  codeKeyId: {},
  generation: { usual: 1 },
  suppliedCode: { usual: null },
  ...last,
});

const settled = listCodec<SettledVerification, Column>({
  status: {},
  ...first,
  settledAt: {},
  settledByTenant: { usual: false },
  ...last,
});

export function verificationList(row: Verification): unknown[] {
  return row.status === "pending" ? pending.toList(row) : settled.toList(row);
}

export function verificationOf(list: readonly unknown[]): Omit<Verification, Column> {
  return (list[0] ?? null) === null ? pending.fromList(list) : settled.fromList(list);
}
