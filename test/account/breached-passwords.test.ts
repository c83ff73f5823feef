import { createHash } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createTally } from "../../src/engine/index.ts";
import { createCountersign } from "../../src/index.ts";
import { alice, openTestInstance } from "../support/instance.ts";

const breached = "nine rowing margarets";
const good = "seven quiet lighthouses";
const refused = { outcome: "passwordRefused", problem: { reason: "tooCommon" } };

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-breached-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function listOf(...passwords: readonly string[]): string {
  const path = join(folderOfTest(), "breached.txt");
  const lines = passwords.map((one) => `${createHash("sha1").update(one).digest("hex").toUpperCase()}:3`);
  writeFileSync(path, `${lines.sort().join("\r\n")}\r\n`);
  return path;
}

async function open() {
  const path = listOf(breached, "another one that leaked", "Grüße aus Düren");
  const logged: { readonly fields: object; readonly message: string }[] = [];
  const keep = (fields: object, message: string): void => void logged.push({ fields, message });
  const log = { info: () => {}, warn: keep, error: keep };
  const tally = createTally();
  const accounts = { pagesUrl: "https://id.example.com/account" };
  const one = await openTestInstance({ breachedPasswords: path, log, meter: tally, accounts });
  const { tenantId } = one;
  const looked = () => [...(tally.series.get("breached_passwords")?.values() ?? [])];
  return { one, accounts: one.accounts, tenantId, path, logged, looked };
}

describe("P-2: a breached password is refused like a common one", () => {
  test("by whoever makes an account, signs up, changes a password, or gets back in by a recovery or a reset", async () => {
    const { one, accounts, tenantId } = await open();
    expect(await accounts.createSubscriber({ tenantId, name: "ada", password: breached })).toEqual(refused);
    // However a keyboard composed it.
    const composed = "Grüße aus Düren".normalize("NFD");
    expect(await accounts.createSubscriber({ tenantId, name: "ada", password: composed })).toEqual(refused);
    const binding = "page:one";
    const { id } = await one.start({ to: alice, purpose: "sign-up", binding });
    await one.engine.check({ tenantId, id, binding, to: alice, code: one.codeOn(alice) });
    const asked = { tenantId, verificationId: id, binding, name: "ada" };
    expect(await accounts.signUp({ ...asked, password: breached })).toEqual(refused);
    const done = await accounts.signUp({ ...asked, password: good });
    if (done.outcome !== "signedUp") throw new Error(done.outcome);
    const of = { tenantId, subscriberId: done.subscriber.id };
    expect(await accounts.changePassword({ ...of, password: breached, current: good })).toEqual(refused);
    const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
    const code = done.codes[0] ?? "";
    await accounts.checkRecovery({ tenantId, recovery, method: "recoveryCode", code });
    await accounts.checkRecovery({ tenantId, recovery, method: "password", code: good });
    expect(await accounts.completeRecovery({ tenantId, recovery, password: breached })).toEqual(refused);
    const back = await accounts.completeRecovery({ tenantId, recovery, password: "six copper kettles" });
    expect(back.outcome).toBe("recovered");
    expect((await accounts.startReset(of)).outcome).toBe("resetStarted");
    await one.engine.tick();
    const texts = one.sandbox?.phones.messages(alice).map(({ text }) => text) ?? [];
    const reset = /reset=(csr_[\w-]+)/.exec(texts.join())?.[1] ?? "";
    expect(await accounts.completeReset({ tenantId, reset, password: breached })).toEqual(refused);
    const again = await accounts.completeReset({ tenantId, reset, password: "eleven tin umbrellas" });
    expect(again.outcome).toBe("resetDone");
  });

  test("a list that is gone lets passwords pass, says so once a look-up, and counts it; one that is back is read", async () => {
    const { accounts, tenantId, path, logged, looked } = await open();
    renameSync(path, `${path}.gone`);
    const created = await accounts.createSubscriber({ tenantId, name: "ada", password: breached });
    expect(created.outcome).toBe("created");
    expect(logged).toEqual([
      {
        fields: { event: "breached_passwords_unread", reason: "ENOENT" },
        message: expect.stringMatching(/cannot be read/),
      },
    ]);
    // What everybody tries is refused all the same.
    expect(await accounts.createSubscriber({ tenantId, name: "bob", password: "password123" })).toEqual(
      refused,
    );
    renameSync(`${path}.gone`, path);
    expect(await accounts.createSubscriber({ tenantId, name: "bob", password: breached })).toEqual(refused);
    expect((await accounts.createSubscriber({ tenantId, name: "bob", password: good })).outcome).toBe(
      "created",
    );
    expect(
      looked()
        .map(({ labels, value }) => [labels["found"], value])
        .sort(),
    ).toEqual([
      ["no", 1],
      ["unread", 1],
      ["yes", 1],
    ]);
    const said = JSON.stringify(logged);
    for (const one of [breached, createHash("sha1").update(breached).digest("hex")]) {
      expect(said.toLowerCase()).not.toContain(one.toLowerCase());
    }
  });

  test("a list that is none refuses the start, and an application learns why", async () => {
    const data = folderOfTest();
    const path = join(data, "words.txt");
    writeFileSync(path, "password\n");
    const started = createCountersign({ data, breachedPasswords: path, lockWaitMs: 0 });
    await expect(started).rejects.toMatchObject({ name: "StartRefused", code: "settings_invalid" });
    await expect(started).rejects.toThrow(/no line of a SHA-1 hash and a count; download/);
    const list = listOf(breached);
    const countersign = await createCountersign({ data, breachedPasswords: list, lockWaitMs: 0 });
    onTestFinished(() => countersign.close());
    expect(await countersign.subscribers.create({ name: "ada", password: breached })).toEqual(refused);
  });
});
