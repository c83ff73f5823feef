import { afterAll, describe, expect, test } from "vitest";
import { newRotation, stepRotation } from "../../src/engine/rotation/rotation.ts";
import { secretsStatus } from "../../src/engine/rotation/status.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { Secret, SecretInvalid, sealKeyId } from "../../src/secrets/index.ts";
import { key, openPostgresStore, type Store } from "../../src/store/index.ts";
import { rotationId } from "../../src/tenants/index.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { testSecret } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { openNode, pick } from "./nodes.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const fill = <V>(many: number, make: (index: number) => V): V[] =>
  Array.from({ length: many }, (_, index) => make(index));

describe("a start of several nodes", () => {
  test("five nodes that open an empty database at once make one tenant, one service and one first key", async () => {
    const url = await server.emptyDatabase();
    const nodes = await Promise.all(fill(5, () => openNode(url)));
    expect(new Set(nodes.map(({ tenant }) => tenant.id)).size).toBe(1);
    expect(nodes.filter(({ firstKey }) => firstKey !== null)).toHaveLength(1);
    const [node] = nodes as [Instance];
    expect(await node.store.tenants()).toHaveLength(1);
    expect(await node.store.services(node.tenant.id)).toHaveLength(1);
    expect(await node.store.apiKeys(node.tenant.id)).toHaveLength(1);
  });

  test("three that bring the same key adopt it once", async () => {
    const url = await server.emptyDatabase();
    const apiKey = new Secret("an-own-key-0123456789-abcdefghijklmnop");
    const nodes = await Promise.all(fill(3, () => openNode(url, { apiKey })));
    const [node] = nodes as [Instance];
    expect(await node.store.apiKeys(node.tenant.id)).toHaveLength(1);
  });

  test("K-5: a node with another master secret, or with none, does not join", async () => {
    const url = await server.database();
    await openNode(url, { secrets: [testSecret] });
    await expect(
      openNode(url, { secrets: [new Secret("another-secret-0123456789-0123456789-xyz")] }),
    ).rejects.toThrow(/another master secret/);
    await expect(openNode(url, { secrets: [] })).rejects.toThrow(/share a master secret/);
  });
});

const young = new Secret("eTlVazFzRkd3cDR0QnZRem1Oa0xqSGdGZFNhUXdFcg");
const graceMs = 60_000;
const rowKey = key("rotation", rotationId);

async function begin({ store, parts }: Instance): Promise<void> {
  const asked = { tenantId: null, replacesDataKeys: true };
  await store.update([rowKey], (rows, now) => {
    const row = newRotation(rows, parts, asked, now);
    return { writes: [{ table: "rotation", id: rotationId, row }], result: undefined };
  });
}

async function workOff(nodes: readonly Instance[], clock: FakeClock): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    const { type } = await stepRotation(pick(nodes, turn).parts, String(turn % nodes.length));
    // Requests of before get their time, and a worker its lease.
    if (type !== "worked") await clock.advance(graceMs / 4);
    if ((await pick(nodes, 0).store.get(rowKey))?.place === null) return;
  }
  throw new Error("the rotation does not end");
}

async function enter({ accounts, tenant, store }: Instance, name: string): Promise<string> {
  const created = await accounts.createSubscriber({ tenantId: tenant.id, name });
  if (created.outcome !== "created") throw new Error(created.outcome);
  return sealKeyId((await store.get(key("subscriber", created.subscriber.id)))?.sealedName ?? "");
}

describe("K-4: a rotation while nodes still have the former secret in front", () => {
  test("is followed by them at once, so that they seal nothing that nobody finds any more", async () => {
    const url = await server.database();
    const clock = createFakeClock();
    const without = await openNode(url, { clock, secrets: [testSecret] });
    const former = await openNode(url, { clock, secrets: [testSecret, young] });
    const next = await openNode(url, { clock, secrets: [young, testSecret] });
    const [formerId, nextId] = [former.parts.keyring.currentId, next.parts.keyring.currentId];
    expect(await enter(former, "ada")).toBe(formerId);
    await begin(next);
    for (const node of [former, without])
      expect((await stepRotation(node.parts, "f")).type).not.toBe("waiting");
    expect(await enter(former, "grace")).toBe(nextId);
    await expect(enter(without, "mary")).rejects.toThrow(SecretInvalid);
    await workOff([next], clock);
    expect((await next.store.get(rowKey))?.pass).toBe(2);
    const names = async ({ accounts, tenant }: Instance) =>
      (await accounts.subscribers({ tenantId: tenant.id, limit: 9 })).map(({ name }) => name).sort();
    expect(await names(await openNode(url, { clock, secrets: [young] }))).toEqual(["ada", "grace"]);
    // The order in the settings does not bring it back.
    const warned: unknown[] = [];
    const log = { info: () => {}, warn: (fields: object) => warned.push(fields), error: () => {} };
    const back = await openNode(url, { clock, log, secrets: [testSecret, young] });
    expect(await enter(back, "mary")).toBe(nextId);
    expect(warned).toContainEqual({ event: "secret_replaced", configured: formerId, current: nextId });
  });

  test("goes on where one of them stood still, and the former secret goes only after that", async () => {
    const url = await server.database();
    const clock = createFakeClock();
    const former = await openNode(url, { clock, secrets: [testSecret, young] });
    const next = await openNode(url, { clock, secrets: [young, testSecret] });
    const early = openNode(url, { clock, secrets: [young] });
    await expect(early).rejects.toThrow(/taken away too early \(no rotation has replaced [0-9a-f]{8} yet/);
    await begin(next);
    await workOff([next], clock);
    expect(await enter(former, "ada")).toBe(former.parts.keyring.currentId);
    expect((await secretsStatus(next.parts)).secrets[1]).toMatchObject({ role: "former", values: 1 });
    await stepRotation(former.parts, "f");
    expect(await next.store.get(rowKey)).toMatchObject({ finishedAt: null });
    const still = openNode(url, { clock, secrets: [young] });
    await expect(still).rejects.toThrow(/taken away too early \(subscribers.name under [0-9a-f]{8}: 1/);
    await workOff([former, next], clock);
    // The first start without it reads every row, and nobody has to wait for that.
    const store = await openPostgresStore({ url });
    const reading = Promise.withResolvers<void>();
    const watch = (watched: Store): Store => ({
      ...watched,
      scan: (...asked) => {
        reading.resolve();
        return watched.scan(...asked);
      },
    });
    const [opening] = await store.exclusively(async () => {
      const begun = [openNode(url, { clock, secrets: [young], watch })] as const;
      await reading.promise;
      return begun;
    });
    await store.close();
    const last = await opening;
    expect((await secretsStatus(last.parts)).secrets[1]).toMatchObject({ role: "kept", values: 0 });
    expect(await last.accounts.subscribers({ tenantId: last.tenant.id, limit: 9 })).toMatchObject([
      { name: "ada" },
    ]);
  });
});
