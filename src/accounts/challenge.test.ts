import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  challengeOf,
  hour,
  minute,
  phone,
  recoveryCodes,
  subscriberWith,
  t0,
  totp,
} from "../../test/support/accounts.ts";
import {
  type Challenge,
  type ChallengeOutcome,
  challengeLifetimeMs,
  decideChallenge,
  type Subscriber,
  type Use,
  wrongInRowMax,
} from "./index.ts";

const all = () => subscriberWith([totp("app"), phone("sim"), recoveryCodes("paper")]);
const code = (step: number | null): Use => ({ type: "totp", authenticatorId: "app", step });
const texted = (matches: boolean): Use => ({
  type: "phone",
  authenticatorId: "sim",
  matches,
  channel: "sms",
});
const paper = (index: number | null): Use => ({ type: "recoveryCodes", authenticatorId: "paper", index });

function use(subscriber: Subscriber, one: Use, now: number, challenge: Challenge = challengeOf()) {
  return decideChallenge({ subscriber, challenge }, one, now);
}

describe("a challenge", () => {
  test("A-13: says what assurance was reached, and that the telephone network is restricted", () => {
    const answers = [code(7), texted(true), paper(0)].map((one) => use(all(), one, t0 + 1).outcome);
    expect(answers).toEqual([
      { type: "approved", assurance: { aal: 2, restricted: false, phishingResistant: false } },
      { type: "approved", assurance: { aal: 2, restricted: true, phishingResistant: false } },
      { type: "approved", assurance: { aal: 2, restricted: false, phishingResistant: false } },
    ]);
  });

  test("an authenticator alone is one proof: AAL1", () => {
    const { outcome } = use(all(), code(7), t0 + 1, challengeOf("s", { earlier: [] }));
    expect(outcome).toMatchObject({ assurance: { aal: 1 } });
  });

  test("is approved once, and ends after ten minutes", () => {
    const first = use(all(), code(7), t0 + 1);
    const again = use(first.subscriber, code(8), t0 + 2, first.challenge);
    expect(again.outcome).toEqual({ type: "challengeSettled", status: "approved" });
    const late = use(all(), code(7), t0 + challengeLifetimeMs);
    expect(late.outcome).toEqual({ type: "challengeExpired" });
    expect(late.subscriber).toEqual(all());
  });

  test("T-4: a code is accepted once over all challenges, an older one after it never, and neither counts", () => {
    const first = use(all(), code(7), t0 + 1);
    for (const step of [7, 6]) {
      const again = use(first.subscriber, code(step), t0 + 2, challengeOf("s", { id: "other" }));
      expect(again.outcome).toEqual({ type: "codeUsed" });
      expect(again.subscriber.failures.inRow).toBe(0);
    }
    expect(use(first.subscriber, code(8), t0 + 3).outcome.type).toBe("approved");
  });

  test("L-3: a recovery code is accepted once, the others after it", () => {
    const first = use(all(), paper(3), t0 + 1);
    expect(use(first.subscriber, paper(3), t0 + 2).outcome).toEqual({ type: "codeUsed" });
    expect(use(first.subscriber, paper(4), t0 + 2).outcome.type).toBe("approved");
  });

  test("T-5, L-4: what is wrong counts on one budget, whichever authenticator it was", () => {
    let subscriber = all();
    for (const one of [code(null), texted(false), paper(null), code(null), texted(false)]) {
      const decided = use(subscriber, one, t0 + 1);
      expect(decided.outcome).toEqual({ type: "codeMismatch" });
      subscriber = decided.subscriber;
    }
    for (const right of [code(7), texted(true), paper(0)]) {
      const decided = use(subscriber, right, t0 + 2);
      expect(decided.outcome).toEqual({ type: "subscriberLocked", retryAt: t0 + 1 + minute });
      expect(decided.subscriber).toBe(subscriber);
    }
    expect(use(subscriber, code(7), t0 + 1 + minute).outcome.type).toBe("approved");
  });

  test("T-5: 33 wrong codes in a row end an app, however long they take; the phone still works", () => {
    let subscriber = all();
    let now = t0;
    for (let n = 0; n < wrongInRowMax.totp; n++) {
      now += 2 * hour;
      subscriber = use(
        subscriber,
        code(null),
        now,
        challengeOf("s", { createdAt: now, endsAt: now + 1 }),
      ).subscriber;
    }
    now += 2 * hour;
    const then = challengeOf("s", { createdAt: now, endsAt: now + minute });
    expect(use(subscriber, code(7), now, then).outcome).toEqual({ type: "authenticatorDisabled" });
    expect(use(subscriber, texted(true), now, then).outcome.type).toBe("approved");
  });

  test("L-5: a recovery is settled by no single proof, however right", () => {
    const recovery = challengeOf("s", { purpose: "recover", recovery: { wrong: 0, email: null } });
    const subscriber = all();
    for (const one of [code(7), texted(true), paper(0)]) {
      const decided = use(subscriber, one, t0 + 1, recovery);
      expect(decided).toEqual({
        subscriber,
        challenge: recovery,
        outcome: { type: "authenticatorNotFound" },
      });
    }
  });

  test("T-7: what is not confirmed approves nothing, nor does the code of one authenticator for another", () => {
    const enrolling = subscriberWith([totp("app", { confirmedAt: null }), phone("sim")]);
    expect(use(enrolling, code(7), t0 + 1).outcome).toEqual({ type: "authenticatorNotFound" });
    const mistaken: Use = { type: "totp", authenticatorId: "sim", step: 7 };
    expect(use(enrolling, mistaken, t0 + 1).outcome).toEqual({ type: "authenticatorNotFound" });
  });
});

interface Action {
  readonly afterMs: number;
  readonly kind: "totp" | "paper" | "phone";
  /** Null for a wrong one. */
  readonly value: number | null;
  readonly isNew: boolean;
}

const action: fc.Arbitrary<Action> = fc.record({
  afterMs: fc.constantFrom(0, 1, 1_000, 30_000, minute, 5 * minute, hour),
  kind: fc.constantFrom("totp", "paper", "phone"),
  value: fc.oneof(fc.constant(null), fc.nat({ max: 9 })),
  isNew: fc.boolean(),
});

describe("histories of challenges", () => {
  test("A-9, T-4, T-5, L-3: whatever happens, each code is accepted once, each challenge approved once, and guesses stay few", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        let now = t0;
        let subscriber = all();
        let challenge = challengeOf();
        let latestStep = -1;
        const papers = new Set<number>();
        /** The model: when wrong codes were compared since the last success. */
        let wrongAt: number[] = [];
        for (const one of actions) {
          now += one.afterMs;
          if (one.isNew) challenge = challengeOf("s", { createdAt: now, endsAt: now + challengeLifetimeMs });
          const decided = use(subscriber, useOf(one), now, challenge);
          const { type } = decided.outcome;
          if (type === "approved") {
            expect(challenge.status).toBe("pending");
            if (one.kind === "totp") {
              expect(one.value).toBeGreaterThan(latestStep);
              latestStep = one.value as number;
            }
            if (one.kind === "paper") {
              expect(papers.has(one.value as number)).toBe(false);
              papers.add(one.value as number);
            }
            wrongAt = [];
          }
          if (type === "codeMismatch") wrongAt.push(now);
          expect(isCounted(decided.outcome) || decided.subscriber === subscriber).toBe(true);
          // Five at once, then a minute, two, four, ...: within an hour there is no room for more than ten.
          expect(wrongAt.filter((at) => now - at < hour).length).toBeLessThanOrEqual(10);
          expect(decided.subscriber.failures.inRow).toBe(wrongAt.length);
          ({ subscriber, challenge } = decided);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function useOf({ kind, value }: Action): Use {
  if (kind === "totp") return code(value);
  return kind === "paper" ? paper(value) : texted(value !== null);
}

function isCounted({ type }: ChallengeOutcome): boolean {
  return type === "approved" || type === "codeMismatch";
}
