import { type Trimmed, trimAudit } from "../audit/index.ts";
import type { EngineParts } from "./parts.ts";

/** A year and a month: what happened a year ago is asked for at the end of it. */
const keptMs = 400 * 86_400_000;
const rowsMax = 500;
const pauseMs = 1_000;

/**
 * A look at the audit log: the oldest entries go, it is said whether it is as it was written, and, when it went on, where
 * it stands. A log of the process that is kept elsewhere is what shows that the chain was cut off.
 */
export function createAuditWatch(parts: EngineParts, signal: AbortSignal): () => Promise<void> {
  const { log } = parts;
  let said = "";
  return async () => {
    const { isBroken, last } = await trimOldest(parts, signal);
    if (isBroken) {
      log.error(
        { event: "audit_broken" },
        "the audit log is not as it was written: `countersign audit verify` says where",
      );
    }
    const place = `${last.sequence}:${last.digest}`;
    if (place === said || last.sequence === 0) return;
    log.info({ event: "audit", place }, "the audit log reaches this place");
    said = place;
  };
}

/** In small batches with pauses, as a purge. */
async function trimOldest(parts: EngineParts, signal: AbortSignal): Promise<Trimmed> {
  for (;;) {
    const trimmed = await trimAudit(parts, parts.clock.now() - keptMs, rowsMax);
    if (trimmed.removed < rowsMax || signal.aborted) return trimmed;
    await parts.clock.sleep(pauseMs, signal);
  }
}
