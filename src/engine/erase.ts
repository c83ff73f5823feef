import { deliveryId, type Key, key, type Rows, type UpdateDecision, type Write } from "../store/index.ts";
import type { EngineParts } from "./parts.ts";
import { type RecipientRequest, recipientIdOf } from "./recipients.ts";

export type EraseResult =
  | { readonly outcome: "erased"; readonly verifications: number; readonly deliveries: number }
  | { readonly outcome: "numberInvalid" };

/** Verifications that are listed, and that are erased, at once. */
const pageRows = 100;
const eraseRows = 20;
/** Starts and texts that come in between make another round. */
const roundsMax = 50;

/**
 * Removes everything a tenant has of a number: the recipient with its counters and locks, its verifications, settled
 * or pending, and their deliveries. What is pending can be neither approved nor sent any more. A number that was never
 * seen is erased already.
 */
export async function eraseRecipient(parts: EngineParts, request: RecipientRequest): Promise<EraseResult> {
  const { tenantId } = request;
  const recipientId = recipientIdOf(parts, tenantId, request.to);
  if (recipientId === null) return { outcome: "numberInvalid" };
  return { outcome: "erased", ...(await eraseSent(parts, tenantId, recipientId)) };
}

/**
 * The same for a recipient that is known by its id.
 * @throws RangeError where messages to it are written faster than they go
 */
export async function eraseSent(
  parts: EngineParts,
  tenantId: string,
  recipientId: string,
): Promise<{ readonly verifications: number; readonly deliveries: number }> {
  let verifications = 0;
  let deliveries = 0;
  for (let round = 0; round < roundsMax; round++) {
    const ids = await idsOf(parts, tenantId, recipientId);
    // Oldest first: the list of a recipient is walked from its newest, and must not lose its way meanwhile.
    for (let end = ids.length; end > 0; end -= eraseRows) {
      const some = ids.slice(Math.max(0, end - eraseRows), end);
      const keys = [key("recipient", recipientId), ...some.map((id) => key("verification", id))];
      const removed = await parts.store.update(keys, (rows) => removal(rows, some));
      verifications += removed.verifications;
      deliveries += removed.deliveries;
    }
    await eraseMessages(parts, tenantId, recipientId);
    if (!(await eraseRow(parts, recipientId))) continue;
    // A text that was written meanwhile has no place in the row by which it would be known there.
    const [text] = await parts.store.messages({ tenantId, recipientId, limit: 1 });
    if (text === undefined) return { verifications, deliveries };
  }
  throw new RangeError(`a recipient got messages faster than they were erased, ${roundsMax} times`);
}

/** Texts of the tenant's own, with their deliveries. */
async function eraseMessages(parts: EngineParts, tenantId: string, recipientId: string): Promise<void> {
  for (;;) {
    const page = await parts.store.messages({ tenantId, recipientId, limit: eraseRows });
    if (page.length === 0) return;
    const deliveries = page.map(({ id }) => key("delivery", deliveryId(id, 1)));
    const keys = [key("recipient", recipientId), ...page.map(({ id }) => key("message", id)), ...deliveries];
    await parts.store.update(keys, () => {
      const writes = [
        ...page.map(({ id }): Write => ({ table: "message", id, row: null })),
        ...deliveries.map(({ id }): Write => ({ table: "delivery", id, row: null })),
      ];
      return { writes, result: undefined };
    });
    if (page.length < eraseRows) return;
  }
}

/** Newest first. */
async function idsOf(parts: EngineParts, tenantId: string, recipientId: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const before = ids.at(-1);
    const page = await parts.store.verifications({
      tenantId,
      recipientId,
      limit: pageRows,
      ...(before === undefined ? {} : { before }),
    });
    ids.push(...page.map(({ id }) => id));
    if (page.length < pageRows) return ids;
  }
}

function removal(
  rows: Rows,
  ids: readonly string[],
): UpdateDecision<{ readonly verifications: number; readonly deliveries: number }> {
  const deliveries: Key<"delivery">[] = [];
  const writes: Write[] = [];
  for (const id of ids) {
    const verification = rows.get(key("verification", id));
    if (verification === undefined) continue;
    writes.push({ table: "verification", id, row: null });
    for (let sequence = 1; sequence <= verification.sends; sequence++) {
      deliveries.push(key("delivery", deliveryId(id, sequence)));
    }
  }
  const missing = deliveries.filter((one) => !rows.has(one));
  if (missing.length > 0) return { need: missing };
  const there = deliveries.filter((one) => rows.get(one) !== undefined);
  const verifications = writes.length;
  for (const { id } of there) writes.push({ table: "delivery", id, row: null });
  return { writes, result: { verifications, deliveries: there.length } };
}

/** False where a verification was started meanwhile: then its newest one is there. */
function eraseRow(parts: EngineParts, recipientId: string): Promise<boolean> {
  const recipientKey = key("recipient", recipientId);
  return parts.store.update<boolean>([recipientKey], (rows) => {
    const recipient = rows.get(recipientKey);
    if (recipient === undefined) return { writes: [], result: true };
    if (recipient.newestId !== null) {
      const newest = key("verification", recipient.newestId);
      if (!rows.has(newest)) return { need: [newest] };
      if (rows.get(newest) !== undefined) return { writes: [], result: false };
    }
    return { writes: [{ table: "recipient", id: recipientId, row: null }], result: true };
  });
}
