import { type NoticeKind, type NoticeLink, noticeKinds } from "../../accounts/index.ts";
import { uuidv7, uuidv7Time } from "../../clock/index.ts";
import { keyedDigest, requireKey, textsEqual } from "../../secrets/index.ts";
import { key } from "../../store/index.ts";
import type { EngineParts } from "../parts.ts";
import { bytesOfId, idOfBytes, readSecret } from "./bearers.ts";
import type { AccountParts } from "./parts.ts";

const prefix = "csn_";
const noticePattern = /^csn_([A-Za-z0-9_-]{64})$/;
const idBytes = 16;
const proofBytes = 16;

/** In the id of a link: of the form that is free to be filled (RFC 9562, version 8), with what it tells of at its end. */
const versionAt = 6;
const versionWithKind = 8;

/**
 * What the link of a notice holds: whose it is, when it was made, what it tells of, and that it was made here. It is
 * derived and nowhere kept: however many changes there are, each of their links works until one of them is used.
 */
export function newNotice(
  parts: EngineParts,
  tenantId: string,
  subscriberId: string,
  kind: NoticeKind,
): string {
  const bytes = bytesOfId(uuidv7(parts.clock.now(), parts.random));
  bytes[versionAt] = ((bytes[versionAt] ?? 0) & 0x0f) | (versionWithKind << 4);
  bytes[idBytes - 1] = noticeKinds.indexOf(kind);
  const id = idOfBytes(bytes);
  const proof = proofOf(parts, parts.keyring.currentId, [tenantId, subscriberId, id]);
  return prefix + Buffer.concat([bytesOfId(subscriberId), bytesOfId(id), proof]).toString("base64url");
}

export interface ReadNotice extends NoticeLink {
  readonly subscriberId: string;
  /** What it tells of; null in links from before they said it. */
  readonly kind: NoticeKind | null;
}

/** Null for what was not made here, or for another tenant. */
export function readNotice(parts: AccountParts, tenantId: string, given: string): ReadNotice | null {
  const [, text] = noticePattern.exec(given) ?? [];
  if (text === undefined) return null;
  const bytes = Buffer.from(text, "base64url");
  const subscriberId = idOfBytes(bytes.subarray(0, idBytes));
  const id = idOfBytes(bytes.subarray(idBytes, 2 * idBytes));
  const proof = bytes.subarray(2 * idBytes).toString("base64url");
  const isOurs = parts.keyring.knownIds.some((keyId) =>
    textsEqual(proofOf(parts, keyId, [tenantId, subscriberId, id]).toString("base64url"), proof),
  );
  if (!isOurs) return null;
  const madeAt = uuidv7Time(id);
  const hasKind = (bytes[idBytes + versionAt] ?? 0) >> 4 === versionWithKind;
  const kind = hasKind ? noticeKinds[bytes[2 * idBytes - 1] ?? 0] : undefined;
  return { subscriberId, madeAt, kind: kind ?? null };
}

/** What somebody came with who followed a link: that of a notice, or that of a reset. */
export type FollowedLink = { readonly notice: string } | { readonly reset: string };

/** The tenant that a link may be of. Whether it is good, the verbs find out: this reads an id, and proves nothing. */
export async function tenantOfLink(parts: AccountParts, link: FollowedLink): Promise<string | null> {
  const id = "reset" in link ? readSecret("reset", link.reset) : subscriberOfNotice(link.notice);
  const row = id === null ? undefined : await parts.store.get(key("subscriber", id));
  return row?.tenantId ?? null;
}

function subscriberOfNotice(given: string): string | null {
  const [, text] = noticePattern.exec(given) ?? [];
  return text === undefined ? null : idOfBytes(Buffer.from(text, "base64url"));
}

function proofOf({ keyring }: EngineParts, keyId: string, what: readonly string[]): Buffer {
  return keyedDigest(requireKey(keyring, "notice", keyId), what).subarray(0, proofBytes);
}

/** An address of the pages behind links; null where there are none. */
export function linkTo(
  { settings: { pagesUrl } }: AccountParts,
  page: "not-me" | "reset",
  name: string,
  value: string,
): string | null {
  return pagesUrl === null ? null : `${pagesUrl.replace(/\/$/, "")}/${page}?${name}=${value}`;
}
