import { isDeepStrictEqual } from "node:util";
import type { Challenge, Subscriber, TotpAuthenticator } from "../../../src/accounts/index.ts";
import { stepAt } from "../../../src/authenticators/index.ts";
import type { Verification } from "../../../src/verification/index.ts";
import { appCodeAt, type ChallengeAnswer } from "../enrolled.ts";
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
  const asked = records.openChecks(id);
  journal.expect(asked.length > 0, "L-3", () => `${id} was approved and nobody had checked it`);
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
    asked.some(({ code }) => code === appCodeAt(step)),
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
  const { records, journal, commit } = checks;
  if (before === undefined || after === null) {
    journal.violate("I4", `${after?.id ?? before?.id} was made or removed by nobody`);
    return;
  }
  const lastStep = { before: appOf(before)?.lastStep ?? 0, after: appOf(after)?.lastStep ?? 0 };
  const approves = commit.challenges.some(
    (change) => isApproving(change) && change.after?.subscriberId === after.id,
  );
  journal.expect(
    lastStep.after === lastStep.before || (approves && lastStep.after > lastStep.before),
    "T-4",
    () => `the step of ${after.id} went from ${lastStep.before} to ${lastStep.after}`,
  );
  if (approves) {
    journal.expect(
      after.failures.inRow === 0,
      "T-5",
      () => `${after.id} keeps wrong answers after a right one`,
    );
    return;
  }
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
  const asked = records.challengeRequests.some(
    ({ kind, subscriberId, state }) => kind === "check" && subscriberId === after.id && state !== "answered",
  );
  journal.expect(asked, "T-5", () => `${after.id} was charged with a guess that nobody made`);
  uses(records, after.id).committed += 1;
  records.ways.wrongUses += 1;
  if (until !== null) records.ways.locks += 1;
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

/** Whatever people are told of a challenge is written down by then, once, and told to nobody else. */
export function checkChallengeAnswer(
  records: Records,
  journal: Journal,
  request: ChallengeRequest,
  { outcome, challengeId, isReplayed }: ChallengeAnswer,
): void {
  journal.expect(
    outcome !== "idempotencyKeyReused",
    "W-4",
    () => `a repeated ${request.kind} was another one`,
  );
  const id = request.challengeId ?? challengeId;
  const row = id === null ? undefined : records.challenges.get(id);
  const isTold = outcome === "challengeStarted" || outcome === "approved" || outcome === "canceled";
  journal.expect(
    !isTold || row !== undefined,
    "I4",
    () => `${outcome} was said of ${id}, which is not written`,
  );
  if (row === undefined) return;
  if (outcome === "approved" || outcome === "canceled") {
    journal.expect(row.status === outcome, "I4", () => `${id} was answered ${outcome} and is ${row.status}`);
  }
  const owner = records.challengeRequests.find((one) => one.kind === "challenge" && one.challengeId === id);
  if (owner !== undefined && owner.binding !== request.binding) {
    journal.expect(
      outcome === "challengeNotFound",
      "A-17",
      () => `${request.kind} of ${id} by ${request.binding} was answered ${outcome}`,
    );
  }
  if (isReplayed) return;
  checkOnce(records, journal, request, outcome);
  if (outcome === "codeMismatch") {
    const wrong = uses(records, request.subscriberId);
    wrong.told += 1;
    journal.expect(
      wrong.told <= wrong.committed,
      "I4",
      () => `${wrong.told} wrong codes were told, ${wrong.committed} counted`,
    );
  }
  if (outcome === "approved") {
    journal.expect(!records.approvedChallenges.has(row.id), "L-3", () => `${id} was approved twice`);
    records.approvedChallenges.add(row.id);
  }
}

const decided = ["challengeStarted", "sent", "approved", "codeMismatch"];

function checkOnce(records: Records, journal: Journal, request: ChallengeRequest, outcome: string): void {
  const { idempotencyKey: name, kind } = request;
  if (name === null || !decided.includes(outcome)) return;
  journal.expect(!records.challengeKeysTold.has(name), "W-4", () => `one ${kind} of ${name} was done twice`);
  records.challengeKeysTold.add(name);
}

function uses(records: Records, subscriberId: string): { committed: number; told: number } {
  const known = records.wrongUses.get(subscriberId) ?? { committed: 0, told: 0 };
  records.wrongUses.set(subscriberId, known);
  return known;
}

function isLocked(subscriber: Subscriber | undefined, now: number): boolean {
  const until = subscriber?.failures.lockedUntil ?? null;
  return until !== null && now < until;
}

function appOf(subscriber: Subscriber | null | undefined): TotpAuthenticator | undefined {
  return subscriber?.authenticators.find((one) => one.type === "totp");
}
