import type { Policy } from "../../verification/index.ts";

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

/** A base by its number, or `[number, what differs]`. */
type PackedPolicy = number | readonly [number, Partial<Policy>];

const encoded = new WeakMap<Policy, PackedPolicy>();

export function packPolicy(policy: Policy): PackedPolicy {
  const known = encoded.get(policy);
  if (known !== undefined) return known;
  const base = policyBases[currentBase] as Policy;
  const changed = Object.entries(policy).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name as keyof Policy]),
  );
  const stored: PackedPolicy =
    changed.length === 0 ? currentBase : [currentBase, Object.fromEntries(changed)];
  encoded.set(policy, stored);
  return stored;
}

export function unpackPolicy(packed: PackedPolicy): Policy {
  const [number, changed] = typeof packed === "number" ? [packed, null] : packed;
  const base = policyBases[number];
  if (base === undefined) throw new RangeError(`policy base ${number} is not known to this version`);
  return changed === null ? base : { ...base, ...changed };
}
