import { describe, expect, test } from "vitest";
import { openSharedInstance, openTestInstance, type TestInstance } from "../../../test/support/instance.ts";
import { testSecret } from "../../../test/support/instance-values.ts";
import { codeOfApp } from "../../../test/support/totp-code.ts";
import type { InstanceOptions } from "../../instance/instance.ts";
import { Secret } from "../../secrets/index.ts";
import { key } from "../../store/index.ts";
import { rotationId, useDataKeys } from "../../tenants/index.ts";
import { newRotation, type RotationRequest, stepRotation } from "./rotation.ts";
import { type SecretsStatus, secretsStatus } from "./status.ts";

const young = new Secret("eTlVazFzRkd3cDR0QnZRem1Oa0xqSGdGZFNhUXdFcg");
const minute = 60_000;
const rowKey = key("rotation", rotationId);
const all: RotationRequest = { tenantId: null, replacesDataKeys: true };

async function begin(one: TestInstance, request = all): Promise<boolean> {
  await useDataKeys(one.store);
  return await one.store.update<boolean>([rowKey], (rows, now) => {
    const row = newRotation(rows, one.parts, request, now);
    const writes = row === null ? [] : [{ table: "rotation", id: rotationId, row } as const];
    return { writes, result: row !== null };
  });
}

/** Works until nothing is left to do, over the time that requests get. */
async function workOff(one: TestInstance, worker = "w"): Promise<void> {
  for (let steps = 0; steps < 200; steps++) {
    const { type } = await stepRotation(one.parts, worker);
    if (type === "idle") return;
    if (type === "waiting") await one.clock.advance(minute);
  }
  throw new Error("the rotation does not end");
}

async function enrol(one: TestInstance, name: string) {
  const { accounts, tenantId, clock } = one;
  const created = await accounts.createSubscriber({ tenantId, name, password: "nine rowing margarets" });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const subscriberId = created.subscriber.id;
  const enrolled = await accounts.enrolTotp({ tenantId, subscriberId });
  if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
  const { seed, authenticator } = enrolled;
  const code = codeOfApp(seed, clock.now());
  const confirming = { tenantId, subscriberId, authenticatorId: authenticator.id, code };
  expect((await accounts.confirmAuthenticator(confirming)).outcome).toBe("confirmed");
  return { subscriberId, seed };
}

async function approves(one: TestInstance, { subscriberId, seed }: { subscriberId: string; seed: string }) {
  const { accounts, tenantId, clock } = one;
  await clock.advance(minute);
  const started = await accounts.startChallenge({ tenantId, subscriberId, purpose: "pay", binding: "b" });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const code = codeOfApp(seed, clock.now());
  const { outcome } = await accounts.checkChallenge({
    tenantId,
    id: started.challenge.id,
    binding: "b",
    code,
  });
  expect(outcome).toBe("approved");
}

const under = ({ values }: SecretsStatus, keyId: string): number =>
  values.reduce((sum, one) => sum + (one.keyId === keyId ? one.count : 0), 0);

/** The same data under other secrets. */
async function reopened(
  one: TestInstance,
  secrets: readonly Secret[],
  options: Partial<InstanceOptions> = {},
) {
  await one.close();
  return await openTestInstance({ ...options, folder: one.folder, clock: one.clock, secrets });
}

describe("K-4: a rotation of data keys", () => {
  test("seals seeds and webhook secrets anew, and drops the former key once nothing is under it", async () => {
    const one = await openTestInstance();
    const people = [await enrol(one, "ada"), await enrol(one, "grace")];
    const before = await one.store.get(key("dataKeys", one.tenantId));
    expect(await begin(one)).toBe(true);
    expect(await begin(one)).toBe(false);
    await workOff(one);
    const after = await one.store.get(key("dataKeys", one.tenantId));
    expect(after?.keys).toHaveLength(1);
    expect(after?.keys[0]?.id).not.toBe(before?.keys[0]?.id);
    const status = await secretsStatus(one.parts);
    expect(under(status, "formerDataKey")).toBe(0);
    expect(status.values).toContainEqual({ value: "subscribers.seed", keyId: "dataKey", count: 2 });
    expect(status.rotation).toMatchObject({ broken: 0, place: null, pass: 2 });
    for (const person of people) await approves(one, person);
  });

  test("waits until requests are over that sealed with the former key, which opens until then", async () => {
    const one = await openTestInstance();
    const ada = await enrol(one, "ada");
    const [former] = (await one.store.get(key("dataKeys", one.tenantId)))?.keys ?? [];
    await begin(one);
    while ((await stepRotation(one.parts, "w")).type === "worked");
    expect((await one.store.get(rowKey))?.place).not.toBeNull();
    expect((await one.store.get(key("dataKeys", one.tenantId)))?.keys.map(({ id }) => id)).toContain(
      former?.id,
    );
    await approves(one, ada);
    await workOff(one);
    await approves(one, ada);
  });

  test("of one tenant leaves the keys of others", async () => {
    const one = await openTestInstance();
    await enrol(one, "ada");
    const before = await one.store.get(key("dataKeys", one.tenantId));
    await begin(one, { tenantId: "another", replacesDataKeys: true });
    await workOff(one);
    expect(await one.store.get(key("dataKeys", one.tenantId))).toEqual(before);
  });

  test("replaces the data key of whoever is no tenant as well, such as the administrators of the console", async () => {
    const one = await openTestInstance();
    const nobodys = { ...one, tenantId: "00000000-0000-7000-8000-000000000000" };
    const ada = await enrol(nobodys, "ada");
    const dataKeys = key("dataKeys", nobodys.tenantId);
    const before = await one.store.get(dataKeys);
    expect(before?.keys).toHaveLength(1);
    await begin(one);
    await workOff(one);
    const after = await one.store.get(dataKeys);
    expect(after?.keys).toHaveLength(1);
    expect(after?.keys[0]?.id).not.toBe(before?.keys[0]?.id);
    await approves(nobodys, ada);
  });

  test("leaves what does not open as it is, counts it, and keeps the key that it was under", async () => {
    const one = await openTestInstance();
    const { subscriberId } = await enrol(one, "ada");
    const grace = await enrol(one, "grace");
    const subscriber = key("subscriber", subscriberId);
    await one.store.update([subscriber], (rows) => {
      const row = rows.get(subscriber);
      if (row === undefined) throw new TypeError("there is a row");
      const broken = row.authenticators.map((each) =>
        each.type === "totp" ? { ...each, sealedSeed: `${each.sealedSeed.slice(0, -4)}AAAA` } : each,
      );
      const changed = { ...row, authenticators: broken };
      return { writes: [{ table: "subscriber", id: row.id, row: changed }], result: undefined };
    });
    await begin(one);
    await workOff(one);
    expect(await one.store.get(rowKey)).toMatchObject({ broken: 1, place: null });
    expect((await one.store.get(key("dataKeys", one.tenantId)))?.keys).toHaveLength(2);
    await approves(one, grace);
  });

  test("of two workers one works, and the other takes over when its lease is over", async () => {
    const one = await openTestInstance();
    await enrol(one, "ada");
    await begin(one);
    // As on PostgreSQL, where nobody has the data alone.
    const parts = { ...one.parts, store: { ...one.store, isExclusive: false } };
    expect((await stepRotation(parts, "a")).type).toBe("worked");
    expect((await stepRotation(parts, "b")).type).toBe("idle");
    await one.clock.advance(15_000);
    expect((await stepRotation(parts, "b")).type).toBe("worked");
    await workOff(one, "b");
    expect(await one.store.get(rowKey)).toMatchObject({ place: null });
  });
});

test("K-4: a worker that stood still drops no key that a later rotation needs", async () => {
  const one = await openTestInstance();
  const ada = await enrol(one, "ada");
  await begin(one);
  const { store } = one;
  let isHeld = true;
  // Stands still after its last page, until others have ended the rotation and begun another one.
  const scan: typeof store.scan = async (table, after, limit) => {
    const page = await store.scan(table, after, limit);
    if (table !== "dataKeys" || !isHeld || (await store.get(rowKey))?.place?.table !== "recipient")
      return page;
    isHeld = false;
    await workOff(one, "b");
    await begin(one);
    for (let steps = 0; steps < 2; steps++) await stepRotation(one.parts, "b");
    return await store.scan(table, after, limit);
  };
  const stalled = { ...one.parts, store: { ...store, scan } };
  for (let steps = 0; isHeld && steps < 50; steps++) {
    if ((await stepRotation(stalled, "a")).type === "waiting") await one.clock.advance(minute);
  }
  expect(isHeld).toBe(false);
  await approves(one, ada);
  await workOff(one);
  await approves(one, ada);
});

test("K-3: a data key that does not unwrap holds up no other tenant, and the next rotation replaces it", async () => {
  const one = await openTestInstance();
  await enrol(one, "ada");
  const dataKeys = key("dataKeys", one.tenantId);
  await one.store.update([dataKeys], (rows) => {
    const row = rows.get(dataKeys);
    if (row === undefined) throw new TypeError("there is a row");
    const keys = row.keys.map((each) => ({ ...each, wrapped: `${each.wrapped.slice(0, -4)}AAAA` }));
    return { writes: [{ table: "dataKeys", id: row.id, row: { ...row, keys } }], result: undefined };
  });
  const again = await reopened(one, [testSecret]);
  await begin(again, { tenantId: null, replacesDataKeys: false });
  await workOff(again);
  expect((await again.store.get(rowKey))?.broken).toBeGreaterThan(0);
  await begin(again);
  await workOff(again);
  await approves(again, await enrol(again, "grace"));
});

describe("K-4: another master secret", () => {
  const started = "+14155550101";

  test("is put in front, everything is brought to it, and the former one may go", async () => {
    const first = await openTestInstance();
    const ada = await enrol(first, "ada");
    const { id } = await first.start({ to: started });
    const code = first.codeOn(started);
    const [wrapped] = (await first.store.get(key("dataKeys", first.tenantId)))?.keys ?? [];
    const formerId = first.parts.keyring.currentId;

    const both = await reopened(first, [young, testSecret]);
    await approves(both, ada);
    expect((await both.engine.check({ tenantId: both.tenantId, id, code })).outcome).toBe("approved");
    await expect(openSharedInstance({ folder: both.folder, lockWaitMs: 0 })).rejects.toThrow();
    const before = await secretsStatus(both.parts);
    expect(before.secrets.map(({ role }) => role)).toEqual(["current", "former"]);
    expect(before.secrets[1]?.values).toBeGreaterThan(0);

    await begin(both, { tenantId: null, replacesDataKeys: false });
    await workOff(both);
    const [again] = (await both.store.get(key("dataKeys", both.tenantId)))?.keys ?? [];
    expect(again?.id).toBe(wrapped?.id);
    expect(again?.wrapped.startsWith(`${both.parts.keyring.currentId}.`)).toBe(true);
    expect((await secretsStatus(both.parts)).secrets[1]).toMatchObject({ id: formerId, values: 0 });

    const last = await reopened(both, [young]);
    await approves(last, ada);
    const signedIn = await last.accounts.signIn({
      tenantId: last.tenantId,
      name: "ada",
      password: "nine rowing margarets",
    });
    expect(signedIn.outcome).toBe("challengeRequired");
    // The same recipient is found: its wait after the message of before still counts.
    const repeated = await last.tryStart({ to: started });
    expect(repeated.outcome).toBe("started");
    const listed = await last.engine.list({ tenantId: last.tenantId, to: started, limit: 10 });
    expect(listed.items).toHaveLength(2);
    const kept = await secretsStatus(last.parts);
    expect(kept.secrets[1]).toMatchObject({ id: formerId, role: "kept", values: 0 });
    // And once more, with what the first one left.
    const next = await reopened(last, [new Secret("c2Vjb25kLXNlY3JldC10aGF0LWlzLW5ldy1ub3c"), young]);
    await approves(next, ada);
    expect(next.parts.keyring.indexId).toBe(formerId);
  });

  test("taken away too early is refused with what is left and what to do", async () => {
    const first = await openTestInstance();
    const ada = await enrol(first, "ada");
    const both = await reopened(first, [young, testSecret]);
    await both.close();
    const opening = openSharedInstance({ folder: both.folder, clock: both.clock, secrets: [young] });
    await expect(opening).rejects.toThrow(
      /taken away too early \(data_keys.wrapped under [0-9a-f]{8}: 1, subscribers.name .*secrets rotate/,
    );
    await approves(await reopened(both, [young, testSecret]), ada);
  });

  test("what it derives is not written down under the former one while it is only known", async () => {
    const first = await openTestInstance();
    const known = await reopened(first, [testSecret, young]);
    expect(await known.store.readMeta("lasting_keys")).toBeUndefined();
    const swapped = await reopened(known, [young, testSecret]);
    const written = await swapped.store.readMeta("lasting_keys");
    expect(written?.startsWith(`${swapped.parts.keyring.currentId}.`)).toBe(true);
    const left = await reopened(swapped, [testSecret, young]);
    await begin(left, { tenantId: null, replacesDataKeys: false });
    await workOff(left);
    expect((await secretsStatus(left.parts)).secrets[1]?.values).toBe(0);
  });

  test("data of before finds its rows, whichever order it is started with first", async () => {
    const first = await openTestInstance();
    const ada = await enrol(first, "ada");
    for (const name of ["index_secret_id", "secret_ids_used"]) await first.store.writeMeta(name, null);
    const known = await reopened(first, [testSecret, young]);
    expect(known.parts.keyring.indexId).toBe(first.parts.keyring.currentId);
    await approves(known, ada);
  });

  test("lasting keys that somebody changed are made anew while all secrets are here", async () => {
    const first = await openTestInstance();
    const both = await reopened(first, [young, testSecret]);
    const written = (await both.store.readMeta("lasting_keys")) ?? "";
    await both.store.writeMeta("lasting_keys", `${written.slice(0, -4)}AAAA`);
    const healed = await reopened(both, [young, testSecret]);
    expect(await healed.store.readMeta("lasting_keys")).not.toBe(`${written.slice(0, -4)}AAAA`);
  });

  test("behind the current one is known and seals nothing: the first step where there are several servers", async () => {
    const first = await openTestInstance();
    const formerId = first.parts.keyring.currentId;
    const ada = await enrol(first, "ada");
    const known = await reopened(first, [testSecret, young]);
    expect(known.parts.keyring.indexId).toBe(formerId);
    await approves(known, ada);
    const swapped = await reopened(known, [young, testSecret]);
    expect(swapped.parts.keyring.indexId).toBe(formerId);
    await approves(swapped, ada);
  });
});
