import type { VerificationView } from "../../../src/engine/index.ts";
import type { Verification } from "../../../src/verification/index.ts";
import type { Journal } from "../journal.ts";
import type { Records, Request } from "../records.ts";

/** The part of every answer that is judged. */
export interface Answer {
  readonly outcome: string;
  readonly verification: VerificationView | null;
  readonly replayed: boolean;
}

export interface AnswerChecks {
  readonly records: Records;
  readonly journal: Journal;
  readonly now: () => number;
  /** Bindings of known verifications, as the start gave them. */
  readonly bindings: Map<string, string | undefined>;
  readonly approvals: Set<string>;
}

/** Whatever a person is told must be written down by then (I4), and must be told to nobody else. */
export function checkAnswer(checks: AnswerChecks, request: Request, answer: Answer): void {
  const { journal } = checks;
  journal.expect(
    answer.outcome !== "idempotencyKeyReused",
    "W-4",
    () => `a repeated ${request.kind} was taken for another request`,
  );
  if (answer.outcome === "deliveryCongested") checks.records.ways.congestions += 1;
  if (request.kind === "unlock") return;
  if (request.kind === "start") checkStart(checks, request, answer);
  else checkVerb(checks, request, answer);
  if (answer.verification !== null) checkView(checks, answer.verification, request.askedAt);
}

function checkStart(checks: AnswerChecks, request: Request, answer: Answer): void {
  const { records, journal, bindings } = checks;
  const id = answer.verification?.id;
  if (id === undefined || (answer.outcome !== "started" && answer.outcome !== "continued")) return;
  const row = records.verifications.get(id);
  journal.expect(
    row !== undefined && records.recipients.has(row.recipientId) && records.deliveries.has(`${id}.1`),
    "I4",
    () => `the start of ${id} was acknowledged without its rows`,
  );
  if (bindings.has(id) || answer.outcome === "continued") {
    journal.expect(
      !bindings.has(id) || bindings.get(id) === request.binding,
      "A-17",
      () => `a start with binding ${request.binding} got ${id} of binding ${bindings.get(id)}`,
    );
  }
  if (!bindings.has(id)) bindings.set(id, request.binding);
  if (request.idempotencyKey !== null) {
    const first = records.verificationOfKey.get(request.idempotencyKey) ?? id;
    records.verificationOfKey.set(request.idempotencyKey, first);
    journal.expect(first === id, "W-4", () => `one Idempotency-Key started ${first} and ${id}`);
  }
  if (request.verificationId === null) records.join(request, id);
}

function checkVerb(checks: AnswerChecks, request: Request, answer: Answer): void {
  const { records, journal, bindings } = checks;
  const id = request.verificationId ?? "";
  const row = records.verifications.get(id);
  if (row === undefined) {
    journal.expect(answer.outcome === "notFound", "I4", () => `${id} was found before it was written`);
    return;
  }
  if (bindings.has(id)) {
    const isOwn = bindings.get(id) === request.binding;
    journal.expect(
      isOwn === (answer.outcome !== "notFound"),
      "A-17",
      () => `${request.kind} of ${id} with binding ${request.binding} was answered ${answer.outcome}`,
    );
  }
  if (!answer.replayed) checkDone(checks, request, answer, row);
}

function checkDone(checks: AnswerChecks, request: Request, answer: Answer, row: Verification): void {
  const { records, journal, approvals } = checks;
  const missing = (): string =>
    `${request.kind} of ${row.id} was answered ${answer.outcome}, its row is ${row.status}`;
  switch (answer.outcome) {
    case "approved":
      journal.expect(row.status === "approved", "I4", missing);
      // Settling twice to the same end is no error and no second approval.
      if (request.kind === "settle") return;
      journal.expect(!approvals.has(row.id), "A-5", () => `${row.id} was approved twice`);
      approvals.add(row.id);
      return;
    case "canceled":
      journal.expect(row.status === "canceled", "I4", missing);
      return;
    case "exhausted":
      journal.expect(row.status === "exhausted", "I4", missing);
      return;
    case "codeMismatch": {
      const told = records.acknowledged.get(row.id) ?? { checks: 0, sends: 1, settled: null };
      records.acknowledged.set(row.id, { ...told, checks: told.checks + 1 });
      journal.expect(
        told.checks + 1 <= row.checks.length,
        "I4",
        () => `${told.checks + 1} wrong codes of ${row.id} were answered, ${row.checks.length} are counted`,
      );
      return;
    }
    default:
  }
}

/** What was shown stays true: counts only grow, and an end is the end. */
function checkView({ records, journal, now }: AnswerChecks, view: VerificationView, askedAt: number): void {
  const row = records.verifications.get(view.id);
  if (row === undefined) {
    journal.violate("I4", `${view.id} was shown and is not written`);
    return;
  }
  journal.expect(view.sends <= row.sends, "I4", () => `${view.id} was shown with ${view.sends} sends`);
  const told = records.acknowledged.get(view.id) ?? { checks: 0, sends: 0, settled: null };
  const settled = view.status === "pending" ? null : view.status;
  const isDerived = settled === "expired" && row.status === "pending";
  // The clock may be set between the look at the row and the answer.
  const hasEnded = [askedAt, now()].some((at) => at >= row.endsAt || at < row.createdAt);
  journal.expect(
    settled === null || row.status === settled || (isDerived && hasEnded),
    "I4",
    () => `${view.id} was shown as ${settled}, its row is ${row.status}`,
  );
  records.acknowledged.set(view.id, {
    checks: told.checks,
    sends: Math.max(told.sends, view.sends),
    settled: isDerived ? told.settled : (settled ?? told.settled),
  });
}
