import { isDeepStrictEqual } from "node:util";
import { keptUntil, key, type Store } from "../../../src/store/index.ts";
import type { Journal } from "../journal.ts";
import type { Records } from "../records.ts";

const rowsMax = 100_000;

/** Reads everything back: the store holds exactly what was committed, and what people were told (I4). */
export async function audit(
  store: Store,
  tenantId: string,
  records: Records,
  journal: Journal,
): Promise<void> {
  const verifications = await store.verifications({ tenantId, limit: rowsMax });
  journal.expect(
    verifications.length === records.verifications.size,
    "I4",
    () => `${verifications.length} verifications are stored, ${records.verifications.size} were committed`,
  );
  for (const stored of verifications) {
    const committed = records.verifications.get(stored.id);
    journal.expect(
      isDeepStrictEqual(stored, committed),
      "I4",
      () =>
        `${stored.id} is stored as ${stored.status}, it was committed as ${committed?.status ?? "nothing"}`,
    );
    for (const delivery of await store.deliveriesOf(stored.id)) {
      const reference = `${delivery.verificationId}.${delivery.sequence}`;
      journal.expect(
        isDeepStrictEqual(delivery, records.deliveries.get(reference)),
        "I4",
        () => `${reference} is stored as ${delivery.state} and was not committed so`,
      );
    }
    const told = records.acknowledged.get(stored.id);
    const isKept =
      told === undefined ||
      (stored.checks.length >= told.checks &&
        stored.sends >= told.sends &&
        (told.settled === null || told.settled === stored.status));
    journal.expect(isKept, "I4", () => `${stored.id} no longer holds what was acknowledged`);
  }
  await auditRecipients(store, records, journal);
  for (const [id, committed] of records.challenges) {
    const stored = await store.get(key("challenge", id));
    const isPurged = stored === undefined && (keptUntil(committed) ?? 0) < records.purgedBefore;
    journal.expect(
      isPurged || isDeepStrictEqual(stored, committed),
      "I4",
      () => `challenge ${id} was not committed so`,
    );
  }
  for (const [id, committed] of records.subscribers) {
    const stored = await store.get(key("subscriber", id));
    journal.expect(isDeepStrictEqual(stored, committed), "I4", () => `subscriber ${id} was not committed so`);
  }
}

/** The exact counters are what the rows they count say. */
async function auditRecipients(store: Store, records: Records, journal: Journal): Promise<void> {
  for (const [id, committed] of records.recipients) {
    const stored = await store.get(key("recipient", id));
    journal.expect(isDeepStrictEqual(stored, committed), "I4", () => `recipient ${id} was not committed so`);
    if (stored === undefined) continue;
    const sends = [...records.deliveries.values()].filter((one) => one.recipientId === id).length;
    journal.expect(
      stored.sentAt.length === sends,
      "A-7",
      () => `recipient ${id} counts ${stored.sentAt.length} sends, there are ${sends} deliveries`,
    );
    const wrong = records.wrongAt.get(id)?.length ?? 0;
    journal.expect(
      stored.known.length > 0 || stored.wrongAt.length === wrong,
      "A-8",
      () => `recipient ${id} counts ${stored.wrongAt.length} wrong codes, ${wrong} were compared`,
    );
  }
}

/** Nothing is left over: every intent has an end (I6), every timer has rung (I7). */
export async function auditRest(store: Store, records: Records, journal: Journal): Promise<void> {
  for (const [reference, delivery] of records.deliveries) {
    const isOpen = ["queued", "sending", "unknown"].includes(delivery.state);
    journal.expect(!isOpen, "I6", () => `${reference} is stuck as ${delivery.state}`);
  }
  for (const verification of records.verifications.values()) {
    journal.expect(
      verification.status !== "pending",
      "I7",
      () => `${verification.id} is pending although it ended at ${verification.endsAt}`,
    );
  }
  const due = await store.nextDueAt();
  journal.expect(due === null, "I7", () => `something is still due at ${due}`);
}

const plainCodeLengthMin = 8;

/** No code is on the disk (I9). Short codes are left out: six digits are found in any large file by chance. */
export function auditBytes(bytes: Buffer, codes: Iterable<string>, journal: Journal): void {
  for (const code of codes) {
    if (code.length < plainCodeLengthMin) continue;
    journal.expect(!bytes.includes(code), "I9", () => `the code ${code} is on the disk`);
  }
}
