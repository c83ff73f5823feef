import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bootstrap } from "../../src/instance/bootstrap.ts";
import { secretBesideDatabase } from "../../src/instance/master-secret.ts";
import { createKeyring, Secret } from "../../src/secrets/index.ts";
import { key, type Store } from "../../src/store/index.ts";
import { createApiKey, createDirectory, revokeKey } from "../../src/tenants/index.ts";
import { createFakeClock, createMemoryStore, seededRandom } from "../../src/testing/index.ts";
import { crashAt } from "./crashing-store.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-first-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const random = seededRandom(7);
const keyring = createKeyring([new Secret("Wq3v8Zr1Xk6Tn0Ys5Bd2Fg7Hj4Lm9PcVx0Qe")]);
const options = { apiKey: null, brand: "Countersign", keyring };

test.each([1, 2, 3].flatMap((nth) => [[nth, "before"] as const, [nth, "after"] as const]))(
  "R-03: a first start that dies at its write %i, %s the commit, is made good by the next",
  async (nth, when) => {
    const clock = createFakeClock();
    const store = createMemoryStore({ clock });
    await bootstrap(crashAt(store, nth, when).store, clock, random, options).catch(() => {});
    const { tenant } = await bootstrap(store, clock, random, options);
    expect(await store.tenants()).toHaveLength(1);
    expect((await store.services(tenant.id)).map(({ name }) => name)).toEqual(["default"]);
    expect(await store.apiKeys(tenant.id)).toHaveLength(1);
  },
);

test("K-5: the generated secret appears whole, for its owner alone, and leaves nothing beside it", () => {
  const made = secretBesideDatabase(folder, random);
  expect(readdirSync(folder)).toEqual([]);
  made.keep();
  const again = secretBesideDatabase(folder, random);
  again.keep();
  expect(again.secret.reveal()).toBe(made.secret.reveal());
  expect(readdirSync(folder)).toEqual(["secret"]);
  expect(statSync(join(folder, "secret")).mode & 0o777).toBe(0o600);
});

test("W-1: a key revoked while it was being read does not stay in the copy that outlives the reading", async () => {
  const clock = createFakeClock();
  const store = createMemoryStore({ clock });
  const { record } = createApiKey(random, clock.now(), { tenantId: "t", name: "k", scopes: [] });
  const write = (row: typeof record) =>
    store.update([key("apiKey", row.id)], () => ({
      writes: [{ table: "apiKey", id: row.id, row }],
      result: undefined,
    }));
  await write(record);
  const gate = Promise.withResolvers<void>();
  const slow: Store = {
    ...store,
    async apiKeyByDigest(digest) {
      const found = await store.apiKeyByDigest(digest);
      await gate.promise;
      return found;
    },
  };
  const directory = createDirectory(slow, clock);
  const early = directory.apiKey(record.digest);
  await write(revokeKey(record, clock.now()));
  directory.forget();
  gate.resolve();
  await early;
  expect((await directory.apiKey(record.digest))?.revokedAt).toBe(clock.now());
});
