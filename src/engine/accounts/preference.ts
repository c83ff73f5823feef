import { decidePreference, type Preference, type PreferenceRefusal } from "../../accounts/index.ts";
import { key, type Write } from "../../store/index.ts";
import { labelOf } from "./new-authenticator.ts";
import type { AccountParts } from "./parts.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { type AuthenticatorView, toAuthenticatorView } from "./views.ts";

export type UpdateAuthenticator = SubscriberRef & {
  readonly authenticatorId: string;
  /** What its owner calls it. */
  readonly label?: string | undefined;
} & Omit<Preference, "name">;

type Told<O> = O extends { readonly type: infer T } ? { readonly outcome: T } & Omit<O, "type"> : never;

export type UpdateAuthenticatorResult =
  | { readonly outcome: "updated"; readonly authenticator: AuthenticatorView }
  | Told<PreferenceRefusal>
  | { readonly outcome: "requestInvalid"; readonly field: string; readonly detail: string }
  | { readonly outcome: "subscriberNotFound" };

/** Another name, and whether and how it is to be asked for first. */
export async function updateAuthenticator(
  parts: AccountParts,
  request: UpdateAuthenticator,
): Promise<UpdateAuthenticatorResult> {
  const found = await findSubscriber(parts, request);
  if (found === undefined) return { outcome: "subscriberNotFound" };
  const { label, isPreferred, channel, authenticatorId } = request;
  const name = label === undefined ? undefined : labelOf(label);
  if (name === null) {
    const detail = "must be 1 to 60 characters, none of them invisible";
    return { outcome: "requestInvalid", field: "label", detail };
  }
  const subscriberKey = key("subscriber", found.id);
  return await parts.store.update<UpdateAuthenticatorResult>([subscriberKey], (rows, now) => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const decision = decidePreference(row, authenticatorId, { name, isPreferred, channel }, now);
    if (decision.type === "refused") {
      const { type, ...fields } = decision.outcome;
      return { writes: [], result: { outcome: type, ...fields } as UpdateAuthenticatorResult };
    }
    const write: Write = { table: "subscriber", id: row.id, row: decision.subscriber };
    const authenticator = toAuthenticatorView(parts, decision.subscriber, decision.authenticator);
    return { writes: [write], result: { outcome: "updated", authenticator } };
  });
}
