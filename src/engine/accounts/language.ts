import { decideLocale } from "../../accounts/index.ts";
import { parseLocale } from "../../delivery/index.ts";
import { key } from "../../store/index.ts";
import type { AccountParts } from "./parts.ts";
import { findSubscriber, type SubscriberRef } from "./subscribers.ts";
import { type SubscriberView, toSubscriberView } from "./views.ts";

export type UpdateSubscriber = SubscriberRef & {
  /** BCP 47: in which language they are written to from now on; null for that of the service. */
  readonly locale: string | null;
};

export type UpdateSubscriberResult =
  | { readonly outcome: "updated"; readonly subscriber: SubscriberView }
  | { readonly outcome: "requestInvalid"; readonly field: string; readonly detail: string }
  | { readonly outcome: "subscriberNotFound" }
  | { readonly outcome: "changesFrozen" };

/** In which language somebody gets codes and notices. */
export async function updateSubscriber(
  parts: AccountParts,
  request: UpdateSubscriber,
): Promise<UpdateSubscriberResult> {
  const locale = request.locale === null ? null : parseLocale(request.locale);
  if (locale === null && request.locale !== null) {
    const detail = "must be a language tag such as de or pt-BR, or null";
    return { outcome: "requestInvalid", field: "locale", detail };
  }
  const found = await findSubscriber(parts, request);
  if (found === undefined) return { outcome: "subscriberNotFound" };
  const subscriberKey = key("subscriber", found.id);
  return await parts.store.update<UpdateSubscriberResult>([subscriberKey], (rows, now) => {
    const row = rows.get(subscriberKey);
    if (row === undefined) return { writes: [], result: { outcome: "subscriberNotFound" } };
    const decision = decideLocale(row, locale, now);
    if (decision.type === "refused") return { writes: [], result: { outcome: decision.outcome.type } };
    const { subscriber } = decision;
    return {
      writes: [{ table: "subscriber", id: row.id, row: subscriber }],
      result: { outcome: "updated", subscriber: toSubscriberView(parts, subscriber) },
    };
  });
}
