import { describe, expect, test } from "vitest";
import type { CountersignEvent } from "../../src/index.ts";
import { instanceOf } from "../../src/library/countersign.ts";
import { key } from "../../src/store/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { breakSeals } from "../support/broken-seals.ts";
import { begin, open, to, wrong } from "./open.ts";

describe("the events of the library", () => {
  test("tell of an approval once, with the verification, before the check has resolved", async () => {
    const { countersign } = await open();
    const { id, code } = await begin(countersign);
    const heard: string[] = [];
    countersign.on("approved", ({ verification }) => void heard.push(`approved ${verification.to}`));
    countersign.on("settled", ({ verification }) => void heard.push(`settled ${verification.status}`));
    await countersign.check({ id, to, code: wrong(code) });
    expect(heard).toEqual([]);
    const result = await countersign.check({ id, to, code });
    expect(result.outcome).toBe("approved");
    expect(heard).toEqual([`approved ${to}`, "settled approved"]);
    await countersign.check({ id, to, code });
    expect(heard).toHaveLength(2);
  });

  test("K-3: an approval whose number cannot be read is answered and told, without it", async () => {
    const { countersign } = await open();
    const { id, code } = await begin(countersign);
    const { store } = instanceOf(countersign);
    const row = await store.get(key("verification", id));
    await breakSeals(store, "recipient", row?.recipientId ?? "");
    const heard: (string | null)[] = [];
    countersign.on("approved", ({ verification }) => void heard.push(verification.to));
    const result = await countersign.check({ id, to, code });
    expect(result).toMatchObject({ outcome: "approved", verification: { to: null } });
    expect(heard).toEqual([null]);
    expect(await countersign.get({ id })).toMatchObject({ to: null, status: "approved" });
  });

  test("tell of every end, also of those that nobody asked for", async () => {
    const { countersign, clock } = await open();
    const ends: string[] = [];
    countersign.on(
      "settled",
      ({ verification }) => void ends.push(`${verification.to} ${verification.status}`),
    );
    const canceled = await begin(countersign, { to: "+14155550101" });
    await countersign.cancel({ id: canceled.id });
    const exhausted = await begin(countersign, { to: "+14155550102" });
    for (let n = 0; n < 5; n++) {
      await countersign.check({ id: exhausted.id, to: "+14155550102", code: wrong(exhausted.code) });
    }
    await begin(countersign, { to: "+14155550103" });
    await clock.suspend(600_000);
    await countersign.tick();
    expect(ends).toEqual(["+14155550101 canceled", "+14155550102 exhausted", "+14155550103 expired"]);
  });

  test("follow a message through its states, without the provider's ids", async () => {
    const { countersign } = await open();
    const states: string[] = [];
    countersign.on("delivery", ({ delivery }) => {
      states.push(delivery.state);
      expect(delivery).not.toHaveProperty("leaseOwner");
      expect(JSON.stringify(delivery)).not.toContain("providerMessageId");
    });
    await begin(countersign);
    expect(states).toEqual(["sending", "accepted"]);
  });

  test("a listener that throws disturbs neither the check nor the other listeners, and is logged", async () => {
    const logged: unknown[] = [];
    const log = { info() {}, warn() {}, error: (fields: unknown) => void logged.push(fields) };
    const { countersign } = await open({ log, clock: createFakeClock() });
    const { id, code } = await begin(countersign);
    countersign.on("approved", () => {
      throw new RangeError("mine");
    });
    countersign.on("approved", () => Promise.reject(new RangeError("mine too")));
    let heard = 0;
    const stop = countersign.on("approved", () => {
      heard += 1;
    });
    expect((await countersign.check({ id, to, code })).outcome).toBe("approved");
    await countersign.tick();
    expect(heard).toBe(1);
    expect(logged).toEqual([
      { event: "listener", listener: "approved", error: "RangeError" },
      { event: "listener", listener: "approved", error: "RangeError" },
    ]);
    stop();
    const second = await begin(countersign, { to: "+14155550177" });
    await countersign.check({ ...second, to: "+14155550177" });
    expect(heard).toBe(1);
  });

  test("tell once of an account that was taken back, after the commit, with the id and nothing else", async () => {
    const { countersign } = await open();
    const { subscribers } = countersign;
    const name = "ada";
    const password = "nine rowing margarets";
    const heard: unknown[] = [];
    for (const event of ["disputed", "recovered", "reset"] as const) {
      countersign.on(event, (said) => void heard.push([event, said]));
    }
    const created = await subscribers.create({ name, password });
    if (created.outcome !== "created") throw new Error(created.outcome);
    const subscriberId = created.subscriber.id;
    const made = await subscribers.makeRecoveryCodes({ subscriberId });
    if (made.outcome !== "enrolled") throw new Error(made.outcome);
    const { recovery } = await countersign.recoveries.start({ name });
    const code = made.codes[0] ?? "";
    await countersign.recoveries.check({ recovery, method: "recoveryCode", code });
    await countersign.recoveries.check({ recovery, method: "password", code: password });
    expect(heard).toEqual([]);
    const done = await countersign.recoveries.complete({ recovery, password: "seven quiet lighthouses" });
    expect(done.outcome).toBe("recovered");
    expect(heard).toEqual([["recovered", { subscriberId }]]);
  });

  test("a name that is none is an error that lists those there are", async () => {
    const { countersign } = await open();
    const misspelled = "aproved" as CountersignEvent;
    expect(() => countersign.on(misspelled, () => {})).toThrow(
      "there are approved, settled, delivery, disputed",
    );
    expect(() => countersign.on("approved", undefined as never)).toThrow("must be a function");
  });
});
