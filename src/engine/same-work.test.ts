import { describe, expect, test } from "vitest";
import { alice, bob, openTestInstance, type TestInstance, wrongCode } from "../../test/support/instance.ts";
import { createDirectory } from "../tenants/directory.ts";
import type { CheckRequest, Engine } from "./index.ts";
import { createEngine } from "./index.ts";

interface Counted {
  readonly one: TestInstance;
  readonly engine: Engine;
  /** The keys that a piece of work asked for, by purpose: every hash begins with one. */
  keysOf(work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>>;
}

async function open(): Promise<Counted> {
  const one = await openTestInstance();
  let asked: string[] = [];
  const { keyring } = one.parts;
  const counting = {
    ...keyring,
    key(purpose: Parameters<typeof keyring.key>[0], id?: string) {
      asked.push(purpose);
      return keyring.key(purpose, id);
    },
  };
  const directory = createDirectory(one.store, one.clock);
  const engine = createEngine({ ...one.parts, keyring: counting, directory }, "counted");
  return {
    one,
    engine,
    async keysOf(work) {
      asked = [];
      await work();
      const counts: Record<string, number> = {};
      // What the answer shows is opened after the decision; its address is the caller's own.
      for (const purpose of asked) if (purpose !== "sealing") counts[purpose] = (counts[purpose] ?? 0) + 1;
      return counts;
    },
  };
}

const unknownId = "0199f000-0000-7000-8000-000000000000";

describe("C-19, M-12: every check does the same work, whatever its answer", () => {
  test.each<[string, Partial<CheckRequest>]>([
    ["the code alone", {}],
    ["with recipient and subject", { to: alice, subject: "user-1" }],
    ["with another recipient", { to: bob, subject: "user-1" }],
    ["with a recipient that is no number", { to: "nobody" }],
    ["with a binding", { binding: "browser-1" }],
    ["with a payment", { amount: { currency: "EUR", value: "1.00" }, payee: "Shop" }],
  ])("%s", async (_, extra) => {
    const { one, engine, keysOf } = await open();
    const { tenantId } = one;
    const subject = "user-1";
    const { id } = await one.start({ to: alice, subject });
    const right = one.codeOn(alice);
    const { id: canceled } = await one.start({ to: bob, subject });
    await one.engine.cancel({ tenantId, id: canceled });
    const submit = (id_: string, code: string) =>
      keysOf(() => engine.check({ tenantId, ...extra, id: id_, code }));

    const wrong = await submit(id, wrongCode(right));
    expect(wrong).toMatchObject({ code: 1, compare: 1 });
    expect(await submit(id, "12ab"), "malformed").toEqual(wrong);
    expect(await submit(unknownId, right), "unknown").toEqual(wrong);
    expect(await submit(canceled, one.codeOn(bob)), "settled").toEqual(wrong);
    const foreign = () => engine.check({ tenantId: "another-tenant", ...extra, id, code: right });
    expect(await keysOf(foreign), "another tenant's").toEqual(wrong);
    // Where the code is right and something beside it is not, time must not tell that the code was right (S-5).
    expect(await submit(id, right), "right").toEqual(wrong);
    one.clock.jumpTo(one.clock.now() + 3_600_000);
    expect(await submit(id, right), "expired").toEqual(wrong);
  });
});

describe("S-5, A-10: a wrong element, whichever it is, gets the answer of a wrong code", () => {
  const amount = { currency: "EUR", value: "10.00" };
  const bound = { to: alice, subject: "user-1", amount, payee: "Shop" };

  test.each<[string, Partial<CheckRequest>]>([
    ["code", {}],
    ["recipient", { to: bob }],
    ["subject", { subject: "user-2" }],
    ["amount", { amount: { currency: "EUR", value: "10.01" } }],
    ["currency", { amount: { currency: "USD", value: "10.00" } }],
    ["a comma in the amount", { amount: { currency: "EUR", value: "10,00" } }],
    ["payee", { payee: "Shops" }],
    ["no amount", { amount: undefined }],
    ["no payment", { amount: undefined, payee: undefined }],
  ])("%s", async (name, change) => {
    const one = await openTestInstance();
    const { id } = await one.start(bound);
    const right = one.codeOn(alice);
    const code = name === "code" ? wrongCode(right) : right;
    const { tenantId } = one;
    const { verification, ...refused } = await one.engine.check({ tenantId, id, ...bound, ...change, code });
    expect(refused).toEqual({ outcome: "codeMismatch", checksLeft: 4, replayed: false });
    expect(verification?.status).toBe("pending");
    const approved = await one.engine.check({ tenantId, id, ...bound, code: right });
    expect(approved).toMatchObject({ outcome: "approved", verification: { to: alice, subject: "user-1" } });
  });
});
