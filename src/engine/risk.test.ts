import { describe, expect, test } from "vitest";
import { ada, number } from "../../test/support/ada.ts";
import { openTestInstance } from "../../test/support/instance.ts";
import type { NumberRisk, RiskLookup, RiskQuestion } from "../numbers/index.ts";

/** A register that knows of one number what it is told, and what it was asked. */
function register(risks: readonly NumberRisk[], more: Partial<RiskLookup> = {}) {
  const asked: RiskQuestion[] = [];
  const logged: Record<string, unknown>[] = [];
  const write = (fields: Readonly<Record<string, unknown>>): void => void logged.push(fields);
  const lookUp = async (question: RiskQuestion): Promise<readonly NumberRisk[]> => {
    asked.push(question);
    return risks;
  };
  const options = { riskLookup: { lookUp, ...more }, log: { info: write, warn: write, error: write } };
  const decisions = () => logged.filter((one) => "decision" in one);
  return { options, asked, decisions };
}

describe("A-15: what is known of a line is asked before a code goes there", () => {
  test("a SIM that was swapped gets nothing, and the decision is recorded without the number", async () => {
    const { options, asked, decisions } = register(["sim_swapped_24h", "sim_swapped_7d"]);
    const one = await openTestInstance(options);
    const refused = await one.tryStart({ to: number, purpose: "login", subject: "user-7" });
    expect(refused).toMatchObject({ outcome: "numberNotAllowed", reason: "risk_denied", verification: null });
    expect(refused).toMatchObject({ detail: expect.stringContaining("(sim_swapped_24h)") });
    await one.engine.tick();
    expect(one.codesOn(number)).toEqual([]);
    expect(asked).toEqual([{ number, region: "US", channel: "sms", purpose: "login", subject: "user-7" }]);
    expect(decisions()).toEqual([
      {
        number: "+1••••••0123",
        channel: "sms",
        purpose: "login",
        risks: ["sim_swapped_24h", "sim_swapped_7d"],
        decision: "denied",
      },
    ]);
  });

  test("which risks count is the operator's word, and what is let through is recorded, too", async () => {
    const lenient = register(["sim_swapped_7d"]);
    const one = await openTestInstance(lenient.options);
    await one.start({ to: number });
    expect(lenient.decisions()).toMatchObject([{ risks: ["sim_swapped_7d"], decision: "allowed" }]);
    const strict = register(["sim_swapped_7d"], { denied: ["sim_swapped_7d"] });
    const other = await openTestInstance(strict.options);
    expect((await other.tryStart({ to: number, channel: "voice" })).outcome).toBe("numberNotAllowed");
    expect(strict.asked).toMatchObject([{ channel: "voice" }]);
    // Nobody asks about an address that is no telephone's.
    await other.tryStart({ to: "ada@example.com" });
    expect(strict.asked).toHaveLength(1);
  });

  test("where nobody answers, or not in time, the code goes, and that is recorded", async () => {
    const away = register([], { lookUp: () => Promise.reject(new Error("away")) });
    const one = await openTestInstance(away.options);
    await one.start({ to: number });
    const silent = register([], { lookUp: () => new Promise(() => {}) });
    const other = await openTestInstance(silent.options);
    const starting = other.tryStart({ to: number });
    await other.clock.advance(2_000);
    expect((await starting).outcome).toBe("started");
    for (const { decisions } of [away, silent]) {
      expect(decisions()).toMatchObject([{ risks: null, decision: "unanswered" }]);
    }
  });

  test("a challenge then asks for another authenticator: the phone is refused, the app is not", async () => {
    const { options } = register(["ported_24h"]);
    const all = await ada();
    const { accounts, of, tenantId, one, app, phone, appCode } = all;
    Object.assign(one.parts, options);
    const started = await accounts.startChallenge({ ...of, purpose: "login", passwordChecked: true });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const on = { tenantId, id: started.challenge.id };
    const sent = await accounts.sendChallenge({ ...on, authenticatorId: phone });
    expect(sent).toMatchObject({ outcome: "numberNotAllowed", reason: "risk_denied" });
    const checked = await accounts.checkChallenge({ ...on, authenticatorId: app, code: appCode() });
    expect(checked).toMatchObject({ outcome: "approved", assurance: { restricted: false } });
  });
});
