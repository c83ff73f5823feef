import { isDeepStrictEqual } from "node:util";
import type { Delivery, PendingVerification, SettledVerification } from "../../../src/verification/index.ts";
import type { Journal } from "../journal.ts";
import type { Change, Commit, Records, Request } from "../records.ts";

type VerificationChange = Extract<Change, { table: "verification" }>;

export interface CommitChecks {
  readonly records: Records;
  readonly journal: Journal;
  /** The code of a pending verification, derived anew. */
  readonly codeOf: (verification: PendingVerification) => string;
}

const codeLifetimeMsMax = 600_000;
const clockStepMs = 5_000;

/** I1, I3, I7 and what holds between two states of one verification. */
export function checkVerification(checks: CommitChecks, commit: Commit, change: VerificationChange): void {
  const { journal } = checks;
  const { before, after } = change;
  if (after === null) {
    journal.violate("I4", `verification ${before?.id} was removed`);
    return;
  }
  if (before === undefined) {
    checkNew(checks, commit, after as PendingVerification);
    return;
  }
  if (before.status !== "pending") {
    // Also a write that only moves the instant of settlement is a change.
    journal.expect(
      isDeepStrictEqual(before, after),
      "I3",
      () => `${before.id} was ${before.status} and was written again as ${after.status}`,
    );
    return;
  }
  checkFixed(checks, before, after);
  checkCounts(checks, commit, before, after);
  if (after.status === "pending") checkPending(checks, commit, before, after);
  else checkSettling(checks, commit, before, after);
}

function checkNew({ journal }: CommitChecks, commit: Commit, after: PendingVerification): void {
  const delivery = commit.deliveries.find((one) => one.after?.verificationId === after.id);
  const recipient = commit.recipients.find((one) => one.after?.id === after.recipientId)?.after;
  const isComplete =
    after.status === "pending" &&
    after.sends === 1 &&
    after.checks.length === 0 &&
    delivery?.after?.sequence === 1 &&
    recipient?.pending.some((ref) => ref.id === after.id) === true;
  journal.expect(isComplete, "D-1", () => `the start of ${after.id} did not write all its rows`);
  journal.expect(
    after.codeExpiresAt <= commit.now + codeLifetimeMsMax && after.codeExpiresAt <= after.endsAt,
    "A-3",
    () => `the code of ${after.id} lives until ${after.codeExpiresAt}`,
  );
}

function checkFixed(
  { journal }: CommitChecks,
  before: PendingVerification,
  after: PendingVerification | SettledVerification,
): void {
  const same =
    before.createdAt === after.createdAt &&
    before.endsAt === after.endsAt &&
    before.recipientId === after.recipientId &&
    before.binding === after.binding &&
    isDeepStrictEqual(before.policy, after.policy);
  journal.expect(same, "A-3", () => `what is fixed at the start of ${before.id} has changed`);
}

function checkCounts(
  { journal }: CommitChecks,
  commit: Commit,
  before: PendingVerification,
  after: PendingVerification | SettledVerification,
): void {
  const grown = after.checks.length - before.checks.length;
  journal.expect(
    (grown === 0 || grown === 1) &&
      isDeepStrictEqual(after.checks.slice(0, before.checks.length), before.checks),
    "A-8",
    () => `the checks of ${before.id} went from ${before.checks.length} to ${after.checks.length}`,
  );
  journal.expect(
    after.checks.length <= after.policy.checksMax,
    "A-6",
    () => `${before.id} has ${after.checks.length} checks of ${after.policy.checksMax}`,
  );
  const sent = after.sends - before.sends;
  const rows = commit.deliveries.filter(
    (one) => one.before === undefined && one.after?.verificationId === before.id,
  );
  journal.expect(
    sent === rows.length && sent <= 1 && after.sends <= after.policy.sendsMax,
    "A-7",
    () => `${before.id} counts ${after.sends} sends (${sent} more) with ${rows.length} new deliveries`,
  );
}

function checkPending(
  { journal }: CommitChecks,
  commit: Commit,
  before: PendingVerification,
  after: PendingVerification,
): void {
  const drawn = after.generation - before.generation;
  journal.expect(
    drawn === 0 || (drawn === 1 && after.sends === before.sends + 1),
    "A-2",
    () => `${before.id} went from generation ${before.generation} to ${after.generation}`,
  );
  if (drawn === 0) {
    const same = before.codeExpiresAt === after.codeExpiresAt && before.codeKeyId === after.codeKeyId;
    journal.expect(same, "A-2", () => `the code of ${before.id} did not change but its life did`);
  }
  journal.expect(after.codeExpiresAt <= after.endsAt, "A-3", () => `the code of ${before.id} outlives it`);
  checkStep(journal, commit, before, after);
}

/** A timer's effect happens once, and never before its time (I7). */
function checkStep(
  journal: Journal,
  commit: Commit,
  before: PendingVerification,
  after: PendingVerification,
): void {
  if (after.step === before.step) {
    journal.expect(
      after.nextStepAt === before.nextStepAt,
      "I7",
      () => `the timer of ${before.id} changed without its effect`,
    );
    return;
  }
  const isDue = before.nextStepAt !== null && commit.now >= before.nextStepAt;
  const isAsked = commit.deliveries.some((one) => one.before === undefined && one.after?.cause === "next");
  const isForced = commit.deliveries.some(
    (one) =>
      one.after?.state === "failed" && one.before?.state !== "failed" && one.after.step === before.step,
  );
  journal.expect(
    after.step === before.step + 1 && (isDue || isAsked || isForced),
    "I7",
    () =>
      `${before.id} went from step ${before.step} to ${after.step} at ${commit.now}, due ${before.nextStepAt}`,
  );
}

function checkSettling(
  checks: CommitChecks,
  commit: Commit,
  before: PendingVerification,
  after: SettledVerification,
): void {
  const { records, journal } = checks;
  records.settledAt.set(after.id, commit.now);
  const keeps = ["generation", "codeKeyId", "suppliedCode"].filter((name) => name in after);
  journal.expect(keeps.length === 0, "I9", () => `settled ${after.id} still has ${keeps.join(", ")}`);
  // Expiry is derived from time: nothing else happens to a verification from then on.
  journal.expect(
    after.status === "expired" || commit.now < before.endsAt,
    "I3",
    () => `${after.id} ended at ${before.endsAt} and became ${after.status} at ${commit.now}`,
  );
  switch (after.status) {
    case "approved":
      checkApproval(checks, commit, before, after);
      return;
    case "exhausted":
      journal.expect(
        after.checks.length === after.policy.checksMax && after.checks.at(-1)?.right === false,
        "A-6",
        () => `${after.id} was exhausted after ${after.checks.length} checks`,
      );
      return;
    case "expired":
      journal.expect(
        commit.now >= before.endsAt || commit.now < before.createdAt - clockStepMs,
        "I7",
        () => `${after.id} expired at ${commit.now}, before ${before.endsAt}`,
      );
      return;
    case "undeliverable":
      journal.expect(
        records.deliveriesOf(after.id).every((one) => cannotArrive(records, one, before.generation)),
        "D-9",
        () => `${after.id} is undeliverable although a message with its code may arrive`,
      );
      return;
    case "canceled":
      journal.expect(
        mayCancel(records, before, commit),
        "A-17",
        () => `${after.id} was canceled by nobody who may`,
      );
      return;
    default:
  }
}

function cannotArrive(records: Records, delivery: Delivery, generation: number): boolean {
  if (delivery.state !== "failed" && delivery.state !== "dropped") return false;
  const calls = records.calls.get(`${delivery.verificationId}.${delivery.sequence}`) ?? [];
  return delivery.generation !== generation || !calls.some((one) => one.arrives);
}

function mayCancel(records: Records, before: PendingVerification, commit: Commit): boolean {
  if (records.open(before.id, "cancel").length > 0) return true;
  if (records.open(before.id, "settle").some((one) => one.status === "canceled")) return true;
  // Replaced by a new verification of the same binding.
  const replacing = commit.verifications.find((one) => one.before === undefined)?.after;
  return replacing?.binding !== null && replacing?.binding === before.binding;
}

/** Exactly one right code in time, or a settling by the tenant (I1). */
function checkApproval(
  { records, journal, codeOf }: CommitChecks,
  commit: Commit,
  before: PendingVerification,
  after: SettledVerification,
): void {
  if (after.settledByTenant) {
    const settles = records.open(after.id, "settle").filter((one) => one.status === "approved");
    journal.expect(settles.length > 0, "I1", () => `nobody settled ${after.id}`);
    return;
  }
  const code = codeOf(before);
  const right = records.open(after.id, "check").filter((one) => isRight(one, code, before));
  const onChallenge = records
    .openChecks(records.challengeOf.get(after.id) ?? "")
    .filter((one) => isCode(one.code, code));
  journal.expect(
    right.length + onChallenge.length > 0,
    "I1",
    () => `${after.id} was approved without a check that carried its code`,
  );
  journal.expect(
    commit.now < before.codeExpiresAt && commit.now < before.endsAt,
    "I1",
    () =>
      `${after.id} was approved at ${commit.now}; code until ${before.codeExpiresAt}, end ${before.endsAt}`,
  );
  journal.expect(
    before.checks.length < before.policy.checksMax && after.checks.filter((one) => one.right).length === 1,
    "I1",
    () => `${after.id} was approved after ${before.checks.length} wrong codes`,
  );
}

function isRight(request: Request, code: string, before: PendingVerification): boolean {
  return (
    isCode(request.code, code) &&
    (request.subject === undefined || request.subject === before.subject) &&
    isDeepStrictEqual(request.payment, before.payment)
  );
}

function isCode(given: string | null, code: string): boolean {
  return given?.replaceAll(/[ -]/g, "").toUpperCase() === code.toUpperCase();
}
