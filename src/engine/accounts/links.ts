import type { NoticeLink } from "../../accounts/index.ts";
import { uuidv7 } from "../../clock/index.ts";
import { keyedDigest, requireKey, textsEqual } from "../../secrets/index.ts";
import { bytesOfId, idOfBytes } from "./bearers.ts";
import type { AccountParts } from "./parts.ts";

const prefix = "csn_";
const idBytes = 16;
const proofBytes = 16;

/**
 * What the link of a notice holds: whose it is, when it was made, and that it was made here. It is derived and nowhere
 * kept: however many changes there are, each of their links works until one of them is used.
 */
export function newNotice(parts: AccountParts, tenantId: string, subscriberId: string): string {
  const id = uuidv7(parts.clock.now(), parts.random);
  const proof = proofOf(parts, parts.keyring.currentId, [tenantId, subscriberId, id]);
  return prefix + Buffer.concat([bytesOfId(subscriberId), bytesOfId(id), proof]).toString("base64url");
}

export interface ReadNotice extends NoticeLink {
  readonly subscriberId: string;
}

/** Null for what was not made here, or for another tenant. */
export function readNotice(parts: AccountParts, tenantId: string, given: string): ReadNotice | null {
  const [, text] = /^csn_([A-Za-z0-9_-]{64})$/.exec(given) ?? [];
  if (text === undefined) return null;
  const bytes = Buffer.from(text, "base64url");
  const subscriberId = idOfBytes(bytes.subarray(0, idBytes));
  const id = idOfBytes(bytes.subarray(idBytes, 2 * idBytes));
  const proof = bytes.subarray(2 * idBytes).toString("base64url");
  const isOurs = parts.keyring.ids.some((keyId) =>
    textsEqual(proofOf(parts, keyId, [tenantId, subscriberId, id]).toString("base64url"), proof),
  );
  return isOurs ? { subscriberId, madeAt: Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16) } : null;
}

function proofOf({ keyring }: AccountParts, keyId: string, what: readonly string[]): Buffer {
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
