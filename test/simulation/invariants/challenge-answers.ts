import { stepAt } from "../../../src/authenticators/index.ts";
import { appCodeAt, type ChallengeAnswer } from "../enrolled.ts";
import type { Journal } from "../journal.ts";
import type { ChallengeRequest, Records } from "../records.ts";
import { appOf, uses } from "./challenges.ts";

interface AnswerChecks {
  readonly records: Records;
  readonly journal: Journal;
  readonly now: number;
}

/** Whatever people are told of a challenge is written down by then, once, and told to nobody else. */
export function checkChallengeAnswer(
  checks: AnswerChecks,
  request: ChallengeRequest,
  answer: ChallengeAnswer,
): void {
  const { records, journal } = checks;
  const { outcome, challengeId, isReplayed } = answer;
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
  if (!isReplayed) checkDenied(checks, request, answer);
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
  if (outcome === "approved") {
    journal.expect(!records.approvedChallenges.has(row.id), "L-3", () => `${id} was approved twice`);
    records.approvedChallenges.add(row.id);
  }
}

/** Nobody is turned away but for a reason that is written down. */
function checkDenied(
  { records, journal, now }: AnswerChecks,
  request: ChallengeRequest,
  answer: ChallengeAnswer,
): void {
  const { subscriberId, code, askedAt } = request;
  const app = appOf(records.subscribers.get(subscriberId));
  const isApps = app !== undefined && request.authenticatorId === app.id;
  switch (answer.outcome) {
    case "subscriberLocked": {
      const { retryAt = 0 } = answer;
      const isSo = records.locks.get(subscriberId)?.has(retryAt) === true && Math.min(askedAt, now) < retryAt;
      journal.expect(isSo, "T-5", () => `${subscriberId} was told to wait until ${retryAt}`);
      return;
    }
    case "codeUsed": {
      const last = app?.lastStep ?? -1;
      const near = [-2, -1, 0, 1, 2].map((by) => (app === undefined ? 0 : stepAt(app, now)) + by);
      const steps = [askedAt, now].flatMap((at) => (app === undefined ? [] : near.concat(stepAt(app, at))));
      const isSo = steps.some((step) => step <= last && code === appCodeAt(app?.id ?? "", step));
      journal.expect(isSo, "T-4", () => `${code} of ${subscriberId} was taken for used`);
      return;
    }
    case "codeMismatch": {
      const wrong = uses(records, subscriberId);
      wrong.told += 1;
      journal.expect(
        wrong.told <= wrong.committed,
        "I4",
        () => `${wrong.told} wrong codes were told, ${wrong.committed} counted`,
      );
      const isRightNow =
        isApps && stepAt(app, askedAt) === stepAt(app, now) && code === appCodeAt(app.id, stepAt(app, now));
      journal.expect(!isRightNow, "T-3", () => `the right code ${code} of ${subscriberId} was refused`);
      return;
    }
    default:
  }
}

const decided = ["challengeStarted", "sent", "approved", "codeMismatch"];

function checkOnce(records: Records, journal: Journal, request: ChallengeRequest, outcome: string): void {
  const { idempotencyKey: name, kind } = request;
  if (name === null || !decided.includes(outcome)) return;
  journal.expect(!records.challengeKeysTold.has(name), "W-4", () => `one ${kind} of ${name} was done twice`);
  records.challengeKeysTold.add(name);
}
