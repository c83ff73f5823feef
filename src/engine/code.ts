import { deriveCode, type Keyring, open, type SealContext } from "../secrets/index.ts";
import type { PendingVerification } from "../verification/index.ts";

/** Where a caller's code is sealed to: this row and no other (K-1). */
export function suppliedCodeContext(verificationId: string, tenantId: string): SealContext {
  return { table: "verifications", column: "supplied_code", row: verificationId, tenant: tenantId };
}

/** The code that is valid now: derived again each time it is sent or compared, never kept. */
export function codeOf(keyring: Keyring, verification: PendingVerification): string {
  const { id, tenantId, suppliedCode, policy } = verification;
  if (suppliedCode !== null) return open(keyring, suppliedCodeContext(id, tenantId), suppliedCode);
  return deriveCode(
    keyring,
    {
      keyId: verification.codeKeyId,
      purpose: verification.purpose,
      tenantId,
      serviceId: verification.serviceId,
      verificationId: id,
      generation: verification.generation,
      subject: verification.subject,
      payment: verification.payment,
    },
    policy.alphabet,
    policy.codeLength,
  );
}

/** The same work where nothing can match, so that a check of what does not exist costs the same (C-19). */
export function decoyCode(keyring: Keyring): string {
  const nothing = {
    purpose: "",
    tenantId: "",
    serviceId: "",
    verificationId: "",
    subject: null,
    payment: null,
  };
  return deriveCode(keyring, { ...nothing, keyId: keyring.currentId, generation: 0 }, "decimal", 6);
}
