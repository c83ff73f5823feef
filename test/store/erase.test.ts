import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Instance } from "../../src/instance/instance.ts";
import { tableOrder } from "../../src/store/index.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { codeOn, openNode } from "../nodes/nodes.ts";
import { alice, bob, openTestInstance } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";

const server = await startPostgres();
afterAll(() => server.stop());

interface Opened {
  readonly clock: FakeClock;
  readonly instance: Instance;
}

const stores: readonly (readonly [string, () => Promise<Opened>])[] = [
  [
    "SQLite",
    async () => {
      const instance = await openTestInstance();
      return { clock: instance.clock, instance };
    },
  ],
  [
    "PostgreSQL",
    async () => {
      const clock = createFakeClock();
      return { clock, instance: await openNode(await server.database(), { clock }) };
    },
  ],
];

async function rowCounts({ store }: Instance): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const table of tableOrder) counts[table] = (await store.scan(table, null, 1_000)).length;
  return counts;
}

describe.each(stores)("N-8: erasing a number, on %s", (_name, open) => {
  test("removes its rows and no others, a pending one as well, and its code is worth nothing after that", async () => {
    const { clock, instance } = await open();
    const { engine, tenant } = instance;
    const tenantId = tenant.id;
    await engine.start({ tenantId, to: bob });
    const before = await rowCounts(instance);
    const started: string[] = [];
    for (let n = 0; n < 3; n++) {
      const one = await engine.start({ tenantId, to: alice });
      started.push(one.verification?.id ?? "");
      await engine.tick();
      if (n < 2) await clock.advance(600_000);
    }
    const [first = "", , pending = ""] = started;
    const code = codeOn([instance], alice);
    const erased = await engine.eraseRecipient({ tenantId, to: alice });
    expect(erased).toMatchObject({ outcome: "erased", verifications: 3 });
    expect(await rowCounts(instance)).toEqual(before);
    expect((await engine.check({ tenantId, id: pending, code })).outcome).toBe("notFound");
    expect(await engine.get({ tenantId, id: first })).toBeNull();
    const page = await engine.list({ tenantId, to: alice, limit: 10 });
    expect(page.items).toEqual([]);
    // Its voice step was waiting: nothing of it goes out.
    await clock.advance(120_000);
    await engine.tick();
    expect(instance.sandbox?.phones.messages(alice)).toHaveLength(3);
    const again = { outcome: "erased", verifications: 0, deliveries: 0 };
    expect(await engine.eraseRecipient({ tenantId, to: alice })).toEqual(again);
    expect((await engine.start({ tenantId, to: alice })).outcome).toBe("started");
  });

  test("while starts go on leaves the number with a whole installation, erased or started after it", async () => {
    const { instance } = await open();
    const { engine, tenant } = instance;
    const tenantId = tenant.id;
    const calls = Array.from({ length: 12 }, (_, n) =>
      n % 3 === 2
        ? engine.eraseRecipient({ tenantId, to: alice })
        : engine.start({ tenantId, to: alice, policy: { resendWaitsMs: [0] } }),
    );
    await Promise.all(calls);
    await engine.eraseRecipient({ tenantId, to: alice });
    const { recipient, verification, delivery } = await rowCounts(instance);
    expect({ recipient, verification, delivery }).toEqual({ recipient: 0, verification: 0, delivery: 0 });
  });

  test("a number that is none is said to be none, and another tenant's rows stay", async () => {
    const { instance } = await open();
    const { engine, tenant } = instance;
    expect(await engine.eraseRecipient({ tenantId: tenant.id, to: "0" })).toEqual({
      outcome: "numberInvalid",
    });
    await engine.start({ tenantId: tenant.id, to: alice });
    await engine.eraseRecipient({ tenantId: "01920000-0000-7000-8000-00000000aaaa", to: alice });
    expect((await engine.list({ tenantId: tenant.id, to: alice, limit: 10 })).items).toHaveLength(1);
  });
});

test("an answer of the carrier that comes after the erasure finds nothing and changes nothing", async () => {
  const one = await openTestInstance();
  one.sandbox?.faults.set({ prefix: alice, type: "delay", delayMs: 2_000, times: 1 });
  const started = await one.tryStart({ to: alice });
  expect(started.outcome).toBe("started");
  await one.engine.eraseRecipient({ tenantId: one.tenantId, to: alice });
  await one.clock.advance(6_000);
  await one.engine.tick();
  expect(await rowCounts(one)).toMatchObject({ recipient: 0, verification: 0, delivery: 0 });
  expect(globSync("*.db", { cwd: one.folder })).toContain("countersign.db");
  expect(readFileSync(join(one.folder, "countersign.db")).includes(alice)).toBe(false);
});
