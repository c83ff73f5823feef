import { expect, test } from "vitest";
import { openTestInstance, wrongCode } from "../../../test/support/instance.ts";
import { open } from "../../secrets/index.ts";
import { type Key, key, type Rows, type Store, type UpdateDecision, type Write } from "../../store/index.ts";
import { addressContext } from "../address.ts";

const number = "+14155550123";
const minute = 60_000;

/** The real store, with what it was asked to write, and a disk that fails on demand. */
function watched(store: Store, seen: Write["table"][][], disk: { fails: boolean }): Store {
  return {
    ...store,
    update<R>(keys: readonly Key[], decide: (rows: Rows, now: number) => UpdateDecision<R>): Promise<R> {
      return store.update<R>(keys, (rows, now) => {
        const decision = decide(rows, now);
        if (!("writes" in decision)) return decision;
        const tables = decision.writes.map(({ table }) => table);
        if (disk.fails && tables.includes("challenge")) throw new Error("the disk is full");
        if (tables.includes("challenge") || tables.includes("verification")) seen.push(tables);
        return decision;
      });
    },
  };
}

/** Somebody with a phone, and a challenge that waits. */
async function challenged() {
  const seen: Write["table"][][] = [];
  const disk = { fails: false };
  const one = await openTestInstance({ watch: (store) => watched(store, seen, disk) });
  const { accounts, tenantId } = one;
  const created = await accounts.createSubscriber({ tenantId, name: "ada" });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const subscriberId = created.subscriber.id;
  const enrolled = await accounts.enrolPhone({ tenantId, subscriberId, number });
  if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
  await one.engine.tick();
  const authenticatorId = enrolled.authenticator.id;
  const confirm = { tenantId, subscriberId, authenticatorId, code: one.codeOn(number) };
  expect((await accounts.confirmAuthenticator(confirm)).outcome).toBe("confirmed");
  await one.clock.advance(5 * minute);
  const started = await accounts.startChallenge({ tenantId, subscriberId, binding: "b" });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const on = { tenantId, id: started.challenge.id, binding: "b" };
  seen.length = 0;
  return { one, accounts, on, seen, disk };
}

test("a text and its challenge are one commit when it is sent, and one when its code is checked", async () => {
  const { one, accounts, on, seen } = await challenged();
  expect((await accounts.sendChallenge(on)).outcome).toBe("sent");
  expect(seen).toEqual([["recipient", "verification", "delivery", "challenge"]]);
  await one.engine.tick();
  seen.length = 0;
  const code = one.codeOn(number);
  expect((await accounts.checkChallenge({ ...on, code: wrongCode(code) })).outcome).toBe("codeMismatch");
  expect((await accounts.checkChallenge({ ...on, code })).outcome).toBe("approved");
  expect(seen).toEqual([
    ["recipient", "verification", "subscriber"],
    ["recipient", "verification", "subscriber", "challenge"],
  ]);
});

test("a challenge that is started with its code is one commit", async () => {
  const { one, accounts, on, seen } = await challenged();
  const { tenantId, binding } = on;
  const started = await accounts.startChallenge({ tenantId, name: "ada", binding, send: true });
  expect(started).toMatchObject({ outcome: "challengeStarted", verification: { status: "pending" } });
  expect(seen).toEqual([["recipient", "verification", "delivery", "challenge"]]);
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  await one.engine.tick();
  seen.length = 0;
  const { id } = started.challenge;
  const code = one.codeOn(number);
  expect((await accounts.checkChallenge({ tenantId, id, binding, code })).outcome).toBe("approved");
  expect(seen).toEqual([["recipient", "verification", "subscriber", "challenge"]]);
});

test("K-3: whoever gets the codes of a phone is known from its first challenge on, and outlives the erasure of their row", async () => {
  const { one, accounts, on } = await challenged();
  const { tenantId, binding } = on;
  const { store, tenant } = one;
  const row = async () => {
    const subscriber = await accounts.subscriber({ tenantId, name: "ada" });
    const found = await store.get(key("subscriber", subscriber?.id ?? ""));
    const [phone] = found?.authenticators ?? [];
    return phone?.type === "phone" ? (phone.recipient ?? null) : undefined;
  };
  const signIn = async () => {
    const started = await accounts.startChallenge({ tenantId, name: "ada", binding, send: true });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    await one.engine.tick();
    const { id } = started.challenge;
    const checked = await accounts.checkChallenge({ tenantId, id, binding, code: one.codeOn(number) });
    expect(checked.outcome).toBe("approved");
    await one.clock.advance(5 * minute);
    return started.verification?.id ?? "";
  };
  expect(await row()).toBeNull();
  const first = await store.get(key("verification", await signIn()));
  const known = await row();
  const recipient = await store.get(key("recipient", first?.recipientId ?? ""));
  expect(known).toEqual({ id: recipient?.id, sealedAddress: recipient?.sealedAddress });
  // What it is sealed to is that row: it opens nowhere else.
  const context = addressContext(known?.id ?? "", tenant.id);
  expect(open(one.parts.keyring, context, known?.sealedAddress ?? "")).toBe(number);
  expect(() => open(one.parts.keyring, { ...context, row: "another" }, known?.sealedAddress ?? "")).toThrow();
  const texts = one.codesOn(number).length;
  await signIn();
  await one.engine.eraseRecipient({ tenantId, to: number });
  expect(await store.get(key("recipient", known?.id ?? ""))).toBeUndefined();
  const last = await store.get(key("verification", await signIn()));
  expect(one.codesOn(number)).toHaveLength(texts + 2);
  expect(last?.recipientId).toBe(known?.id);
  expect(await row()).toEqual(known);
});

test("D-1: where the challenge cannot be written, its code is not sent either", async () => {
  const { one, accounts, on, disk } = await challenged();
  const { tenantId, binding } = on;
  const { phones } = one.sandbox as NonNullable<typeof one.sandbox>;
  const texts = phones.messages(number).length;
  const start = () => accounts.startChallenge({ tenantId, name: "ada", binding, send: true });
  disk.fails = true;
  await expect(start()).rejects.toThrow("the disk is full");
  await one.engine.tick();
  expect(phones.messages(number)).toHaveLength(texts);
  disk.fails = false;
  // Nothing was counted of it: the very next one is sent.
  expect((await start()).outcome).toBe("challengeStarted");
  await one.engine.tick();
  expect(phones.messages(number)).toHaveLength(texts + 1);
});

test("A-9: where the challenge cannot be written, the code is not used up, nor a text sent", async () => {
  const { one, accounts, on, disk } = await challenged();
  const { phones } = one.sandbox as NonNullable<typeof one.sandbox>;
  const texts = phones.messages(number).length;
  disk.fails = true;
  await expect(accounts.sendChallenge(on)).rejects.toThrow("the disk is full");
  await one.engine.tick();
  expect(phones.messages(number)).toHaveLength(texts);
  disk.fails = false;
  expect((await accounts.sendChallenge(on)).outcome).toBe("sent");
  await one.engine.tick();
  const code = one.codeOn(number);
  disk.fails = true;
  await expect(accounts.checkChallenge({ ...on, code })).rejects.toThrow("the disk is full");
  disk.fails = false;
  expect((await accounts.checkChallenge({ ...on, code })).outcome).toBe("approved");
});

test("W-4: a check that is repeated with its Idempotency-Key is answered as the first time", async () => {
  const { one, accounts, on } = await challenged();
  const idempotency = { id: "one-key", fingerprint: "one-body" };
  const { tenantId } = on;
  const send = () =>
    accounts.once({ tenantId, idempotency: { ...idempotency, id: "send" } }, (verbs) =>
      verbs.sendChallenge(on),
    );
  expect(await send()).toMatchObject({ replayed: false, result: { outcome: "sent" } });
  expect(await send()).toMatchObject({ replayed: true, result: { outcome: "sent" } });
  await one.engine.tick();
  expect(one.codesOn(number)).toHaveLength(2);
  const code = one.codeOn(number);
  const check = () =>
    accounts.once({ tenantId, idempotency }, (verbs) => verbs.checkChallenge({ ...on, code }));
  const [first, second] = await Promise.all([check(), check()]);
  expect([first, second]).toMatchObject([
    { result: { outcome: "approved" } },
    { result: { outcome: "approved" } },
  ]);
  expect([first, second].map((one) => "replayed" in one && one.replayed).sort()).toEqual([false, true]);
});
