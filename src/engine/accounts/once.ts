import type { Subscriber } from "../../accounts/index.ts";
import { key, type Rows, type Store, type Write } from "../../store/index.ts";
import type { Idempotency } from "../transaction.ts";
import type { AccountParts, Plan } from "./parts.ts";
import { phoneBinding } from "./uses.ts";
import {
  toAuthenticatorView,
  toChallengeView,
  toSessionView,
  toSubscriberView,
  toTrustedDeviceView,
  usable,
} from "./views.ts";

/** What a repeated request is answered: as the first time, without what is shown once (ADR 39). */
export type Recalled<R> = R extends object
  ? R extends readonly unknown[]
    ? R
    : { readonly [K in keyof R]: K extends ShownOnce ? R[K] | null : Recalled<R[K]> }
  : R;

type ShownOnce = "statement" | "bearer" | "seed" | "uri" | "qr" | "codes" | "options" | "recovery" | "sentTo";

export type Once<R> =
  | { readonly outcome: "idempotencyKeyReused" | "gone" }
  | { readonly outcome: "answered"; readonly replayed: boolean; readonly result: Recalled<R> };

type Answer = Readonly<Record<string, unknown>>;

/** What is kept of an answer for a day: no name, no number and nothing secret (W-4). */
interface Memory {
  readonly of: string | null;
  readonly said: Answer;
  readonly ids: Readonly<Record<string, string>>;
}

/** Fields of an answer that are kept as they are. */
const kept = [
  "limit",
  "allowedAt",
  "outcome",
  "retryAt",
  "reason",
  // Which field of the request was refused, and why: it never repeats what the field held.
  "field",
  "detail",
  "most",
  "status",
  "assurance",
  "challengeId",
  "signInId",
  "endsAt",
  "subscriberId",
  "authenticatorId",
  "channel",
  "checksLeft",
  "methods",
  "removesAt",
  "stepUp",
];

/** An answer that was decided meanwhile by the same request on its way a second time. */
class AnsweredMeanwhile extends Error {}

/**
 * Runs a verb whose deciding update writes down what it answered; a request that was decided already is answered from
 * that. Without an Idempotency-Key it just runs.
 */
export async function once<R extends { readonly outcome: string }>(
  parts: AccountParts,
  asked: { readonly tenantId: string; readonly idempotency: Idempotency | undefined },
  verb: (parts: AccountParts) => Promise<R>,
): Promise<Once<R>> {
  const { tenantId, idempotency } = asked;
  if (idempotency === undefined) return fresh(await verb(parts));
  const before = await repeat<R>(parts, tenantId, idempotency);
  if (before !== null) return before;
  try {
    return fresh(await verb({ ...parts, idempotency, ...remembering(parts.store, idempotency) }));
  } catch (cause) {
    const meanwhile =
      cause instanceof AnsweredMeanwhile ? await repeat<R>(parts, tenantId, idempotency) : null;
    if (meanwhile === null) throw cause;
    return meanwhile;
  }
}

function fresh<R>(result: R): Once<R> {
  return { outcome: "answered", replayed: false, result: result as Recalled<R> };
}

function remembering(store: Store, idempotency: Idempotency): Pick<AccountParts, "decide" | "recording"> {
  const record = key("idempotency", idempotency.id);
  const recorded = <R>(made: Plan<R>, now: number, subscriberId?: string): Plan<R> => {
    const write = recordOf(idempotency, made.result as Answer, subscriberId ?? null, now);
    return { writes: [...made.writes, write], result: made.result };
  };
  const onlyOnce = (rows: Rows): void => {
    if (rows.get(record) !== undefined) throw new AnsweredMeanwhile();
  };
  return {
    decide: (keys, decision, subscriberId) =>
      store.update([...keys, record], (rows, now) => {
        onlyOnce(rows);
        const made = decision(rows, now);
        return "need" in made ? made : recorded(made, now, subscriberId);
      }),
    recording: { keys: [record], begin: onlyOnce, with: recorded },
  };
}

/** The record of an answer. */
export function recordOf(
  idempotency: Idempotency,
  answer: object,
  subscriberId: string | null,
  now: number,
): Write {
  const outcome = { type: "account", ...memoryOf(answer as Answer, subscriberId) };
  const row = { ...idempotency, verificationId: null, outcome, createdAt: now };
  return { table: "idempotency", id: idempotency.id, row };
}

function memoryOf(answer: Answer, subscriberId: string | null): Memory {
  const ids: Record<string, string> = {};
  let of = subscriberId;
  for (const [name, value] of Object.entries(answer)) {
    if (typeof value !== "object" || value === null) continue;
    const { session, device } = value as { readonly session?: unknown; readonly device?: unknown };
    const view = (session ?? device ?? value) as { readonly id?: unknown; readonly subscriberId?: unknown };
    if (typeof view.id === "string") ids[name] = view.id;
    if (typeof view.subscriberId === "string") of ??= view.subscriberId;
    if (name === "subscriber") of ??= String(view.id);
  }
  const said = Object.fromEntries(kept.filter((name) => name in answer).map((name) => [name, answer[name]]));
  if ("authenticators" in answer) ids["authenticators"] = "";
  return { of, said, ids };
}

async function repeat<R>(
  parts: AccountParts,
  tenantId: string,
  { id, fingerprint }: Idempotency,
): Promise<Once<R> | null> {
  const record = await parts.store.get(key("idempotency", id));
  if (record === undefined) return null;
  if (record.fingerprint !== fingerprint) return { outcome: "idempotencyKeyReused" };
  const { of, said, ids } = record.outcome as unknown as Memory;
  const result: Record<string, unknown> = { ...said };
  const subscriber = of === null ? undefined : await parts.store.get(key("subscriber", of));
  // Whoever was removed is not shown from memory.
  if (Object.keys(ids).length > 0 && subscriber?.tenantId !== tenantId) return { outcome: "gone" };
  for (const [name, value] of Object.entries(ids)) {
    const view =
      name === "verification"
        ? await sentBy(parts, tenantId, String(said["authenticatorId"]), value)
        : await viewOf(parts, subscriber as Subscriber, name, value);
    if (view === null) return { outcome: "gone" };
    Object.assign(result, view);
  }
  return { outcome: "answered", replayed: true, result: result as Recalled<R> };
}

/** What an answer said of one row, as it is now; null where it is no more. */
async function viewOf(
  parts: AccountParts,
  subscriber: Subscriber,
  name: string,
  id: string,
): Promise<object | null> {
  switch (name) {
    case "subscriber":
      return { subscriber: toSubscriberView(parts, subscriber) };
    case "authenticators":
      return { authenticators: usable(parts, subscriber) };
    case "authenticator": {
      const found = subscriber.authenticators.find((one) => one.id === id);
      if (found === undefined) return null;
      const secrets = { seed: null, uri: null, qr: null, codes: null, options: null };
      return {
        authenticator: toAuthenticatorView(parts, subscriber, found),
        ...secrets,
        ...(await sentTo(parts, subscriber, found)),
      };
    }
    case "session":
    case "pending": {
      const row = await parts.store.get(key("session", id));
      return row === undefined ? null : { [name]: { bearer: null, session: toSessionView(row) } };
    }
    case "trustedDevice": {
      const found = subscriber.trustedDevices?.find((one) => one.id === id);
      return found === undefined ? {} : { [name]: { bearer: null, device: toTrustedDeviceView(found) } };
    }
    case "challenge": {
      const row = await parts.store.get(key("challenge", id));
      return row === undefined ? null : { challenge: toChallengeView(row), options: null };
    }
    default:
      return {};
  }
}

async function sentBy(
  parts: AccountParts,
  tenantId: string,
  authenticatorId: string,
  id: string,
): Promise<object | null> {
  const verification = await parts.engine.get({ tenantId, id, binding: phoneBinding(authenticatorId) });
  return verification === null ? null : { verification };
}

/** The code on its way to a phone that is being enrolled. */
async function sentTo(
  parts: AccountParts,
  { tenantId }: Subscriber,
  one: Subscriber["authenticators"][number],
): Promise<object> {
  if (one.type !== "phone" || one.verificationId === null) return { verification: null };
  const binding = phoneBinding(one.id);
  return { verification: await parts.engine.get({ tenantId, id: one.verificationId, binding }) };
}
