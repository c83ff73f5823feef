import type { Challenge, Subscriber, Use } from "../../accounts/index.ts";
import { key } from "../../store/index.ts";
import { readSecret } from "./bearers.ts";
import { type AccountParts, holderDigest } from "./parts.ts";

export interface OfRecovery {
  readonly tenantId: string;
  readonly recovery: string;
}

export interface FoundRecovery {
  readonly challenge: Challenge;
  readonly subscriber: Subscriber | undefined;
}

/** What comes of comparing a proof, before any rule is asked. */
export type Compared =
  | { readonly type: "use"; readonly useOf: (current: Subscriber, now: number) => Use }
  | { readonly type: "password"; readonly matches: boolean; readonly hash: string | null }
  | { readonly type: "nothing" };

export type RecoveryInvalid = { readonly outcome: "recoveryInvalid" };

/** The recovery of whoever holds it; null for everybody else. */
export async function findRecovery(
  parts: AccountParts,
  { tenantId, recovery }: OfRecovery,
): Promise<FoundRecovery | null> {
  const id = readSecret("recovery", recovery);
  const challenge = id === null ? undefined : await parts.store.get(key("challenge", id));
  const binding = holderDigest(parts, tenantId, "recovery", recovery);
  if (challenge?.tenantId !== tenantId || challenge.recovery === undefined || challenge.binding !== binding) {
    return null;
  }
  return { challenge, subscriber: await parts.store.get(key("subscriber", challenge.subscriberId)) };
}
