import { describe, expect, test } from "vitest";
import { alice, openTestInstance, type TestInstance, wrongCode } from "../support/instance.ts";

/** `COUNTERSIGN_PROOF=full` repeats each race a hundred times. */
const rounds = process.env["COUNTERSIGN_PROOF"] === "full" ? 100 : 5;
const timeoutMs = 180_000 + rounds * 3_000;

/** A number for each round, so that no round meets the limits of another. */
const numberOf = (round: number): string => `+1415555${String(100 + (round % 100)).padStart(4, "0")}`;

async function checks(one: TestInstance, id: string, codes: readonly string[]): Promise<string[]> {
  const { tenantId } = one;
  const results = await Promise.all(codes.map((code) => one.engine.check({ tenantId, id, code })));
  return results.map((result) => result.outcome);
}

const countOf = (outcomes: readonly string[], outcome: string): number =>
  outcomes.filter((one) => one === outcome).length;

describe(`races on one verification, ${rounds} rounds each`, () => {
  test(
    "C-01, A-6: of 1,000 parallel wrong codes exactly five are evaluated",
    async () => {
      const one = await openTestInstance();
      for (let round = 0; round < rounds; round++) {
        const { id } = await one.start({ to: numberOf(round) });
        const right = one.codeOn(numberOf(round));
        const codes = Array.from({ length: 1_000 }, (_, n) => wrongCode(right, n + 1));
        const outcomes = await checks(one, id, codes);
        expect(countOf(outcomes, "codeMismatch")).toBe(4);
        expect(countOf(outcomes, "exhausted")).toBe(996);
        const view = await one.engine.get({ tenantId: one.tenantId, id });
        expect(view?.checks).toHaveLength(5);
        expect(view).toMatchObject({ status: "exhausted", checksLeft: 0 });
        expect(await checks(one, id, [right])).toEqual(["exhausted"]);
      }
    },
    timeoutMs,
  );

  test(
    "C-02, A-5: of 200 parallel right codes exactly one is approved",
    async () => {
      const one = await openTestInstance();
      for (let round = 0; round < rounds; round++) {
        const { id } = await one.start({ to: numberOf(round) });
        const right = one.codeOn(numberOf(round));
        const outcomes = await checks(
          one,
          id,
          Array.from({ length: 200 }, () => right),
        );
        expect(countOf(outcomes, "approved")).toBe(1);
        expect(countOf(outcomes, "settled")).toBe(199);
        const view = await one.engine.get({ tenantId: one.tenantId, id });
        expect(view?.checks).toHaveLength(1);
      }
    },
    timeoutMs,
  );

  test(
    "C-03: the fifth wrong code against the right one: one of them wins, never both",
    async () => {
      const one = await openTestInstance();
      const seen = new Set<string>();
      for (let round = 0; round < 2 * rounds; round++) {
        const to = numberOf(round % 100);
        if (round >= 100) one.clock.jumpTo(one.clock.now() + 86_400_000);
        const { id } = await one.start({ to });
        const right = one.codeOn(to);
        const wrong = wrongCode(right);
        await checks(one, id, [wrong, wrong, wrong, wrong]);
        const outcomes = await checks(one, id, round % 2 === 0 ? [wrong, right] : [right, wrong]);
        const view = await one.engine.get({ tenantId: one.tenantId, id });
        expect(["approved", "exhausted"]).toContain(view?.status);
        expect(view?.checks).toHaveLength(5);
        expect(view?.checks.filter((check) => check.right)).toHaveLength(view?.status === "approved" ? 1 : 0);
        expect(countOf(outcomes, "approved")).toBe(view?.status === "approved" ? 1 : 0);
        seen.add(view?.status ?? "");
      }
      expect([...seen].sort()).toEqual(["approved", "exhausted"]);
    },
    timeoutMs,
  );

  test("C-04: the same code again, in sequence and from another session, is refused", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const { id } = await one.start({ to: alice, binding: "browser-1" });
    const code = one.codeOn(alice);
    const verb = { tenantId, id, code };
    expect((await one.engine.check({ ...verb, binding: "browser-1" })).outcome).toBe("approved");
    expect(await one.engine.check({ ...verb, binding: "browser-1" })).toMatchObject({
      outcome: "settled",
      status: "approved",
    });
    for (const binding of ["browser-2", undefined]) {
      expect((await one.engine.check({ ...verb, binding })).outcome).toBe("notFound");
    }
    // Nor is it good for the next verification of the same number.
    const next = await one.start({ to: alice, binding: "browser-1" });
    const again = await one.engine.check({ ...verb, id: next.id, binding: "browser-1" });
    expect(again.outcome).toBe(one.codeOn(alice) === code ? "approved" : "codeMismatch");
  });
});

describe("C-50: fifty parallel starts for a recipient that has no row yet", () => {
  const fifty = Array.from({ length: 50 });
  const freely = { resendWaitsMs: [] as readonly number[] };

  test("with separate: as many as the day allows, and each of them counts", async () => {
    const one = await openTestInstance();
    const results = await Promise.all(fifty.map(() => one.tryStart({ to: alice, policy: freely })));
    const outcomes = results.map((result) => result.outcome);
    expect(countOf(outcomes, "started")).toBe(10);
    expect(countOf(outcomes, "sendLimitReached")).toBe(40);
    await one.engine.tick();
    expect(one.codesOn(alice)).toHaveLength(10);
  });

  test("with the default waits: one", async () => {
    const one = await openTestInstance();
    const results = await Promise.all(fifty.map(() => one.tryStart({ to: alice })));
    expect(
      countOf(
        results.map((result) => result.outcome),
        "started",
      ),
    ).toBe(1);
  });

  test("with refuse: exactly one verification exists, and nobody without its binding learns its id", async () => {
    const one = await openTestInstance();
    const policy = { ...freely, ifPending: "refuse" } as const;
    const results = await Promise.all(fifty.map(() => one.tryStart({ to: alice, policy })));
    const outcomes = results.map((result) => result.outcome);
    expect(countOf(outcomes, "started")).toBe(1);
    expect(countOf(outcomes, "verificationPending")).toBe(49);
    for (const result of results) {
      if (result.outcome === "verificationPending") expect(result.verificationId).toBeNull();
    }
    const { items } = await one.engine.list({ tenantId: one.tenantId, to: alice, limit: 100 });
    expect(items).toHaveLength(1);
  });

  test("with continue and one binding: exactly one verification, answered 50 times", async () => {
    const one = await openTestInstance();
    const policy = { ifPending: "continue" } as const;
    const results = await Promise.all(fifty.map(() => one.tryStart({ to: alice, binding: "b", policy })));
    expect(new Set(results.map((result) => result.verification?.id)).size).toBe(1);
    expect(
      countOf(
        results.map((result) => result.outcome),
        "continued",
      ),
    ).toBe(49);
    await one.engine.tick();
    expect(one.codesOn(alice)).toHaveLength(1);
  });

  test("mixed with checks and cancels nothing fails, and every approval is of one verification", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const first = await one.start({ to: alice, policy: freely });
    const code = one.codeOn(alice);
    const work = fifty.flatMap((_, n) => [
      one.tryStart({ to: alice, policy: freely }),
      one.engine.check({ tenantId, id: first.id, code: n % 7 === 3 ? code : wrongCode(code) }),
      one.engine.resend({ tenantId, id: first.id }),
      ...(n > 20 ? [one.engine.cancel({ tenantId, id: first.id })] : []),
    ]);
    const outcomes: string[] = (await Promise.all(work)).map((result) => result.outcome);
    expect(countOf(outcomes, "approved")).toBe(1);
    expect(countOf(outcomes, "canceled")).toBe(0);
    await one.engine.tick();
    expect(one.codesOn(alice).length).toBeLessThanOrEqual(10);
  });
});
