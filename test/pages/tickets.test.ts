import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RedeemResult } from "../../src/engine/index.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { openTwo, pick } from "../nodes/nodes.ts";
import { openTestInstance, type TestInstance } from "../support/instance.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const number = "+14155550123";
const binding = "page:a-browser";

/** A verification that was approved just now, and its ticket. */
async function approvedOn(one: TestInstance): Promise<{ id: string; ticket: string }> {
  const { id } = await one.start({ to: number, binding, purpose: "login", subject: "user-1" });
  await one.engine.check({ tenantId: one.tenantId, id, binding, code: one.codeOn(number) });
  const ticket = await one.engine.issueTicket({ tenantId: one.tenantId, id, binding });
  if (ticket === null) throw new Error("no ticket");
  return { id, ticket };
}

const outcomesOf = (results: readonly RedeemResult[]): string[] => results.map((one) => one.outcome).sort();

describe("a ticket", () => {
  test("M-10, C-14: tells verification, purpose, subject and number", async () => {
    const one = await openTestInstance();
    const { id, ticket } = await approvedOn(one);
    expect(await one.engine.redeemTicket({ tenantId: one.tenantId, ticket })).toMatchObject({
      outcome: "redeemed",
      verification: { id, purpose: "login", subject: "user-1", to: number, settledAt: one.clock.now() },
    });
  });

  test("W-14: of 200 redemptions at once, one succeeds", async () => {
    const one = await openTestInstance();
    const { ticket } = await approvedOn(one);
    const redeem = (): Promise<RedeemResult> => one.engine.redeemTicket({ tenantId: one.tenantId, ticket });
    const outcomes = outcomesOf(await Promise.all(Array.from({ length: 200 }, redeem)));
    expect(outcomes).toEqual(["redeemed", ...Array.from({ length: 199 }, () => "ticketInvalid")].sort());
  });

  test("W-14: works until a minute after the approval, and is not given out later either", async () => {
    const one = await openTestInstance();
    const { id, ticket } = await approvedOn(one);
    await one.clock.suspend(59_999);
    expect(await one.engine.issueTicket({ tenantId: one.tenantId, id, binding })).toBe(ticket);
    await one.clock.advance(1);
    expect(await one.engine.issueTicket({ tenantId: one.tenantId, id, binding })).toBeNull();
    expect((await one.engine.redeemTicket({ tenantId: one.tenantId, ticket })).outcome).toBe("ticketInvalid");
  });

  test("is only for whoever repeats the binding, and only after a right code", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const pending = await one.start({ to: number, binding });
    expect(await one.engine.issueTicket({ tenantId, id: pending.id, binding })).toBeNull();
    await one.engine.settle({ tenantId, id: pending.id, binding, status: "approved" });
    expect(await one.engine.issueTicket({ tenantId, id: pending.id, binding })).toBeNull();
    await one.clock.suspend(60_000);
    const { id } = await approvedOn(one);
    expect(await one.engine.issueTicket({ tenantId, id })).toBeNull();
    expect(await one.engine.issueTicket({ tenantId, id, binding: "page:another" })).toBeNull();
  });

  test("W-2: another tenant's, a changed one, and what is none have one answer", async () => {
    const one = await openTestInstance();
    const { ticket } = await approvedOn(one);
    const changed = [...ticket]
      .map((letter, at) => (at === 40 ? (letter === "A" ? "B" : "A") : letter))
      .join("");
    for (const [tenantId, given] of [
      ["another tenant", ticket],
      [one.tenantId, changed],
      [one.tenantId, ticket.slice(1)],
      [one.tenantId, ""],
      [one.tenantId, `${ticket}=`],
    ] as const) {
      expect(await one.engine.redeemTicket({ tenantId, ticket: given })).toEqual({
        outcome: "ticketInvalid",
      });
    }
    expect((await one.engine.redeemTicket({ tenantId: one.tenantId, ticket })).outcome).toBe("redeemed");
  });

  test("stays redeemed through a restart", async () => {
    const first = await openTestInstance();
    const { ticket } = await approvedOn(first);
    await first.engine.redeemTicket({ tenantId: first.tenantId, ticket });
    await first.close();
    const second = await openTestInstance({ folder: first.folder, clock: first.clock });
    expect((await second.engine.redeemTicket({ tenantId: second.tenantId, ticket })).outcome).toBe(
      "ticketInvalid",
    );
  });

  test("W-4: the same request again, by its Idempotency-Key, has the same answer", async () => {
    const one = await openTestInstance();
    const { ticket } = await approvedOn(one);
    const idempotency = { id: "request-1", fingerprint: "body-1" };
    const redeem = { tenantId: one.tenantId, ticket, idempotency };
    expect(await one.engine.redeemTicket(redeem)).toMatchObject({ outcome: "redeemed", replayed: false });
    expect(await one.engine.redeemTicket(redeem)).toMatchObject({ outcome: "redeemed", replayed: true });
    const other = { ...redeem, idempotency: { ...idempotency, fingerprint: "body-2" } };
    expect((await one.engine.redeemTicket(other)).outcome).toBe("idempotencyKeyReused");
    const another = { ...redeem, idempotency: { id: "request-2", fingerprint: "body-1" } };
    expect((await one.engine.redeemTicket(another)).outcome).toBe("ticketInvalid");
  });
});

describe("on PostgreSQL, with two nodes", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  async function nodes(): Promise<readonly [Instance, Instance]> {
    const url = await postgres.database();
    return await openTwo(url);
  }

  test("W-14: of 200 redemptions at once, one succeeds on one of them", async () => {
    const two = await nodes();
    const [node] = two;
    const tenantId = node.tenant.id;
    const started = await node.engine.start({ tenantId, to: number, binding });
    const id = started.verification?.id ?? "";
    await node.engine.tick();
    const code = String(node.sandbox?.phones.messages(number)[0]?.code);
    await node.engine.check({ tenantId, id, binding, code });
    const ticket = (await pick(two, 1).engine.issueTicket({ tenantId, id, binding })) ?? "";
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) => pick(two, index).engine.redeemTicket({ tenantId, ticket })),
    );
    expect(outcomesOf(results).filter((one) => one === "redeemed")).toHaveLength(1);
  });

  test("F-10: of 50 uses of one proof on two nodes, one succeeds", async () => {
    const two = await nodes();
    const uses = await Promise.all(
      Array.from({ length: 50 }, (_, index) => pick(two, index).engine.useOnce("proof", "one", "")),
    );
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await pick(two, 1).engine.useOnce("link", "one", "browser")).toBe(true);
    expect(await pick(two, 0).engine.useOnce("link", "one", "browser")).toBe(true);
    expect(await pick(two, 0).engine.useOnce("link", "one", "another")).toBe(false);
  });
});
