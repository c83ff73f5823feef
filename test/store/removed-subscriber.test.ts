import { afterAll, describe, expect, test } from "vitest";
import type { Instance, InstanceOptions } from "../../src/instance/instance.ts";
import { key, type Store, scanKey, type TableName, tableOrder } from "../../src/store/index.ts";
import { createSoftwareAuthenticator } from "../../src/testing/index.ts";
import { openNode } from "../nodes/nodes.ts";
import { alice, bob, mallory, openTestInstance } from "../support/instance.ts";
import { quickHashes } from "../support/instance-values.ts";
import { startPostgres } from "../support/postgres.ts";

const origin = "https://app.example.com";
const relyingParty = { id: "example.com", name: "Example", origins: [origin] };
const options = { relyingParty, accounts: { changeWaitMs: 0 }, hashCost: quickHashes };
const binding = "browser-1";
const password = "nine rowing margarets";
const mail = "ada@example.com";

const server = await startPostgres();
afterAll(() => server.stop());

type Open = (more?: Pick<InstanceOptions, "watch">) => Promise<Instance>;

const stores: readonly (readonly [string, Open])[] = [
  ["SQLite", (more) => openTestInstance({ ...options, ...more })],
  ["PostgreSQL", async (more) => openNode(await server.database(), { ...options, ...more })],
];

/** The keys of all rows, by table; tables with none are left out. */
async function rowsOf(store: Store): Promise<Partial<Record<TableName, readonly string[]>>> {
  const all: Partial<Record<TableName, readonly string[]>> = {};
  for (const table of tableOrder) {
    const keys = (await store.scan(table, null, 1_000)).map((row) => scanKey(table, row));
    if (keys.length > 0) all[table] = keys;
  }
  return all;
}

/** Enrols a passkey; the approved challenge that lets it be one beside another. */
async function passkeyOf({ accounts }: Instance, of: Of, stepUp?: string) {
  const device = createSoftwareAuthenticator({ origin });
  const asked = await accounts.enrolPasskey({ ...of, binding, stepUp });
  if (asked.outcome !== "enrolled") throw new Error(asked.outcome);
  const authenticatorId = asked.authenticator.id;
  const passkey = device.create(asked.options);
  const confirmed = await accounts.confirmAuthenticator({ ...of, authenticatorId, binding, passkey });
  expect(confirmed.outcome).toBe("confirmed");
  return { device, authenticatorId };
}

interface Of {
  readonly tenantId: string;
  readonly subscriberId: string;
}

async function stepUpWith(
  { accounts }: Instance,
  of: Of,
  device: ReturnType<typeof createSoftwareAuthenticator>,
) {
  const started = await accounts.startChallenge({ ...of, purpose: "manage", binding });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const holder = { tenantId: of.tenantId, id: started.challenge.id, binding };
  const asked = await accounts.askPasskey(holder);
  if (asked.outcome !== "passkeyAsked") throw new Error(asked.outcome);
  const checked = await accounts.checkChallenge({ ...holder, passkey: device.get(asked.options) });
  expect(checked.outcome).toBe("approved");
  return holder.id;
}

/** Ada with two passkeys and an e-mail address that was added with a step-up. */
async function withPasskeys(one: Instance) {
  const { accounts, tenant } = one;
  const tenantId = tenant.id;
  const before = await rowsOf(one.store);
  const created = await accounts.createSubscriber({ tenantId, name: "ada", password });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const of = { tenantId, subscriberId: created.subscriber.id };
  const first = await passkeyOf(one, of);
  const stepUp = await stepUpWith(one, of, first.device);
  const second = await passkeyOf(one, of, stepUp);
  const email = await accounts.enrolEmail({ ...of, address: mail, stepUp });
  if (email.outcome !== "enrolled") throw new Error(email.outcome);
  await one.engine.tick();
  const code = one.sandbox?.phones.messages(mail)[0]?.code ?? "";
  const confirmed = await accounts.confirmAuthenticator({
    ...of,
    authenticatorId: email.authenticator.id,
    code,
  });
  expect(confirmed.outcome).toBe("confirmed");
  return { before, of, stepUp, first, second };
}

/** Somebody with this phone, proved by its code where they know it. */
async function withPhone(one: Instance, name: string, number: string, isProved = true): Promise<Of> {
  const tenantId = one.tenant.id;
  const created = await one.accounts.createSubscriber({ tenantId, name });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const of = { tenantId, subscriberId: created.subscriber.id };
  const phone = await one.accounts.enrolPhone({ ...of, number });
  if (phone.outcome !== "enrolled") throw new Error(phone.outcome);
  await one.engine.tick();
  if (!isProved) return of;
  const code = one.sandbox?.phones.messages(number)[0]?.code ?? "";
  const authenticatorId = phone.authenticator.id;
  const confirmed = await one.accounts.confirmAuthenticator({ ...of, authenticatorId, code });
  expect(confirmed.outcome).toBe("confirmed");
  return of;
}

/** A store from which whoever asks is cut off before the update after this many; and what runs before a removal. */
function cutting(
  store: Store,
  cut: { after: number; beforeRemoval?: (() => Promise<void>) | undefined },
): Store {
  return {
    ...store,
    async update(keys, decide) {
      if (keys[0]?.table === "subscriberName" && keys.length === 2) {
        const meanwhile = cut.beforeRemoval;
        cut.beforeRemoval = undefined;
        await meanwhile?.();
      }
      if (cut.after === 0) throw new Error("cut off");
      cut.after -= 1;
      return await store.update(keys, decide);
    },
  };
}

describe.each(stores)("what somebody leaves behind, on %s", (_name, open) => {
  test("K-2: whoever is removed leaves no row of an account: no name, no passkey's id, no session", async () => {
    const one = await open();
    const { before, of } = await withPasskeys(one);
    for (let n = 0; n < 120; n++) await one.accounts.signIn({ tenantId: of.tenantId, name: "ada", password });
    expect((await rowsOf(one.store)).session?.length).toBeGreaterThan(100);
    expect(await one.accounts.removeSubscriber(of)).toBe(true);
    const after = await rowsOf(one.store);
    const { challenge, recipient, verification, delivery, ...rest } = after;
    expect(rest).toEqual(before);
    // Challenges go with their time, and what was sent to an address is the address's, until it is erased.
    expect(challenge?.length).toBeGreaterThan(0);
    expect([recipient, verification].map((rows) => rows?.length)).toEqual([1, 1]);
    expect(delivery?.length).toBeGreaterThan(0);
    expect((await one.engine.eraseRecipient({ tenantId: of.tenantId, to: mail })).outcome).toBe("erased");
    const { challenge: _theirs, ...erased } = await rowsOf(one.store);
    expect(erased).toEqual(before);
  });

  test("X-2: a passkey that a removal or a reset takes leaves no row of its id, and is free", async () => {
    const one = await open();
    const { of, stepUp, first, second } = await withPasskeys(one);
    const namesOf = async () => (await rowsOf(one.store)).subscriberName?.length;
    expect(await namesOf()).toBe(3);
    const removed = await one.accounts.removeAuthenticator({
      ...of,
      authenticatorId: first.authenticatorId,
      stepUp,
    });
    expect(removed.outcome).toBe("removed");
    expect(await namesOf()).toBe(2);
    const started = await one.accounts.startReset(of);
    expect(started.outcome).toBe("resetStarted");
    await one.engine.tick();
    const text =
      one.sandbox?.phones.messages(mail).find((message) => message.text.includes("csr_"))?.text ?? "";
    const reset = /csr_[\w-]+/.exec(text)?.[0] ?? "none";
    const done = await one.accounts.completeReset({
      tenantId: of.tenantId,
      reset,
      password: "seven quiet lighthouses",
    });
    expect(done.outcome).toBe("resetDone");
    expect(await namesOf()).toBe(1);
    const view = await one.accounts.subscriber(of);
    expect(view?.authenticators.map(({ type }) => type)).toEqual(["email"]);
    expect(second.authenticatorId).toBeDefined();
  });

  test("N-8: who is erased takes along what was sent to all they proved, however often that is cut off, and nobody else's", async () => {
    const cut = {
      after: Number.POSITIVE_INFINITY,
      beforeRemoval: undefined as (() => Promise<void>) | undefined,
    };
    const one = await open({ watch: (store) => cutting(store, cut) });
    const { accounts, engine, store, tenant } = one;
    const tenantId = tenant.id;
    await withPhone(one, "grace", bob);
    const before = await rowsOf(store);
    const of = await withPhone(one, "ada", alice);
    const found = await store.get(key("subscriber", of.subscriberId));
    const [phone] = found?.authenticators ?? [];
    if (found === undefined || phone === undefined) throw new Error("nobody is there");
    // It was guessed at until it was disabled: still theirs.
    const disabled = { ...found, authenticators: [{ ...phone, disabledAt: 1 }] };
    await store.update([key("subscriber", found.id)], () => ({
      writes: [{ table: "subscriber", id: found.id, row: disabled }],
      result: undefined,
    }));
    for (let n = 0; n < 3; n++) {
      expect((await engine.sendMessage({ tenantId, to: alice, text: `your parcel ${n}` })).type).toBe(
        "messageAccepted",
      );
    }
    await accounts.removeSubscriber({ tenantId, name: "nobody", erase: true });
    let cuts = 0;
    for (;;) {
      cut.after = cuts;
      const done = await accounts.removeSubscriber({ ...of, erase: true }).catch(() => null);
      if (done === true) break;
      cuts += 1;
      expect(done).toBeNull();
      expect(await accounts.subscriber(of)).not.toBeNull();
    }
    cut.after = Number.POSITIVE_INFINITY;
    expect(cuts).toBe(3);
    expect(await rowsOf(store)).toEqual(before);
    expect(await accounts.removeSubscriber({ ...of, erase: true })).toBe(false);
  });

  test("N-8: what is sent while somebody is erased goes as well, and a number they never proved keeps its locks", async () => {
    const cut = {
      after: Number.POSITIVE_INFINITY,
      beforeRemoval: undefined as (() => Promise<void>) | undefined,
    };
    const one = await open({ watch: (store) => cutting(store, cut) });
    const { accounts, engine, store, tenant } = one;
    const tenantId = tenant.id;
    await withPhone(one, "mallory", bob, false);
    const shared = await withPhone(one, "grace", alice);
    const before = await rowsOf(store);
    const of = { tenantId, name: "mallory" };
    expect(await accounts.removeSubscriber({ ...of, erase: true })).toBe(true);
    const { subscriber: _theirs, subscriberName: _name, ...sent } = before;
    expect(await rowsOf(store)).toMatchObject(sent);
    const ada = await withPhone(one, "ada", mallory);
    cut.beforeRemoval = async () => {
      expect((await engine.sendMessage({ tenantId, to: mallory, text: "meanwhile" })).type).toBe(
        "messageAccepted",
      );
    };
    expect(await accounts.removeSubscriber({ ...ada, erase: true })).toBe(true);
    expect(cut.beforeRemoval).toBeUndefined();
    expect(await rowsOf(store)).toMatchObject(sent);
    expect((await engine.list({ tenantId, to: alice, limit: 10 })).items).toHaveLength(1);
    // Whoever shares the number keeps it as their authenticator: what is erased is what was sent there.
    expect(await accounts.removeSubscriber({ ...shared, erase: true })).toBe(true);
    expect((await engine.list({ tenantId, to: alice, limit: 10 })).items).toEqual([]);
  });
});
