import type { Recipient } from "../../../src/verification/index.ts";
import type { Journal } from "../journal.ts";
import type { Change, Commit, Records } from "../records.ts";

/** By how much the clocks of this world may differ without being wrong. */
const clockStepMaxMs = 5_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const reserveGuessesPerDay = 3;

type VerificationChange = Extract<Change, { table: "verification" }>;

/** What all verifications of a recipient share: guesses (I2) and sends. */
export function checkRecipients(records: Records, journal: Journal, commit: Commit): void {
  for (const { before, after } of commit.recipients) {
    if (before !== undefined && after !== null) bringBack(records, commit, before);
  }
  for (const change of commit.verifications) checkGuess(records, journal, commit, change);
  for (const { after, before } of commit.recipients) {
    if (after === null) continue;
    if (before !== undefined && after.wrongAt.length < before.wrongAt.length) {
      forgive(records, journal, commit, after);
    }
  }
  for (const { before, after } of commit.deliveries) {
    if (before === undefined && after !== null) {
      checkSend(
        records,
        journal,
        commit,
        after.recipientId,
        after.cause !== "automatic",
        after.verificationId,
      );
    }
  }
}

/**
 * What a clock that ran ahead dated into times to come counts from now on, once somebody notices: a window is one of
 * the clock that is shown, and nobody knows another.
 */
function bringBack(records: Records, { now }: Commit, before: Recipient): void {
  if (before.lastSeenAt <= now + clockStepMaxMs) return;
  const past = (at: number): number => Math.min(at, now);
  records.wrongAt.set(before.id, (records.wrongAt.get(before.id) ?? []).map(past));
  records.sentAt.set(before.id, (records.sentAt.get(before.id) ?? []).map(past));
  const asked = records.asked.get(before.id);
  if (asked !== undefined) records.asked.set(before.id, { ...asked, lastAt: past(asked.lastAt) });
}

/** Counts what the rows say was compared; a success, and nothing else, begins anew. */
function checkGuess(records: Records, journal: Journal, commit: Commit, change: VerificationChange): void {
  const { before, after } = change;
  if (before === undefined || after === null || after.checks.length <= before.checks.length) return;
  const recipient = records.recipients.get(after.recipientId);
  const last = after.checks.at(-1);
  if (recipient === undefined || last === undefined) return;
  if (last.right) {
    records.wrongAt.set(recipient.id, []);
    records.asked.delete(recipient.id);
    return;
  }
  const wrongAt = records.wrongAt.get(recipient.id) ?? [];
  wrongAt.push(commit.now);
  records.wrongAt.set(recipient.id, wrongAt);
  const reserve = reserveGuessesPerDay * recipient.known.length;
  const within = (ms: number): number =>
    wrongAt.filter((at) => at > commit.now - ms && at <= commit.now).length;
  const { wrongPerHourMax, wrongPerDayMax } = after.policy;
  journal.expect(
    within(hourMs) <= wrongPerHourMax + reserve && within(dayMs) <= wrongPerDayMax + reserve,
    "I2",
    () =>
      `${within(hourMs)} wrong codes in an hour and ${within(dayMs)} in a day for recipient ${recipient.id}`,
  );
}

function forgive(records: Records, journal: Journal, commit: Commit, after: Recipient): void {
  const succeeded = commit.verifications.some(
    (one) => one.after?.status === "approved" && one.before?.status === "pending",
  );
  const unlocked = records.requests.some((one) => one.kind === "unlock" && one.state !== "answered");
  journal.expect(
    succeeded || unlocked,
    "A-8",
    () => `the wrong codes of ${after.id} were forgotten for nothing`,
  );
  records.wrongAt.set(after.id, []);
}

function checkSend(
  records: Records,
  journal: Journal,
  commit: Commit,
  recipientId: string,
  isAsked: boolean,
  verificationId: string,
): void {
  const policy = records.verifications.get(verificationId)?.policy;
  const recipient = records.recipients.get(recipientId);
  if (policy === undefined || recipient === undefined) {
    journal.violate("D-1", `a delivery of ${verificationId} has no verification or no recipient`);
    return;
  }
  const sentAt = [...(records.sentAt.get(recipientId) ?? []), commit.now];
  records.sentAt.set(recipientId, sentAt);
  const sent = sentAt.filter((at) => at > commit.now - dayMs && at <= commit.now);
  journal.expect(
    sent.length <= policy.sendsPerDayMax,
    "A-7",
    () => `${sent.length} sends a day to recipient ${recipientId}`,
  );
  if (!isAsked) return;
  const asked = records.asked.get(recipientId);
  records.asked.set(recipientId, { count: (asked?.count ?? 0) + 1, lastAt: commit.now });
  if (asked === undefined) return;
  const wait = policy.resendWaitsMs[asked.count - 1] ?? policy.resendWaitsMs.at(-1) ?? 0;
  journal.expect(
    commit.now >= asked.lastAt + wait,
    "A-7",
    () =>
      `send ${asked.count + 1} to ${recipientId} came ${commit.now - asked.lastAt} ms after the one before`,
  );
}

/**
 * A recipient lists what is pending. It forgets a verification when that is settled, or when its end has passed:
 * a clock that was ahead and is set back may show it as pending once more, which is not the list's doing.
 */
export function checkPendingRefs(records: Records, journal: Journal, commit: Commit): void {
  for (const { after } of commit.verifications) {
    if (after === null || after.status === "pending") continue;
    const recipient = records.recipients.get(after.recipientId);
    journal.expect(
      recipient?.pending.every((ref) => ref.id !== after.id) === true,
      "A-17",
      () => `${after.id} is ${after.status} and its recipient still lists it`,
    );
  }
  for (const { before, after } of commit.recipients) {
    for (const ref of before?.pending ?? []) {
      if (after?.pending.some((one) => one.id === ref.id) || commit.now >= ref.endsAt) continue;
      journal.expect(
        records.verifications.get(ref.id)?.status !== "pending",
        "A-17",
        () => `${ref.id} is pending and its recipient no longer lists it`,
      );
    }
  }
}
