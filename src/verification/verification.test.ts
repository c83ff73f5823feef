import { expect, test } from "vitest";
import { defaultPolicy } from "./policy.ts";
import { identityOf, type PendingVerification, settle, type VerificationIdentity } from "./verification.ts";

const identity: Required<VerificationIdentity> = {
  id: "019b0000-0000-7000-8000-000000000001",
  tenantId: "tenant",
  serviceId: "service",
  recipientId: "recipient",
  destination: { region: "US", prefix: "+1415" },
  previousId: "before",
  purpose: "payment",
  subject: "subject",
  binding: "digest",
  payment: { amount: "EUR 1000", payee: "Acme" },
  brand: "Acme",
  locale: "de",
  autofill: { platform: "web", host: "acme.example" },
  clientRef: "ref",
  metadata: { order: "1" },
  surface: "anonymous",
  policy: defaultPolicy,
  createdAt: 1_000,
  endsAt: 2_000,
};

const pending: PendingVerification = {
  ...identity,
  status: "pending",
  step: 1,
  generation: 2,
  codeKeyId: "key",
  suppliedCode: "sealed",
  codeExpiresAt: 1_500,
  nextStepAt: 1_200,
  checks: [{ at: 1_100, right: false }],
  sends: 2,
};

test("I3: what is settled keeps all that never changes, and nothing that a code could be made of", () => {
  expect(settle(pending, "approved", 1_300)).toStrictEqual({
    ...identity,
    status: "approved",
    step: 1,
    settledAt: 1_300,
    checks: pending.checks,
    sends: 2,
    settledByTenant: false,
  });
});

test("a field that a verification lacks is not made up", () => {
  const { destination, autofill, surface, ...plain } = identity;
  expect(identityOf(pending, pending)).toStrictEqual(identity);
  expect(identityOf(plain, plain)).toStrictEqual(plain);
});
