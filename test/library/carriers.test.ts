import { describe, expect, test } from "vitest";
import { scriptedProvider } from "../support/scripted-provider.ts";
import { open, to } from "./open.ts";

describe("a carrier of the application's own", () => {
  test("F-2: it sends to the countries that are named and to no other, and there are no virtual phones", async () => {
    const acme = scriptedProvider("acme");
    const { countersign } = await open({ providers: [acme], countries: ["US"], moneyPerDay: 50 });
    expect(countersign.phones).toBeNull();
    const started = await countersign.start({ to });
    expect(started.outcome).toBe("started");
    await countersign.tick();
    expect(acme.received).toHaveLength(1);
    const code = acme.received[0]?.code ?? "";
    const id = started.verification?.id ?? "";
    expect((await countersign.check({ id, to, code })).outcome).toBe("approved");
    const elsewhere = await countersign.start({ to: "+4915123456789" });
    expect(elsewhere).toMatchObject({ outcome: "numberNotAllowed", verification: null });
  });

  test("F-9: beyond the money of a day nothing is sent, and the start says so", async () => {
    const acme = scriptedProvider("acme");
    const given = { providers: [acme], countries: ["US"], prices: { "US/sms": 0.05, "US/voice": 0.05 } };
    // A tenth of it is kept for numbers that were verified before.
    const { countersign } = await open({ ...given, moneyPerDay: 0.12 });
    const outcomes: string[] = [];
    for (const last of ["20", "31", "42"]) {
      const { outcome } = await countersign.start({ to: `+14155550${last}1`, channel: "sms" });
      outcomes.push(outcome);
      await countersign.tick();
    }
    expect(outcomes).toEqual(["started", "started", "sendLimitReached"]);
    expect(acme.received).toHaveLength(2);
  });
});
