import { describe, expect, test } from "vitest";
import type { StartRequest } from "../../src/engine/index.ts";
import { alice, bob, mallory, openTestInstance, type TestInstance, wrongCode } from "../support/instance.ts";

const second = 1_000;
const hour = 3_600_000;
const day = 24 * hour;

interface Attack {
  /** When a guess was evaluated. */
  readonly guessedAt: number[];
  readonly sentAt: number[];
}

/** One round: start in a way of its own, then four wrong codes. */
async function attackOnce(one: TestInstance, attack: Attack, change: Partial<StartRequest>): Promise<void> {
  const { tenantId, clock } = one;
  const result = await one.tryStart({ to: alice, ...change });
  if (result.outcome !== "started" || result.verification === null) return;
  attack.sentAt.push(clock.now());
  await one.engine.tick();
  const right = one.codeOn(alice);
  const { id } = result.verification;
  for (let nth = 1; nth <= 4; nth++) {
    const verb = { tenantId, id, binding: change.binding, code: wrongCode(right, nth) };
    const { outcome } = await one.engine.check(verb);
    if (outcome === "codeMismatch" || outcome === "exhausted") attack.guessedAt.push(clock.now());
    else expect(outcome).toBe("recipientLocked");
  }
}

/** The most events that any window of this length holds. */
function mostWithin(at: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (const [index, time] of at.entries()) {
    while ((at[first] ?? time) <= time - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** The chance that one of so many different guesses is right. */
const chanceOf = (guesses: number, codes = 1e6): number => 1 - (1 - 1 / codes) ** guesses;

describe("A-8, A-9: the budget of guesses belongs to the recipient", () => {
  test("C-05, C-06: the flow restarted 1,000 times over 30 days, each time as somebody else", async () => {
    const one = await openTestInstance();
    const attack: Attack = { guessedAt: [], sentAt: [] };
    const start = one.clock.now();
    const channels = ["sms", "voice"] as const;
    for (let round = 0; round < 1_000; round++) {
      one.clock.jumpTo(start + (round * 30 * day) / 1_000);
      await attackOnce(one, attack, {
        binding: `session-${round}`,
        subject: `account-${round}`,
        purpose: ["login", "enrol", "pay"][round % 3],
        channel: channels[round % 2],
        clientRef: `key-${round % 5}`,
      });
    }
    expect(mostWithin(attack.guessedAt, hour)).toBeLessThanOrEqual(10);
    expect(mostWithin(attack.guessedAt, day)).toBeLessThanOrEqual(25);
    expect(attack.guessedAt.length).toBeLessThanOrEqual(750);
    // The attacker did get all that the budget gives: it is the budget that held, nothing else.
    expect(attack.guessedAt.length).toBeGreaterThan(600);
    // C-44: nor was the victim's phone flooded.
    expect(mostWithin(attack.sentAt, day)).toBeLessThanOrEqual(10);
    expect(chanceOf(attack.guessedAt.length)).toBeLessThan(7.5e-4);
  });

  test("A-9: the chances that the documentation states", () => {
    const stated = [
      [5, 5.0e-6],
      [25, 2.5e-5],
      [100, 1.0e-4],
      [750, 7.5e-4],
      [9_125, 9.1e-3],
    ] as const;
    for (const [guesses, chance] of stated) expect(chanceOf(guesses) / chance).toBeCloseTo(1, 1);
    expect(chanceOf(25 * 365)).toBeLessThan(0.0092);
    expect(chanceOf(100)).toBeLessThanOrEqual(1e-4);
    // With four digits the same budget falls within a year: hence allowWeakCodes.
    expect(chanceOf(25 * 365, 1e4)).toBeGreaterThan(0.5);
  });

  test("A-8: start, four wrong, over and over within the hour: ten are evaluated", async () => {
    const one = await openTestInstance();
    const attack: Attack = { guessedAt: [], sentAt: [] };
    for (let round = 0; round < 12; round++) {
      await attackOnce(one, attack, { policy: { resendWaitsMs: [] } });
      one.clock.jumpTo(one.clock.now() + 30 * second);
    }
    expect(attack.guessedAt).toHaveLength(10);
    const locked = await one.tryStart({ to: alice });
    expect(locked).toMatchObject({ outcome: "recipientLocked", retryAt: (attack.guessedAt[0] ?? 0) + hour });
    one.clock.jumpTo((attack.guessedAt[0] ?? 0) + hour - 1);
    expect((await one.tryStart({ to: alice })).outcome).toBe("recipientLocked");
    one.clock.jumpTo((attack.guessedAt[0] ?? 0) + hour);
    expect((await one.tryStart({ to: alice })).outcome).toBe("started");
  });

  test("C-07: four wrong, a resend with a new code, and the next wrong code is the last", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const workflow = [{ channel: "sms", waitMs: 15 * 60 * second }] as const;
    const { id } = await one.start({ to: alice, workflow });
    const old = one.codeOn(alice);
    for (let nth = 1; nth <= 4; nth++) await one.engine.check({ tenantId, id, code: wrongCode(old, nth) });
    one.clock.jumpTo(one.clock.now() + 6 * 60 * second);
    expect(await one.engine.resend({ tenantId, id })).toMatchObject({
      outcome: "sent",
      verification: { checksLeft: 1 },
    });
    await one.engine.tick();
    const fresh = one.codeOn(alice);
    expect(fresh).not.toBe(old);
    expect((await one.engine.check({ tenantId, id, code: wrongCode(fresh) })).outcome).toBe("exhausted");
    expect((await one.engine.check({ tenantId, id, code: fresh })).outcome).toBe("exhausted");
  });

  test("A-10: the code of an older message is an ordinary wrong guess", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const policy = { codeReuse: "perStep" } as const;
    const { id } = await one.start({ to: alice, policy });
    const old = one.codeOn(alice);
    one.clock.jumpTo(one.clock.now() + 30 * second);
    await one.engine.next({ tenantId, id });
    await one.engine.tick();
    const fresh = one.codeOn(alice);
    expect(fresh).not.toBe(old);
    const { verification: a, ...late } = await one.engine.check({ tenantId, id, code: old });
    const { verification: b, ...wrong } = await one.engine.check({ tenantId, id, code: wrongCode(fresh) });
    expect(late).toEqual({ outcome: "codeMismatch", checksLeft: 4, replayed: false });
    expect(wrong).toEqual({ ...late, checksLeft: 3 });
    expect([a?.checksLeft, b?.checksLeft]).toEqual([4, 3]);
    expect((await one.engine.check({ tenantId, id, code: fresh })).outcome).toBe("approved");
  });

  test("C-08: the attacker's success on his own number resets nothing of the victim's", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const attack: Attack = { guessedAt: [], sentAt: [] };
    const freely = { policy: { resendWaitsMs: [] } };
    const victim = { ...freely, subject: "alice", binding: "attacker" };
    for (let round = 0; round < 8; round++) {
      await attackOnce(one, attack, victim);
      // On the victim's account, from the attacker's browser, for another purpose: all of it his own number.
      const own = await one.start({ to: mallory, ...victim, purpose: "enrol" });
      const code = one.codeOn(mallory);
      const verb = { tenantId, id: own.id, binding: "attacker", code };
      expect((await one.engine.check(verb)).outcome).toBe("approved");
    }
    expect(attack.guessedAt).toHaveLength(10);
  });
});

describe("A-9: what opens a locked recipient early, and what does not", () => {
  const freely = { resendWaitsMs: [] as readonly number[] };

  async function locked(): Promise<{ one: TestInstance; attack: Attack }> {
    const one = await openTestInstance();
    const { tenantId } = one;
    const proven = await one.start({ to: alice, binding: "phone-of-alice", subject: "alice" });
    const code = one.codeOn(alice);
    await one.engine.check({ tenantId, id: proven.id, binding: "phone-of-alice", code });
    const attack: Attack = { guessedAt: [], sentAt: [] };
    for (let round = 0; round < 3; round++) await attackOnce(one, attack, { policy: freely });
    expect(attack.guessedAt).toHaveLength(10);
    return { one, attack };
  }

  test.each<[string, Partial<StartRequest>]>([
    ["another browser", { binding: "somebody-else" }],
    ["another account", { subject: "mallory" }],
    ["another purpose", { purpose: "enrol" }],
    ["another channel", { channel: "voice" }],
    ["a code of the caller's own", { code: "123456" }],
    ["another spelling", { to: "+1 (415) 555-0101" }],
    ["a policy without limits", { policy: { ...freely, ifPending: "replace" } }],
  ])("%s does not", async (_, change) => {
    const { one } = await locked();
    expect((await one.tryStart({ to: alice, policy: freely, ...change })).outcome).toBe("recipientLocked");
  });

  test.each<[string, Partial<StartRequest>]>([
    ["the browser that succeeded before", { binding: "phone-of-alice" }],
    ["the subject that succeeded before", { subject: "alice" }],
  ])("%s does, with three guesses a day", async (_, change) => {
    const { one } = await locked();
    const attack: Attack = { guessedAt: [], sentAt: [] };
    for (let round = 0; round < 3; round++) await attackOnce(one, attack, { policy: freely, ...change });
    expect(attack.guessedAt).toHaveLength(3);
  });

  test("the tenant does, at once, for that recipient alone", async () => {
    const { one } = await locked();
    const { tenantId } = one;
    expect(await one.engine.unlockRecipient({ tenantId, to: bob })).toEqual({ outcome: "unlocked" });
    expect((await one.tryStart({ to: alice, policy: freely })).outcome).toBe("recipientLocked");
    expect(await one.engine.unlockRecipient({ tenantId, to: "+1 415 555 0101" })).toEqual({
      outcome: "unlocked",
    });
    expect((await one.tryStart({ to: alice, policy: freely })).outcome).toBe("started");
  });

  test("settling from outside does not", async () => {
    const { one } = await locked();
    const { tenantId } = one;
    const { items } = await one.engine.list({ tenantId, to: alice, status: "pending", limit: 1 });
    const [pending] = items;
    await one.engine.settle({ tenantId, id: pending?.id ?? "", status: "approved" });
    expect((await one.tryStart({ to: alice, policy: freely })).outcome).toBe("recipientLocked");
  });
});

describe("C-44: nobody floods a phone", () => {
  test("a thousand starts and resends in a day bring ten messages", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const start = one.clock.now();
    for (let n = 0; n < 500; n++) {
      one.clock.jumpTo(start + (n * day) / 500);
      const result = await one.tryStart({ to: alice, binding: `b-${n}` });
      const id = result.verification?.id ?? "0199f000-0000-7000-8000-000000000000";
      await one.engine.resend({ tenantId, id, binding: `b-${n}` });
      await one.engine.next({ tenantId, id, binding: `b-${n}` });
      await one.engine.tick();
    }
    expect(one.codesOn(alice)).toHaveLength(10);
  });

  test("C-30: two spellings, and the old and new form of a Mexican mobile, share the day's ten", async () => {
    const one = await openTestInstance();
    const forms = ["+52 55 1234 5678", "+52 1 55 1234 5678"];
    const policy = { resendWaitsMs: [] as readonly number[] };
    const outcomes: string[] = [];
    for (let n = 0; n < 14; n++)
      outcomes.push((await one.tryStart({ to: forms[n % 2] ?? "", policy })).outcome);
    expect(outcomes.filter((outcome) => outcome === "started")).toHaveLength(10);
  });

  test("C-30: however an e-mail address is written, it has one day's ten and one budget of wrong codes", async () => {
    const one = await openTestInstance();
    const { tenantId, engine } = one;
    const forms = ["victim@example.com", "Victim@example.com", "VICTIM@Example.COM", "vIcTiM@example.com"];
    const policy = { resendWaitsMs: [] as readonly number[] };
    const outcomes: string[] = [];
    for (let n = 0; n < 14; n++) {
      const { outcome, verification } = await one.tryStart({ to: forms[n % 4] ?? "", policy });
      outcomes.push(outcome);
      await engine.tick();
      for (let guess = 0; verification !== null && guess < 2; guess++) {
        const code = String(100_000 + n * 10 + guess);
        outcomes.push((await engine.check({ tenantId, id: verification.id, code })).outcome);
      }
    }
    expect(outcomes.filter((outcome) => outcome === "codeMismatch").length).toBeLessThanOrEqual(10);
    expect(outcomes.slice(-1)).toEqual(["recipientLocked"]);
    expect(outcomes.filter((outcome) => outcome === "started").length).toBeLessThanOrEqual(10);
  });
});
