import { type Challenge, meets } from "./challenge.ts";
import { type Authenticator, confirmed, type Subscriber, withAuthenticator } from "./subscriber.ts";

/** What its owner may say about an authenticator: none of it makes it stronger or weaker, so that it takes no step-up. */
export interface Preference {
  readonly name?: string | undefined;
  /** Whether a challenge offers it first, and uses it where none is named. */
  readonly isPreferred?: boolean | undefined;
  /** Of a phone: how codes come unless a challenge asks for the other way. */
  readonly channel?: "sms" | "voice" | undefined;
}

export type PreferenceRefusal =
  | { readonly type: "authenticatorNotFound" }
  | { readonly type: "requestInvalid"; readonly field: keyof Preference; readonly detail: string };

export type PreferenceDecision =
  | { readonly type: "changed"; readonly subscriber: Subscriber; readonly authenticator: Authenticator }
  | { readonly type: "refused"; readonly outcome: PreferenceRefusal };

export function decidePreference(
  subscriber: Subscriber,
  id: string,
  { name, isPreferred, channel }: Preference,
  now: number,
): PreferenceDecision {
  const refuse = (outcome: PreferenceRefusal): PreferenceDecision => ({ type: "refused", outcome });
  const found = subscriber.authenticators.find((one) => one.id === id);
  if (found === undefined) return refuse({ type: "authenticatorNotFound" });
  if (channel !== undefined && found.type !== "phone") {
    return refuse({ type: "requestInvalid", field: "channel", detail: "is of phones alone" });
  }
  if (isPreferred === true && !mayBePreferred(found)) {
    const detail =
      "is of an authenticator that was confirmed, and neither of recovery codes nor of an e-mail address";
    return refuse({ type: "requestInvalid", field: "isPreferred", detail });
  }
  const named = name === undefined ? found : { ...found, name };
  const next = named.type === "phone" && channel !== undefined ? { ...named, channel } : named;
  return {
    type: "changed",
    subscriber: preferring(withAuthenticator(subscriber, next, now), id, isPreferred),
    authenticator: next,
  };
}

/** Recovery codes are for the day when the rest is lost: nobody is to spend them at every sign-in. */
function mayBePreferred({ type, confirmedAt }: Authenticator): boolean {
  return type !== "recoveryCodes" && type !== "email" && confirmedAt !== null;
}

function preferring(subscriber: Subscriber, id: string, isPreferred: boolean | undefined): Subscriber {
  const { preferredId, ...rest } = subscriber;
  if (isPreferred === true) return { ...rest, preferredId: id };
  return isPreferred === false && preferredId === id ? rest : subscriber;
}

/** What may be used, the preferred one first, and recovery codes last. */
export function inOrderOfPreference(subscriber: Subscriber, now: number): readonly Authenticator[] {
  const rank = (one: Authenticator): number =>
    one.id === subscriber.preferredId ? 0 : one.type === "recoveryCodes" ? 2 : 1;
  return confirmed(subscriber, now)
    .filter(({ disabledAt }) => disabledAt === null)
    .sort((a, b) => rank(a) - rank(b));
}

/** What a challenge can be met with, in that order. */
export function choicesOf(
  subscriber: Subscriber,
  challenge: Pick<Challenge, "payment">,
  now: number,
): readonly Authenticator[] {
  const met = new Set(meets(subscriber, challenge, now));
  return inOrderOfPreference(subscriber, now).filter((one) => met.has(one));
}

/** The one that is asked for without a question: the preferred one, else the only one beside recovery codes. */
export function askedFirst(
  { preferredId }: Pick<Subscriber, "preferredId">,
  choices: readonly Authenticator[],
): Authenticator | undefined {
  const usual = choices.filter(({ type }) => type !== "recoveryCodes");
  const [first] = usual;
  return usual.length === 1 || first?.id === preferredId ? first : undefined;
}

/** The one of this type that is meant where none is named: the preferred one, else the only one. */
export function meantOf<T extends Authenticator["type"]>(
  subscriber: Subscriber,
  type: T,
  now: number,
): Extract<Authenticator, { readonly type: T }> | undefined {
  const all = inOrderOfPreference(subscriber, now).filter(
    (one): one is Extract<Authenticator, { readonly type: T }> => one.type === type,
  );
  const [first] = all;
  return all.length === 1 || first?.id === subscriber.preferredId ? first : undefined;
}

export type LocaleDecision =
  | { readonly type: "updated"; readonly subscriber: Subscriber }
  /** Somebody said that a change was not theirs: they go on being told in the language that they read. */
  | { readonly type: "refused"; readonly outcome: { readonly type: "changesFrozen" } };

/** A session is over long before: whoever stole one cannot wait for it. */
export const localeBeforeMs = 7 * 86_400_000;

/**
 * In which language they are written to from now on; null for that of the service. It takes no step-up, since who cannot
 * read what we write is to change it. So notices come in that of before for a week: a stolen session makes none unreadable.
 */
export function decideLocale(subscriber: Subscriber, locale: string | null, now: number): LocaleDecision {
  if (subscriber.frozenAt !== undefined) return { type: "refused", outcome: { type: "changesFrozen" } };
  const { locale: before = null, localeBefore: held, ...rest } = subscriber;
  const readable =
    held !== undefined && now < held.until ? held : { locale: before, until: now + localeBeforeMs };
  return {
    type: "updated",
    subscriber: {
      ...rest,
      ...(locale === null ? {} : { locale }),
      ...(locale === readable.locale ? {} : { localeBefore: readable }),
      updatedAt: now,
    },
  };
}

/** In which language somebody is told of changes; null for that of the service. */
export function noticeLocale({ locale, localeBefore }: Subscriber, now: number): string | null {
  return localeBefore !== undefined && now < localeBefore.until ? localeBefore.locale : (locale ?? null);
}
