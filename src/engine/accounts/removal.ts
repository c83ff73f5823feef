import { decideKeep, decideRemove, noticeOfRemoved } from "../../accounts/index.ts";
import { key, type Rows, type UpdateDecision, type Write } from "../../store/index.ts";
import { nobodyTold, prepareNotice } from "./notices.ts";
import { type AccountParts, nobodysId } from "./parts.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { type AuthenticatorView, toAuthenticatorView } from "./views.ts";

export type RemoveAuthenticator = SubscriberRef & {
  readonly authenticatorId: string;
  readonly stepUp?: string | undefined;
};

export type RemoveAuthenticatorResult =
  | {
      readonly outcome:
        | "removed"
        | "stepUpRequired"
        | "authenticatorNotFound"
        | "subscriberNotFound"
        | "changesFrozen";
    }
  /** It is the last one that protects the account: it goes at `removesAt`, and works until then. */
  | { readonly outcome: "removing"; readonly authenticator: AuthenticatorView; readonly removesAt: number };

/** Tells every address, that which goes included. */
export async function removeAuthenticator(
  parts: AccountParts,
  request: RemoveAuthenticator,
): Promise<RemoveAuthenticatorResult> {
  const found = await findSubscriber(parts, request);
  if (found === undefined) return { outcome: "subscriberNotFound" };
  const one = found.authenticators.find(({ id }) => id === request.authenticatorId);
  const isToTell = one !== undefined && one.confirmedAt !== null;
  const gone = isToTell ? await prepareNotice(parts, found, noticeOfRemoved(one)) : nobodyTold;
  const going = isToTell ? await prepareNotice(parts, found, "removalBegun") : nobodyTold;
  const subscriberKey = key("subscriber", found.id);
  const stepUpKey = key("challenge", request.stepUp ?? nobodysId);
  const keys = [...gone.keys, subscriberKey, stepUpKey];
  return await parts.store.update<RemoveAuthenticatorResult>(keys, (rows, now) => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const removal = {
      id: request.authenticatorId,
      stepUp: rows.get(stepUpKey),
      waitMs: parts.settings.changeWaitMs,
    };
    const decision = decideRemove(row, removal, now);
    if (decision.type === "refused") return { writes: [], result: { outcome: decision.outcome.type } };
    const write: Write = { table: "subscriber", id: row.id, row: decision.subscriber };
    if (decision.type === "removed") {
      return { writes: [...gone.writes(rows, now), write], result: { outcome: "removed" } };
    }
    const { subscriber, removesAt } = decision;
    const view = subscriber.authenticators.find(({ id }) => id === removal.id);
    if (view === undefined) return { writes: [], result: { outcome: "authenticatorNotFound" } };
    const isNew = row.authenticators.find(({ id }) => id === removal.id)?.removesAt === undefined;
    return {
      writes: isNew ? [...going.writes(rows, now), write] : [],
      result: { outcome: "removing", authenticator: toAuthenticatorView(parts, subscriber, view), removesAt },
    };
  });
}

export type KeepAuthenticator = SubscriberRef & { readonly authenticatorId: string };

export type KeepAuthenticatorResult =
  | { readonly outcome: "kept"; readonly authenticator: AuthenticatorView }
  | { readonly outcome: "subscriberNotFound" | "authenticatorNotFound" };

/** One that was to go stays; for whoever changed their mind. */
export async function keepAuthenticator(
  parts: AccountParts,
  request: KeepAuthenticator,
): Promise<KeepAuthenticatorResult> {
  const found = await findSubscriber(parts, request);
  if (found === undefined) return { outcome: "subscriberNotFound" };
  const subscriberKey = key("subscriber", found.id);
  const decision = (rows: Rows, now: number): UpdateDecision<KeepAuthenticatorResult> => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const next = decideKeep(row, request.authenticatorId, now);
    const kept = next?.authenticators.find(({ id }) => id === request.authenticatorId);
    if (next === null || kept === undefined) {
      return { writes: [], result: { outcome: "authenticatorNotFound" } };
    }
    const write: Write = { table: "subscriber", id: row.id, row: next };
    return {
      writes: [write],
      result: { outcome: "kept", authenticator: toAuthenticatorView(parts, next, kept) },
    };
  };
  return await parts.decide([subscriberKey], decision, found.id);
}
