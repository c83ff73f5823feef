import { isDeepStrictEqual } from "node:util";
import type { Challenge, Subscriber, TotpAuthenticator } from "../../../src/accounts/index.ts";
import { stepAt } from "../../../src/authenticators/index.ts";
import type { Verification } from "../../../src/verification/index.ts";
import { appCodeAt } from "../enrolled.ts";
import type { Journal } from "../journal.ts";
import type { ChallengeRequest, Change, Commit, Records } from "../records.ts";

type SubscriberChange = Extract<Change, { table: "subscriber" }>;
type ChallengeChange = Extract<Change, { table: "challenge" }>;
type VerificationChange = Extract<Change, { table: "verification" }>;

/** Wrong answers in a row that cost nothing, and the first wait after them (T-5). */
const freeMax = 5;
const firstWaitMs = 60_000;
const mostWaitMs = 3_600_000;
const windowSteps = 1;

interface Checks {
  readonly records: Records;
  readonly journal: Journal;
  readonly commit: Commit;
}

/** What one commit did with the accounts: one budget, codes used once, approvals by their own proof alone. */
export function checkChallenges(records: Records, journal: Journal, commit: Commit): void {
  const checks = { records, journal, commit };
  for (const change of commit.challenges) checkChallenge(checks, change);
  for (const change of commit.subscribers) checkSubscriber(checks, change);
  for (const change of commit.verifications) checkSentCode(checks, change);
  const approved = commit.challenges.filter(isApproving);
  journal.expect(approved.length <= 1, "L-3", () => `one commit approved ${approved.length} challenges`);
}

function isApproving({ before, after }: ChallengeChange): boolean {
  return after?.status === "approved" && before?.status === "pending";
}

function checkChallenge(checks: Checks, change: ChallengeChange): void {
  const { records, journal, commit } = checks;
  const { before, after } = change;
  if (after === null) {
    // Purged, long after its end.
    journal.expect(
      before !== undefined && commit.now >= before.endsAt,
      "I4",
      () => `${before?.id} was removed`,
    );
    return;
  }
  const { sent } = after;
  if (sent !== null) {
    journal.expect(
      records.verifications.has(sent.verificationId),
      "I4",
      () => `${after.id} waits for the code of ${sent.verificationId}, which is not written`,
    );
    records.challengeOf.set(sent.verificationId, after.id);
  }
  if (before === undefined) {
    journal.expect(after.status === "pending", "L-3", () => `${after.id} began as ${after.status}`);
    return;
  }
  const isSame =
    before.binding === after.binding &&
    before.subscriberId === after.subscriberId &&
    before.createdAt === after.createdAt &&
    before.endsAt === after.endsAt &&
    before.purpose === after.purpose &&
    isDeepStrictEqual(before.earlier, after.earlier);
  journal.expect(isSame, "L-3", () => `what is fixed at the start of ${before.id} has changed`);
  journal.expect(
    before.status === "pending" || isDeepStrictEqual(before, after),
    "L-3",
    () => `${before.id} was ${before.status} and was written again as ${after.status}`,
  );
  if (isApproving(change)) checkApproval(checks, before, after);
}

/** By somebody who holds it, in time, with a proof that this very commit used up. */
function checkApproval(checks: Checks, before: Challenge, after: Challenge): void {
  const { records, journal, commit } = checks;
  const { id, proof } = after;
  journal.expect(commit.now < before.endsAt, "L-3", () => `${id} ended at ${before.endsAt} and was approved`);
  const owner = records.challengeRequests.find((one) => one.kind === "challenge" && one.challengeId === id);
  const asked = records
    .openChecks(id)
    .filter(({ binding }) => owner === undefined || binding === owner.binding);
  journal.expect(asked.length > 0, "L-3", () => `${id} was approved and nobody who holds it had checked it`);
  const person = commit.subscribers.find((one) => one.after?.id === after.subscriberId);
  journal.expect(
    person?.before !== undefined && !isLocked(person.before, commit.now),
    "T-5",
    () => `${id} was approved while ${after.subscriberId} was locked`,
  );
  if (proof?.kind === "totp") {
    records.ways.approvedByApp += 1;
    checkAppProof(checks, id, person, asked);
  } else if (proof?.kind === "sms" || proof?.kind === "voice") {
    records.ways.approvedByText += 1;
    checkTextProof(checks, id);
  } else journal.violate("L-3", `${id} was approved by ${proof?.kind ?? "nothing"}`);
}

function checkAppProof(
  { records, journal, commit }: Checks,
  id: string,
  person: SubscriberChange | undefined,
  asked: readonly ChallengeRequest[],
): void {
  const app = appOf(person?.after);
  const step = app?.lastStep ?? Number.NaN;
  const took = `${app?.id}#${step}`;
  journal.expect(!records.stepsTaken.has(took), "T-4", () => `the code of step ${took} was accepted twice`);
  records.stepsTaken.add(took);
  journal.expect(
    app !== undefined && Math.abs(step - stepAt(app, commit.now)) <= windowSteps,
    "T-3",
    () => `${id} was approved with the code of step ${step} at ${commit.now}`,
  );
  journal.expect(
    asked.some(({ code }) => code === appCodeAt(app?.id ?? "", step)),
    "L-3",
    () => `${id} was approved by an app's code that nobody gave`,
  );
}

function checkTextProof({ records, journal, commit }: Checks, id: string): void {
  const approved = commit.verifications.filter(
    ({ before, after }) => after?.status === "approved" && before?.status === "pending",
  );
  journal.expect(
    approved.length === 1 && records.challengeOf.get(approved[0]?.after?.id ?? "") === id,
    "L-3",
    () => `${id} was approved by a text, and with it ${approved.length} verifications of its own`,
  );
}

function checkSubscriber(checks: Checks, { before, after }: SubscriberChange): void {
  const { journal, commit } = checks;
  if (before === undefined || after === null) {
    journal.violate("I4", `${after?.id ?? before?.id} was made or removed by nobody`);
    return;
  }
  const approved = commit.challenges.find(
    (change) => isApproving(change) && change.after?.subscriberId === after.id,
  );
  checkKept(checks, before, after);
  if (approved === undefined) checkWrong(checks, before, after);
  else checkRight(checks, before, after, approved.after?.proof?.authenticatorId ?? "");
}

/** A use changes the budget and what was used, and nothing else of anybody. */
function checkKept({ journal }: Checks, before: Subscriber, after: Subscriber): void {
  const {
    failures: _before,
    authenticators: had,
    updatedAt: _wasAt,
    recoveryFailures: _lately,
    ...own
  } = before;
  const { failures: _after, authenticators: has, updatedAt: _isAt, recoveryFailures: _now, ...same } = after;
  const changed = had.filter((one, index) => !isDeepStrictEqual(one, has[index]));
  journal.expect(
    // None changes where the same was used twice in one instant.
    isDeepStrictEqual(own, same) && had.length === has.length && changed.length <= 1,
    "L-4",
    () => `a use changed more of ${after.id} than what was used`,
  );
}

function checkRight({ journal, commit }: Checks, before: Subscriber, after: Subscriber, by: string): void {
  journal.expect(
    after.failures.inRow === 0,
    "T-5",
    () => `${after.id} keeps wrong answers after a right one`,
  );
  const had = before.authenticators.find(({ id }) => id === by);
  const has = after.authenticators.find(({ id }) => id === by);
  const isUsed =
    has !== undefined &&
    had !== undefined &&
    had.disabledAt === null &&
    has.disabledAt === null &&
    has.lastUsedAt === commit.now &&
    has.wrongInRow === 0;
  journal.expect(isUsed, "T-5", () => `${by} was used and does not say so`);
  const isLater = has?.type !== "totp" || had?.type !== "totp" || (has.lastStep ?? 0) > (had.lastStep ?? 0);
  journal.expect(isLater, "T-4", () => `the step of ${by} did not go on`);
}

function checkWrong({ records, journal, commit }: Checks, before: Subscriber, after: Subscriber): void {
  const inRow = before.failures.inRow + 1;
  journal.expect(
    after.failures.inRow === inRow && !isLocked(before, commit.now),
    "T-5",
    () => `${after.id} went from ${before.failures.inRow} wrong answers to ${after.failures.inRow}`,
  );
  const waitMs = Math.min(firstWaitMs * 2 ** (inRow - freeMax), mostWaitMs);
  const until = inRow < freeMax ? null : commit.now + waitMs;
  journal.expect(
    after.failures.lockedUntil === until,
    "T-5",
    () => `${after.id} is locked until ${after.failures.lockedUntil} after ${inRow} wrong answers`,
  );
  const counted = after.authenticators.filter(
    (one, index) => one.wrongInRow === (before.authenticators[index]?.wrongInRow ?? 0) + 1,
  );
  journal.expect(
    counted.length === 1 && appOf(after)?.lastStep === appOf(before)?.lastStep,
    "T-5",
    () => `a wrong answer of ${after.id} counts at ${counted.length} authenticators`,
  );
  const asked = records.challengeRequests.filter(
    ({ kind, subscriberId }) => kind === "check" && subscriberId === after.id,
  );
  const wrong = uses(records, after.id);
  wrong.committed += 1;
  journal.expect(
    asked.some(({ state }) => state !== "answered") && wrong.committed <= asked.length,
    "T-5",
    () => `${after.id} was charged with a guess that nobody made`,
  );
  records.ways.wrongUses += 1;
  if (until === null) return;
  records.ways.locks += 1;
  records.locks.set(after.id, (records.locks.get(after.id) ?? new Set()).add(until));
}

/** A code of a challenge that was compared is counted on its subscriber in the same commit, or approves it. */
function checkSentCode({ records, journal, commit }: Checks, { before, after }: VerificationChange): void {
  const challenge = records.challenges.get(records.challengeOf.get(after?.id ?? "") ?? "");
  if (before === undefined || after === null || challenge === undefined) return;
  if (after.checks.length === before.checks.length) return;
  const own = commit.challenges.find((one) => one.after?.id === challenge.id)?.before ?? challenge;
  const person = commit.subscribers.find((one) => one.after?.id === own.subscriberId);
  const subscriber = person?.before ?? records.subscribers.get(own.subscriberId);
  // Between the first look and the locks it may have been settled, or its owner locked: then nothing comes of the code.
  const isOpen = own.status === "pending" && commit.now < own.endsAt && !isLocked(subscriber, commit.now);
  journal.expect(
    !isOpen || person !== undefined,
    "L-4",
    () => `a ${isRight(after) ? "right" : "wrong"} code of ${own.id} was compared and not counted`,
  );
}

function isRight({ checks }: Verification): boolean {
  return checks.at(-1)?.right === true;
}

export function uses(records: Records, subscriberId: string): { committed: number; told: number } {
  const known = records.wrongUses.get(subscriberId) ?? { committed: 0, told: 0 };
  records.wrongUses.set(subscriberId, known);
  return known;
}

function isLocked(subscriber: Subscriber | undefined, now: number): boolean {
  const until = subscriber?.failures.lockedUntil ?? null;
  return until !== null && now < until;
}

export function appOf(subscriber: Subscriber | null | undefined): TotpAuthenticator | undefined {
  return subscriber?.authenticators.find((one) => one.type === "totp");
}
