import { expect, test } from "vitest";
import { openTestInstance, type TestInstance } from "../../../test/support/instance.ts";
import { codeOfApp } from "../../../test/support/totp-code.ts";
import type { Subscriber, TotpAuthenticator } from "../../accounts/index.ts";
import { SealBroken } from "../../secrets/index.ts";
import { key } from "../../store/index.ts";

const minute = 60_000;

/** An instance with people who have an app each, and what it said and counted of broken seals. */
async function withApps(names: readonly string[]) {
  const said: unknown[] = [];
  const counted: unknown[] = [];
  const one = await openTestInstance({
    log: { info: () => {}, warn: () => {}, error: (fields) => said.push(fields) },
    meter: { count: (name, labels) => void (name === "seals_broken" && counted.push(labels)) },
  });
  const people = [];
  for (const name of names) people.push(await withApp(one, name));
  return { one, said, counted, people };
}

async function withApp({ accounts, tenantId, clock }: TestInstance, name: string) {
  const created = await accounts.createSubscriber({ tenantId, name });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const subscriberId = created.subscriber.id;
  const enrolled = await accounts.enrolTotp({ tenantId, subscriberId });
  if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
  const { seed, authenticator } = enrolled;
  const confirmed = await accounts.confirmAuthenticator({
    tenantId,
    subscriberId,
    authenticatorId: authenticator.id,
    code: codeOfApp(seed, clock.now()),
  });
  expect(confirmed.outcome).toBe("confirmed");
  return { subscriberId, seed };
}

async function challenge({ accounts, tenantId, clock }: TestInstance, subscriberId: string, seed: string) {
  await clock.advance(minute);
  const started = await accounts.startChallenge({ tenantId, subscriberId, purpose: "pay", binding: "b" });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const code = codeOfApp(seed, clock.now());
  return await accounts.checkChallenge({ tenantId, id: started.challenge.id, binding: "b", code });
}

async function sealedSeedOf({ store }: TestInstance, subscriberId: string): Promise<string> {
  const row = (await store.get(key("subscriber", subscriberId))) as Subscriber;
  return (row.authenticators[0] as TotpAuthenticator).sealedSeed;
}

async function writeSeed({ store }: TestInstance, subscriberId: string, sealedSeed: string): Promise<void> {
  const rowKey = key("subscriber", subscriberId);
  await store.update([rowKey], (rows) => {
    const row = rows.get(rowKey) as Subscriber;
    const authenticators = [{ ...(row.authenticators[0] as TotpAuthenticator), sealedSeed }];
    const changed = { ...row, authenticators };
    return { writes: [{ table: "subscriber", id: row.id, row: changed }], result: undefined };
  });
}

test("K-3: a seed is sealed with its tenant's data key, which is kept sealed", async () => {
  const { one, people } = await withApps(["ada", "grace"]);
  const row = await one.store.get(key("dataKeys", one.tenantId));
  expect(row?.keys).toHaveLength(1);
  expect(row?.keys[0]?.wrapped.startsWith(`${one.parts.keyring.currentId}.`)).toBe(true);
  for (const { subscriberId, seed } of people) {
    expect((await sealedSeedOf(one, subscriberId)).startsWith(`${row?.keys[0]?.id}.`)).toBe(true);
    expect((await challenge(one, subscriberId, seed)).outcome).toBe("approved");
  }
});

test.each(["a flipped bit", "another row's seed", "a key that is gone"])(
  "K-3: %s fails closed, rings once, and hurts nobody else",
  async (what) => {
    const { one, said, counted, people } = await withApps(["ada", "grace"]);
    const [ada, grace] = people as [(typeof people)[0], (typeof people)[0]];
    const sealed = await sealedSeedOf(one, ada.subscriberId);
    const letter = sealed.at(40) === "A" ? "B" : "A";
    const broken = {
      "a flipped bit": sealed.slice(0, 40) + letter + sealed.slice(41),
      "another row's seed": await sealedSeedOf(one, grace.subscriberId),
      "a key that is gone": `dk0000000000000000${sealed.slice(sealed.indexOf("."))}`,
    }[what] as string;
    await writeSeed(one, ada.subscriberId, broken);
    for (let n = 0; n < 3; n++) {
      await expect(challenge(one, ada.subscriberId, ada.seed)).rejects.toThrow(SealBroken);
    }
    expect(counted).toEqual([{ value: "subscribers.seed" }]);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ event: "seal_broken", value: "subscribers.seed" });
    expect(JSON.stringify(said)).not.toContain(broken);
    expect((await challenge(one, grace.subscriberId, grace.seed)).outcome).toBe("approved");
    await writeSeed(one, ada.subscriberId, sealed);
    expect((await challenge(one, ada.subscriberId, ada.seed)).outcome).toBe("approved");
  },
);

test("K-3: what was sealed with the master secret before there were data keys opens as before", async () => {
  const { one, people } = await withApps([]);
  expect(people).toEqual([]);
  await one.store.writeMeta("data_keys", null);
  const ada = await withApp(one, "ada");
  expect(await sealedSeedOf(one, ada.subscriberId)).toMatch(new RegExp(`^${one.parts.keyring.currentId}[.]`));
  expect(await one.store.get(key("dataKeys", one.tenantId))).toBeUndefined();
  await one.store.writeMeta("data_keys", "1");
  expect((await challenge(one, ada.subscriberId, ada.seed)).outcome).toBe("approved");
});
