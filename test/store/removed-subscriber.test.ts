import { afterAll, describe, expect, test } from "vitest";
import type { Instance } from "../../src/instance/instance.ts";
import { type Store, scanKey, type TableName, tableOrder } from "../../src/store/index.ts";
import { createSoftwareAuthenticator } from "../../src/testing/index.ts";
import { openNode } from "../nodes/nodes.ts";
import { openTestInstance } from "../support/instance.ts";
import { quickHashes } from "../support/instance-values.ts";
import { startPostgres } from "../support/postgres.ts";

const origin = "https://app.example.com";
const relyingParty = { id: "example.com", name: "Example", origins: [origin] };
const options = { relyingParty, accounts: { changeWaitMs: 0 }, hashCost: quickHashes };
const binding = "browser-1";
const password = "nine rowing margarets";
const mail = "ada@example.com";

const server = await startPostgres();
afterAll(() => server.stop(), 60_000);

const stores: readonly (readonly [string, () => Promise<Instance>])[] = [
  ["SQLite", () => openTestInstance(options)],
  ["PostgreSQL", async () => openNode(await server.database(), options)],
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
});
