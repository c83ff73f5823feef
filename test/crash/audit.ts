import { key, type Store } from "../../src/store/index.ts";
import type { Delivery, Verification } from "../../src/verification/index.ts";
import type { Entry, Sent } from "./load.ts";

export interface Audit {
  readonly acknowledgedStarts: number;
  readonly acknowledgedChecks: number;
  readonly approved: number;
  readonly sends: number;
  /** Sent again after an answer that nobody knows: allowed, and marked as such. */
  readonly repeatedSends: number;
  /** What must never happen; empty when all is well. */
  readonly anomalies: readonly string[];
}

const pageSize = 1_000;

/** Compares what clients were told, and what the carrier was asked to send, with the rows. */
export async function audit(
  store: Store,
  tenantId: string,
  entries: readonly Entry[],
  sent: readonly Sent[],
): Promise<Audit> {
  const anomalies: string[] = [];
  const rows = await allVerifications(store, tenantId);
  const starts = entries.filter((one) => one.type === "start");
  const checks = entries.filter((one) => one.type === "check");
  for (const { id } of starts) if (!rows.has(id)) anomalies.push(`start ${id} was acknowledged and is lost`);
  for (const [id, told] of Map.groupBy(checks, (one) => one.id)) {
    anomalies.push(...checkAnomalies(id, rows.get(id), told));
  }
  anomalies.push(...(await recipientAnomalies(store, rows)));
  const bySend = Map.groupBy(sent, (one) => one.reference);
  for (const [reference, sends] of bySend) {
    const delivery = await store.get(key("delivery", reference));
    anomalies.push(...sendAnomalies(reference, delivery, sends.length));
  }
  return {
    acknowledgedStarts: starts.length,
    acknowledgedChecks: checks.length,
    approved: [...rows.values()].filter(({ status }) => status === "approved").length,
    sends: sent.length,
    repeatedSends: sent.length - bySend.size,
    anomalies,
  };
}

async function allVerifications(store: Store, tenantId: string): Promise<Map<string, Verification>> {
  const rows = new Map<string, Verification>();
  for (let before: string | undefined; ; ) {
    const query = { tenantId, limit: pageSize, ...(before === undefined ? {} : { before }) };
    const page = await store.verifications(query);
    for (const row of page) rows.set(row.id, row);
    before = page.at(-1)?.id;
    if (before === undefined) return rows;
  }
}

type Check = Extract<Entry, { type: "check" }>;

function checkAnomalies(id: string, row: Verification | undefined, told: readonly Check[]): string[] {
  if (row === undefined) return [`checks of ${id} were acknowledged and it is lost`];
  const anomalies: string[] = [];
  const approvals = told.filter(({ status }) => status === 200).length;
  const wrong = told.filter(({ right, status }) => !right && status === 422).length;
  const rightRows = row.checks.filter(({ right }) => right).length;
  if (approvals > 1) anomalies.push(`${id} was approved ${approvals} times`);
  if (rightRows > 1) anomalies.push(`${id} holds ${rightRows} right checks`);
  if (approvals === 1 && row.status !== "approved")
    anomalies.push(`the approval of ${id} is lost: ${row.status}`);
  if (row.checks.length - rightRows < wrong) anomalies.push(`a wrong check of ${id} is lost`);
  const unexpected = told.find(({ right, status }) => !(right ? [200, 409] : [422]).includes(status));
  if (unexpected !== undefined) anomalies.push(`a check of ${id} was answered ${unexpected.status}`);
  return anomalies;
}

/** Each number was asked for once, repeats with the same Idempotency-Key aside: all rows of a start, and once. */
async function recipientAnomalies(store: Store, rows: Map<string, Verification>): Promise<string[]> {
  const anomalies: string[] = [];
  for (const [recipientId, own] of Map.groupBy(rows.values(), (row) => row.recipientId)) {
    if (own.length > 1) anomalies.push(`one start made ${own.length} verifications of ${recipientId}`);
    const recipient = await store.get(key("recipient", recipientId));
    if (recipient === undefined) anomalies.push(`the recipient ${recipientId} is lost`);
    for (const { id, sends, checks, status } of own) {
      const deliveries = await store.deliveriesOf(id);
      if (deliveries.length !== sends)
        anomalies.push(`${id} counts ${sends} sends, not ${deliveries.length}`);
      if (recipient === undefined) continue;
      if (recipient.sentAt.length !== sends) anomalies.push(`${recipientId} counts other sends than ${id}`);
      const counted = status === "approved" ? 0 : checks.filter(({ right }) => !right).length;
      if (recipient.wrongAt.length !== counted)
        anomalies.push(`${recipientId} counts other checks than ${id}`);
      const isPending = recipient.pending.some((one) => one.id === id);
      if (isPending !== (status === "pending"))
        anomalies.push(`${recipientId} and ${id} differ on what is pending`);
    }
  }
  return anomalies;
}

/** A message is sent with a record of the attempt, and again only after an answer that nobody knows (I5, D-7). */
function sendAnomalies(reference: string, delivery: Delivery | undefined, sends: number): string[] {
  if (delivery === undefined) return [`${reference} was sent without a record`];
  const { attempts } = delivery;
  const anomalies: string[] = [];
  if (attempts.length < sends)
    anomalies.push(`${reference} was sent ${sends} times in ${attempts.length} attempts`);
  if (sends > 2) anomalies.push(`${reference} was sent ${sends} times`);
  for (const [index, attempt] of attempts.entries()) {
    if (index === 0) continue;
    if (!attempt.possibleDuplicate || attempts[index - 1]?.answer !== "unknown") {
      anomalies.push(`attempt ${index + 1} of ${reference} followed an answer that was known`);
    }
  }
  return anomalies;
}
