import { describe, expect, test } from "vitest";
import { openTestInstance, testSecret } from "../../../test/support/instance.ts";
import { createHasher } from "../../authenticators/index.ts";
import { systemRandom } from "../../clock/index.ts";
import { createKeyring, Secret } from "../../secrets/index.ts";
import { key } from "../../store/index.ts";

const password = "nine rowing margarets";
/** Cost 4, of that password. */
const bcrypt = "$2b$04$3RfreaJxS3PV7yie6m5I8uQF1Y6MI3gKw6F8/IPy4Np9PpDQavdLO";
const former = "Zk4tWb8eRj1mQs6yUa3hXd9gPf2cVn7L";

describe("passwords from elsewhere", () => {
  test("P-4, W-8: of fifty wrong ones at once a few are looked at, and a locked name costs no hash", async () => {
    const { accounts, tenantId, clock } = await openTestInstance();
    await accounts.createSubscriber({ tenantId, name: "old", passwordHash: bcrypt });
    const wrong = { tenantId, name: "old", password: "wrong margarets" };
    const answers = await Promise.all(Array.from({ length: 50 }, () => accounts.signIn(wrong)));
    const refused = answers.filter(({ outcome }) => outcome === "signInRefused");
    expect(refused).toHaveLength(5);
    const locked = { outcome: "signInLocked", retryAt: clock.now() + 30_000 };
    expect(answers.filter(({ outcome }) => outcome === "signInLocked")).toEqual(Array(45).fill(locked));
    // With nothing left that could make such a hash, the answer is the same.
    await accounts.close();
    expect(await accounts.signIn({ ...wrong, password })).toEqual(locked);
    await clock.advance(30_000);
    await expect(accounts.signIn({ ...wrong, password })).rejects.toThrow("closed");
  });

  test("P-3: one of ours under a master secret that is not here is refused with its field", async () => {
    const { accounts, tenantId } = await openTestInstance();
    const made = (keyId: string) =>
      `$argon2id$v=19$m=8,t=1,p=1,keyid=${keyId}$c2FsdHNhbHRzYWx0$ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGlnZXN0`;
    const create = (name: string, keyId: string) =>
      accounts.createSubscriber({ tenantId, name, passwordHash: made(keyId) });
    expect(await create("unknown", "deadbeef")).toEqual({
      outcome: "requestInvalid",
      field: "passwordHash",
      detail: expect.stringContaining("the master secret deadbeef, which is not here"),
    });
    expect(await create("known", createKeyring([testSecret]).currentId)).toMatchObject({
      outcome: "created",
    });
  });

  test("P-3, W-8: where a master secret was taken away, its passwords are wrong ones, and the log says why", async () => {
    const warned: object[] = [];
    const log = { info: () => {}, warn: (fields: object) => warned.push(fields), error: () => {} };
    const { accounts, tenantId, store } = await openTestInstance({ log });
    const created = await accounts.createSubscriber({ tenantId, name: "ada", password });
    if (created.outcome !== "created") throw new Error(created.outcome);
    const keyring = createKeyring([new Secret(former)]);
    const hash = await createHasher(keyring, systemRandom()).hash(password);
    const subscriberKey = key("subscriber", created.subscriber.id);
    await store.update<void>([subscriberKey], (rows) => {
      const row = rows.get(subscriberKey);
      if (row === undefined) throw new Error("nobody is there");
      const writes = [{ table: "subscriber" as const, id: row.id, row: { ...row, password: hash } }];
      return { writes, result: undefined };
    });
    const [theirs, nobodys] = [
      await accounts.signIn({ tenantId, name: "ada", password }),
      await accounts.signIn({ tenantId, name: "nobody", password }),
    ];
    expect(theirs).toEqual({ outcome: "signInRefused" });
    expect(nobodys).toEqual(theirs);
    await accounts.signIn({ tenantId, name: "ada", password });
    expect(warned).toEqual([{ event: "master_secret_missing", id: keyring.currentId }]);
  });
});
