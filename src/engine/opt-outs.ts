import type { InboundMessage } from "../delivery/index.ts";
import { afterInbound, type InboundWord, inboundWordOf, isOptedOut } from "../guard/index.ts";
import { type E164, parsePhoneNumber } from "../numbers/index.ts";
import { blindIndex } from "../secrets/index.ts";
import { key } from "../store/index.ts";
import type { EngineParts } from "./parts.ts";

/** In the place of a tenant: carriers and their senders belong to the installation. */
const everyTenant = "";

function optOutKey({ keyring }: EngineParts, e164: E164) {
  return key("optOut", blindIndex(keyring, everyTenant, "phone", e164));
}

/** What a text that came in asked for, and whether that changed anything. */
export interface Heard {
  readonly word: InboundWord | null;
  readonly changed: boolean;
}

/**
 * A text that somebody sent to a number of ours. STOP and START are durable when it resolves; everything else is nobody's
 * business here.
 */
export async function hearInbound(
  parts: EngineParts,
  carrier: string,
  { id, from, to, text }: InboundMessage,
): Promise<Heard> {
  const word = inboundWordOf(text);
  const parsed = parsePhoneNumber(from, { allow: parts.numberOverrides });
  if (word === null || parsed.type === "refused") return { word, changed: false };
  const rowKey = optOutKey(parts, parsed.phoneNumber.e164);
  const asked = { id: `${carrier}/${id}`, word, sender: to, carrier };
  const changed =
    word !== "help" &&
    (await parts.store.update([rowKey], (rows, now) => {
      const row = afterInbound(rows.get(rowKey), rowKey.id, asked, now);
      return row === null
        ? { writes: [], result: false }
        : { writes: [{ table: "optOut", id: row.id, row }], result: true };
    }));
  parts.meter.count("inbound_words", { word });
  parts.log.info({ event: "inbound", carrier, word, changed }, "a person answered a text of ours");
  return { word, changed };
}

/** The operator was told in another way that the person wants texts again; false where nothing was in the way. */
export function optIn(parts: EngineParts, e164: E164): Promise<boolean> {
  const rowKey = optOutKey(parts, e164);
  return parts.store.update([rowKey], (rows, now) => {
    const current = rows.get(rowKey);
    if (current === undefined || !isOptedOut(current)) return { writes: [], result: false };
    const row = { ...current, stopped: [], updatedAt: now };
    return { writes: [{ table: "optOut", id: row.id, row }], result: true };
  });
}

/** Whether a number wants no texts; null where that cannot be read. */
export async function readOptOut(parts: EngineParts, e164: E164): Promise<boolean | null> {
  try {
    return isOptedOut(await parts.store.get(optOutKey(parts, e164)));
  } catch (cause) {
    parts.log.warn({ event: "opt_out_unreadable", error: String(cause) }, "opt-outs cannot be read");
    return null;
  }
}
