import { afterAll, expect, test } from "vitest";
import { openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { key } from "../../src/store/index.ts";
import { testSecret, wrongCode } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { tempFolder } from "./temp-folder.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const mail = "ada@example.com";
const password = "nine rowing margarets and a boat";
const pagesUrl = "https://id.example.com/account";

const stores = [
  ["SQLite", async (): Promise<Secret | null> => null],
  ["PostgreSQL", async (): Promise<Secret | null> => new Secret(await server.database())],
] as const;

/** An installation on this database, and what arrives at the address. */
async function opened(databaseUrl: Secret | null) {
  const folder = tempFolder();
  const one = await openInstance({ folder, databaseUrl, secrets: [testSecret], accounts: { pagesUrl } });
  const { engine, sandbox, tenant } = one;
  const texts = async (): Promise<readonly string[]> => {
    await engine.tick();
    return sandbox?.phones.messages(mail).map(({ text }) => text) ?? [];
  };
  return { ...one, tenantId: tenant.id, texts };
}

test.each(stores)(
  "P-6: on %s a notice is written with its change, and of many objections and resets one is taken",
  async (_name, database) => {
    const { accounts, tenantId, texts, close } = await opened(await database());
    const created = await accounts.createSubscriber({
      tenantId,
      name: "ada",
      password,
      mustHaveSecond: false,
    });
    if (created.outcome !== "created") throw new Error(created.outcome);
    const of = { tenantId, subscriberId: created.subscriber.id };
    const enrolled = await accounts.enrolEmail({ ...of, address: mail });
    if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
    const code = /\d{6}/.exec((await texts())[0] ?? "")?.[0] ?? "";
    await accounts.confirmAuthenticator({ ...of, authenticatorId: enrolled.authenticator.id, code });
    const next = { password: `${password} more`, current: password };
    const changes = await Promise.all([1, 2, 3].map(() => accounts.changePassword({ ...of, ...next })));
    // The others gave a password that was right no more.
    expect(changes.filter(({ outcome }) => outcome === "changed")).toHaveLength(1);
    expect((await texts()).filter((text) => text.includes("password was changed"))).toHaveLength(1);
    const { id: authenticatorId } = enrolled.authenticator;
    expect((await accounts.startReset({ ...of, authenticatorId })).outcome).toBe("resetStarted");
    const all = (await texts()).join(" ");
    const reset = /csr_[\w-]+/.exec(all)?.[0] ?? "";
    const anew = { tenantId, reset, password: "seven quiet lighthouses and a pier" };
    const resets = await Promise.all([1, 2, 3, 4].map(() => accounts.completeReset(anew)));
    expect(resets.filter(({ outcome }) => outcome === "resetDone")).toHaveLength(1);
    // The links of before ended with it.
    const done = (await texts()).find((text) => text.includes("account was reset"));
    const notice = /csn_[\w-]+/.exec(done ?? "")?.[0] ?? "";
    const disputes = await Promise.all([1, 2, 3, 4].map(() => accounts.disputeNotice({ tenantId, notice })));
    expect(disputes.filter(({ outcome }) => outcome === "disputed")).toHaveLength(1);
    expect((await accounts.subscriber(of))?.isFrozen).toBe(true);
    const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
    const wrong = await accounts.checkRecovery({ tenantId, recovery, method: "email", code: "000000" });
    expect(wrong).toEqual({ outcome: "codeMismatch", checksLeft: 4 });
    await close();
  },
);

test.each(stores)(
  "S-4: on %s, of many wrong codes at once, one is told of: that which leaves five",
  async (_name, database) => {
    const { accounts, store, tenantId, texts, close } = await opened(await database());
    const created = await accounts.createSubscriber({ tenantId, name: "ada" });
    if (created.outcome !== "created") throw new Error(created.outcome);
    const of = { tenantId, subscriberId: created.subscriber.id };
    const address = await accounts.enrolEmail({ ...of, address: mail });
    if (address.outcome !== "enrolled") throw new Error(address.outcome);
    const sent = /\d{6}/.exec((await texts())[0] ?? "")?.[0] ?? "";
    await accounts.confirmAuthenticator({ ...of, authenticatorId: address.authenticator.id, code: sent });
    const app = await accounts.enrolTotp({ ...of, issuer: "Acme" });
    if (app.outcome !== "enrolled") throw new Error(app.outcome);
    const authenticatorId = app.authenticator.id;
    const right = codeOfApp(app.seed, Date.now());
    const confirmed = await accounts.confirmAuthenticator({ ...of, authenticatorId, code: right });
    expect(confirmed.outcome).toBe("confirmed");
    const subscriber = key("subscriber", of.subscriberId);
    // All begin with seven left: the second that is counted leaves five, and after five there is a wait.
    await store.update([subscriber], (rows) => {
      const row = rows.get(subscriber);
      if (row === undefined) throw new Error("there is no such subscriber");
      const authenticators = row.authenticators.map((held) => ({ ...held, wrongInRow: 26 }));
      const write = { table: "subscriber", id: row.id, row: { ...row, authenticators } } as const;
      return { writes: [write], result: null };
    });
    const started = await accounts.startChallenge({ ...of });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const guess = { tenantId, id: started.challenge.id, authenticatorId, code: wrongCode(right) };
    const many = await Promise.all(Array.from({ length: 30 }, () => accounts.checkChallenge(guess)));
    expect(many.filter(({ outcome }) => outcome === "codeMismatch")).toHaveLength(5);
    expect(many.filter((answer) => "checksLeft" in answer)).toHaveLength(4);
    expect((await texts()).filter((text) => text.includes("wrong codes"))).toHaveLength(1);
    await close();
  },
);
