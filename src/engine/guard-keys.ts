import { type CounterName, counterNames, type VelocityReading } from "../guard/index.ts";
import type { PhoneNumber } from "../numbers/index.ts";
import { counterDigest } from "../secrets/index.ts";
import { type CounterKey, counterId } from "./guard-counts.ts";
import type { Desk, GuardAsk } from "./guard-desk.ts";

type Values = Partial<Readonly<Record<CounterName, string>>>;

/** What is counted of a number, whoever asks. */
export function valuesOf({ e164, region }: PhoneNumber): Values {
  return {
    prefix2: e164.slice(0, -2),
    prefix3: e164.slice(0, -3),
    prefix4: e164.slice(0, -4),
    region,
  };
}

/** Every counter that a message is counted in. */
export function keysOf(desk: Desk, ask: GuardAsk): readonly CounterKey[] {
  const { caller, subject, binding, isStart } = ask;
  const isAnonymous = caller.surface === "anonymous";
  const values: { -readonly [N in CounterName]?: string | undefined } = valuesOf(ask.phoneNumber);
  if (isAnonymous && isStart) values.address = caller.network;
  // With a key, one binding may stand for a whole service: only a browser's own is one person.
  if (isAnonymous && isStart) values.binding = binding ?? undefined;
  if (isStart) values.subject = subject ?? undefined;
  values.key = caller.keyId;
  return keysFor(desk, ask.tenantId, values as Values);
}

export function keysFor(
  { parts, configuration }: Desk,
  tenantId: string,
  values: Values,
): readonly CounterKey[] {
  const digests = new Map<CounterName, string>();
  for (const name of counterNames) {
    const value = values[name];
    if (value !== undefined) digests.set(name, counterDigest(parts.keyring, tenantId, name, value));
  }
  return configuration.velocity.flatMap((limit) => {
    const digest = digests.get(limit.counter);
    return digest === undefined ? [] : [{ limit, id: counterId(limit.counter, limit.window, digest) }];
  });
}

/** How many there were so far; nobody knows where the counters cannot be read. */
export function readAll(
  { counts }: Desk,
  keys: readonly CounterKey[],
  isReadable: boolean,
  now: number,
): readonly VelocityReading[] {
  return keys.map((one) => (isReadable ? counts.read(one, now) : { limit: one.limit, count: null }));
}
