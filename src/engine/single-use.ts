import { keyedDigest, requireKey } from "../secrets/index.ts";
import { type IdempotencyRecord, type Key, key } from "../store/index.ts";
import type { EngineParts } from "./parts.ts";

/** What may be used once: a ticket, a page's link, a proof of work, a number that opens an account. Of a refused start: nothing. */
export type SingleUse = "ticket" | "link" | "proof" | "signUp" | "nothing";

/**
 * Where the use of something is written down: among the records of repeated requests, which say the same of a request,
 * are kept as long, and are purged alike (ADR 22).
 */
export function useKey(parts: EngineParts, kind: SingleUse, id: string): Key<"idempotency"> {
  // Under the first secret of this data, so that nodes agree while secrets rotate.
  const secret = requireKey(parts.keyring, "page", parts.keyring.indexId);
  return key("idempotency", keyedDigest(secret, ["used", kind, id]).subarray(0, 24).toString("base64url"));
}

export function useRecord(
  id: string,
  verificationId: string | null,
  holder: string,
  now: number,
): IdempotencyRecord {
  return { id, fingerprint: holder, verificationId, outcome: { type: "used" }, createdAt: now };
}

/**
 * Uses it up, durably and on all nodes: true for the first who comes, and again for the same holder; false for all
 * others.
 */
export async function useOnce(
  parts: EngineParts,
  kind: SingleUse,
  id: string,
  holder: string,
): Promise<boolean> {
  const used = useKey(parts, kind, id);
  return await parts.store.update<boolean>([used], (rows, now) => {
    const record = rows.get(used);
    if (record !== undefined) return { writes: [], result: holder !== "" && record.fingerprint === holder };
    return {
      writes: [{ table: "idempotency", id: used.id, row: useRecord(used.id, null, holder, now) }],
      result: true,
    };
  });
}
