import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PhoneNumber, parsePhoneNumber } from "../numbers/index.ts";
import {
  added,
  counted,
  defaultVelocity,
  type GuardReadings,
  type GuardRequest,
  guardConfiguration,
  judge,
  opensAt,
  type Tally,
  windowMs,
} from "./index.ts";

function numberOf(text: string): PhoneNumber {
  const parsed = parsePhoneNumber(text);
  if (parsed.type !== "parsed") throw new TypeError("a number for tests must be one");
  return parsed.phoneNumber;
}

const now = 1_800_000_000_000;
const configuration = guardConfiguration({ numbers: { countries: ["DE"] }, moneyPerDay: 1_000_000 });
const quiet: GuardReadings = { velocity: [], money: "general" };
const facts = { isProven: false, hadText: false, calledAt: [] };
const request: GuardRequest = {
  phoneNumber: numberOf("+4915112104567"),
  channel: "sms",
  segments: 1,
  surface: "key",
  hasProof: false,
  recipient: facts,
};

describe("calls", () => {
  for (const surface of ["anonymous", "key"] as const)
    for (const isProven of [false, true])
      for (const hadText of [false, true])
        for (let calls = 1; calls <= 7; calls += 1) {
          const isStrict = surface === "anonymous" || !isProven;
          const allowed = isStrict ? hadText && calls <= 2 : calls <= 6;
          const who = `${isProven ? "proven" : "unproven"}, ${hadText ? "after" : "without"} a text`;
          test(`F-11: call ${calls} of a day, ${surface}, ${who}: ${allowed ? "allowed" : "denied"}`, () => {
            const calledAt = Array.from({ length: calls - 1 }, (_, index) => now - index - 1).reverse();
            const recipient = { isProven, hadText, calledAt };
            const decision = judge(
              { ...request, surface, channel: "voice", recipient },
              quiet,
              configuration,
              now,
            );
            expect(decision.verdict).toBe(allowed ? "allow" : "deny");
          });
        }
});

describe("the order of the rules", () => {
  test("the first rule that is not content decides, and all reasons are kept", () => {
    const velocity = [
      {
        limit: { counter: "region", window: "1h", max: 50 },
        count: { sends: 90, approved: 0, opensAt: now },
      },
    ] as const;
    const channel = "voice";
    const decision = judge({ ...request, channel }, { velocity, money: "none" }, configuration, now);
    expect(decision.reasons.map((one) => one.rule)).toEqual(["voice", "region", "money"]);
    expect(decision.verdict).toBe("deny");
  });

  test("F-2: a country that is not named is denied, and so is a dear one that is not named by itself", () => {
    const elsewhere = { ...request, phoneNumber: numberOf("+33612345678") };
    expect(judge(elsewhere, quiet, configuration, now).reasons[0]?.reason).toBe("number_denied");
    const dear = { ...configuration, numbers: { countries: "all" as const }, priceMax: 50_000 };
    expect(judge(elsewhere, quiet, dear, now).reasons[0]?.reason).toBe("price_above_limit");
    const named = { ...dear, numbers: { countries: ["FR"] } };
    expect(judge(elsewhere, quiet, named, now).verdict).toBe("allow");
  });

  test("F-5: an anonymous address may start once in an hour, and five times with proof of work", () => {
    const limit = { counter: "address", window: "1h", max: 5 } as const;
    const verdicts = (hasProof: boolean): string[] =>
      [0, 1, 4, 5].map((sends) => {
        const velocity = [{ limit, count: { sends, approved: 0, opensAt: now } }];
        const asked = { ...request, surface: "anonymous" as const, hasProof };
        return judge(asked, { velocity, money: "general" }, configuration, now).verdict;
      });
    expect(verdicts(false)).toEqual(["allow", "challenge", "challenge", "deny"]);
    expect(verdicts(true)).toEqual(["allow", "allow", "allow", "deny"]);
  });

  test("F-13: what cannot be read is closed for unknown numbers and open for those verified before", () => {
    const velocity = defaultVelocity.slice(4).map((limit) => ({ limit, count: null }));
    const verdict = (isProven: boolean): string =>
      judge({ ...request, recipient: { ...facts, isProven } }, { velocity, money: null }, configuration, now)
        .verdict;
    expect(verdict(false)).toBe("deny");
    expect(verdict(true)).toBe("allow");
  });
});

describe("properties", () => {
  const count = fc.record({ sends: fc.nat(500), approved: fc.nat(500), opensAt: fc.constant(now) });
  const traffic = fc
    .tuple(...defaultVelocity.slice(4).map(() => count))
    .map((counts) => counts.map((one, index) => ({ limit: defaultVelocity[index + 4]!, count: one })));
  const money = fc.constantFrom("general", "reserve", "none", null);

  test("F-6: more sends never open what fewer had closed, and more approvals never close", () => {
    fc.assert(
      fc.property(traffic, fc.nat(100), fc.nat(100), (velocity, sends, approved) => {
        const verdict = (more: number, back: number): string => {
          const moved = velocity.map(({ limit, count: one }) => ({
            limit,
            count: { ...one, sends: one.sends + more, approved: one.approved + back },
          }));
          return judge(request, { velocity: moved, money: "general" }, configuration, now).verdict;
        };
        if (verdict(0, 0) === "deny") expect(verdict(sends, 0)).toBe("deny");
        if (verdict(0, 0) === "allow") expect(verdict(0, approved)).toBe("allow");
      }),
    );
  });

  test("F-9, F-13: a number verified before is stopped by traffic and money only where nothing is left", () => {
    fc.assert(
      fc.property(traffic, money, (velocity, pool) => {
        const proven = { ...request, recipient: { ...facts, isProven: true } };
        const decision = judge(proven, { velocity, money: pool }, configuration, now);
        expect(decision.verdict).toBe(pool === "none" ? "deny" : "allow");
      }),
    );
  });

  test("F-6: a window never counts too few, and forgets all of it a window and a slice later", () => {
    const hour = windowMs["1h"];
    fc.assert(
      fc.property(fc.array(fc.nat(3 * hour), { maxLength: 60 }), (offsets) => {
        const times = offsets.sort((one, other) => one - other).map((offset) => now + offset);
        let tally: Tally | undefined;
        for (const [index, at] of times.entries()) {
          tally = added(tally, "1h", at, 1);
          const exact = times.slice(0, index + 1).filter((one) => one > at - hour).length;
          expect(counted(tally, "1h", at)).toBeGreaterThanOrEqual(exact);
          expect(opensAt(tally, "1h", at)).toBeGreaterThan(at);
        }
        const end = (times.at(-1) ?? now) + (hour * 7) / 6;
        expect(counted(tally, "1h", end)).toBe(0);
      }),
    );
  });
});
