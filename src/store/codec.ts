import type { Policy, Verification } from "../verification/index.ts";

/**
 * Policies are frozen into rows as what differs from a numbered base, which saves most of a row's bytes. A base never
 * changes once released; new defaults are a new base.
 */
const policyBases: readonly Policy[] = [
  {
    codeLength: 6,
    alphabet: "decimal",
    allowWeakCodes: false,
    codeLifetimeMs: 300_000,
    codeReuse: "whenExpired",
    checksMax: 5,
    ifPending: "separate",
    cancelFromMs: 0,
    cancelUntilStep: null,
    resendWaitsMs: [30_000, 60_000, 120_000, 240_000],
    sendsMax: 5,
    workflow: [
      { channel: "sms", waitMs: 60_000 },
      { channel: "voice", waitMs: 240_000 },
    ],
    wrongPerHourMax: 10,
    wrongPerDayMax: 25,
    sendsPerDayMax: 10,
  },
];

const currentBase = policyBases.length - 1;

interface StoredPolicy {
  readonly base: number;
  readonly changed?: Partial<Policy>;
}

const encoded = new WeakMap<Policy, StoredPolicy>();

function encodePolicy(policy: Policy): StoredPolicy {
  const known = encoded.get(policy);
  if (known !== undefined) return known;
  const base = policyBases[currentBase] as Policy;
  const changed = Object.entries(policy).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name as keyof Policy]),
  );
  const stored: StoredPolicy =
    changed.length === 0
      ? { base: currentBase }
      : { base: currentBase, changed: Object.fromEntries(changed) };
  encoded.set(policy, stored);
  return stored;
}

function decodePolicy(stored: StoredPolicy): Policy {
  const base = policyBases[stored.base];
  if (base === undefined) throw new RangeError(`policy base ${stored.base} is not known to this version`);
  return stored.changed === undefined ? base : { ...base, ...stored.changed };
}

/** The JSON of a verification's row. */
export function encodeVerification(verification: Verification): string {
  return JSON.stringify({ ...verification, policy: encodePolicy(verification.policy) });
}

export function decodeVerification(doc: string): Verification {
  const stored = JSON.parse(doc) as Omit<Verification, "policy"> & { policy: StoredPolicy };
  return { ...stored, policy: decodePolicy(stored.policy) } as Verification;
}
