import {
  type Address,
  decideDispute,
  isLinkOpen,
  type NoticeKind,
  noticeLocale,
  provenAddresses,
  type Stopped,
  type Subscriber,
  toldOf,
} from "../../accounts/index.ts";
import { noticeText } from "../../delivery/index.ts";
import { type Key, key, type Rows, type Write } from "../../store/index.ts";
import type { PreparedText } from "../own-texts.ts";
import { linkTo, newNotice, readNotice } from "./links.ts";
import { type AccountParts, shownIn } from "./parts.ts";

/** Texts about a change, to be written in the very transaction that changes something. */
export interface Notice {
  readonly keys: readonly Key[];
  writes(rows: Rows, now: number): readonly Write[];
}

export const nobodyTold: Notice = { keys: [], writes: () => [] };

/** A notice is worth sending for as long as somebody may be without a network. */
const noticeWorthMs = 86_400_000;

/**
 * Tells all proven addresses but the one that the change is about. It is planned before the rows are locked, and
 * written with the change or not at all: a crash neither loses nor repeats a notice.
 */
export async function prepareNotice(
  parts: AccountParts,
  subscriber: Subscriber,
  kind: NoticeKind,
  about?: Address,
): Promise<Notice> {
  const { tenantId } = subscriber;
  const left = about === undefined ? null : shownIn(parts, tenantId, about);
  const all = provenAddresses(subscriber, parts.settings.addressAgeMaxMs, parts.clock.now());
  const addresses = new Map<string, boolean>();
  for (const { one, hasLink } of toldOf(subscriber, kind, all)) {
    // One that cannot be read is told nothing, and can be removed all the same.
    const to = shownIn(parts, tenantId, one);
    if (to !== null && to !== left) addresses.set(to, hasLink || addresses.get(to) === true);
  }
  if (addresses.size === 0) return nobodyTold;
  const service = await parts.directory.service(tenantId, undefined);
  if (service === undefined) return nobodyTold;
  const { brand } = service.settings;
  const locale = noticeLocale(subscriber, parts.clock.now()) ?? service.settings.locale;
  const link = linkTo(parts, "not-me", "notice", newNotice(parts, tenantId, subscriber.id, kind));
  const linked = noticeText(kind, { locale, brand, link });
  const bare = noticeText(kind, { locale, brand, link: null });
  const prepared = [...addresses]
    .map(([to, hasLink]) =>
      parts.engine.prepareOwnText({
        tenantId,
        serviceId: service.id,
        to,
        ...(hasLink ? linked : bare),
        lifetimeMs: noticeWorthMs,
      }),
    )
    .filter((one) => one !== null);
  return together(prepared);
}

function together(prepared: readonly PreparedText[]): Notice {
  return {
    keys: prepared.map((one) => one.key),
    writes: (rows, now) => prepared.flatMap((one) => one.writes(rows, now)),
  };
}

/** A refusal that a repeat of the request gets, too (ADR 39). */
export function remembering<R extends { readonly outcome: string }>(
  parts: AccountParts,
  result: R,
): Promise<R> {
  return parts.decide<R>([], () => ({ writes: [], result }));
}

export interface OfNotice {
  readonly tenantId: string;
  /** What the link of a notice holds. */
  readonly notice: string;
}

export type CheckNoticeResult =
  | {
      readonly outcome: "noticeOpen";
      readonly subscriberId: string;
      readonly madeAt: number;
      /** What its text told of; null in links from before they said it. */
      readonly kind: NoticeKind | null;
    }
  | { readonly outcome: "noticeInvalid" };

/** What a page shows before anybody presses anything: it changes nothing, however often mail scanners open it. */
export async function checkNotice(
  parts: AccountParts,
  { tenantId, notice }: OfNotice,
): Promise<CheckNoticeResult> {
  const read = readNotice(parts, tenantId, notice);
  const row = read === null ? undefined : await parts.store.get(key("subscriber", read.subscriberId));
  if (read === null || row?.tenantId !== tenantId || !isLinkOpen(row, read, parts.clock.now())) {
    return { outcome: "noticeInvalid" };
  }
  return { outcome: "noticeOpen", subscriberId: row.id, madeAt: read.madeAt, kind: read.kind };
}

export type DisputeResult =
  | { readonly outcome: "disputed"; readonly subscriberId: string; readonly stopped: Stopped }
  | { readonly outcome: "noticeInvalid" };

/** "This was not me": signs out everywhere and stops all changes. Once; all older links are used with it. */
export async function disputeNotice(
  parts: AccountParts,
  { tenantId, notice }: OfNotice,
): Promise<DisputeResult> {
  const read = readNotice(parts, tenantId, notice);
  const found = read === null ? undefined : await parts.store.get(key("subscriber", read.subscriberId));
  if (read === null || found?.tenantId !== tenantId) {
    return await remembering(parts, { outcome: "noticeInvalid" });
  }
  const told = await prepareNotice(parts, found, "disputed");
  const subscriberKey = key("subscriber", found.id);
  return await parts.decide<DisputeResult>(
    [...told.keys, subscriberKey],
    (rows, now) => {
      const row = rows.get(subscriberKey);
      const decision = row === undefined ? null : decideDispute(row, read, now);
      if (row === undefined || decision?.type !== "disputed") {
        return { writes: [], result: { outcome: "noticeInvalid" } };
      }
      const write: Write = { table: "subscriber", id: row.id, row: decision.subscriber };
      return {
        writes: [...told.writes(rows, now), write],
        result: { outcome: "disputed", subscriberId: row.id, stopped: decision.stopped },
      };
    },
    found.id,
  );
}
