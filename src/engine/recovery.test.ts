import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alice, openTestInstance, type TestInstance, temporaryFolder } from "../../test/support/instance.ts";
import { type ScriptedProvider, scriptedProvider } from "../../test/support/scripted-provider.ts";
import { createFakeClock } from "../testing/index.ts";

const second = 1_000;

/** What a power cut leaves: the files as they are on the disk at this moment, opened by the next process. */
async function afterCrash(one: TestInstance, provider: ScriptedProvider, downMs = 0): Promise<TestInstance> {
  const folder = temporaryFolder();
  for (const name of ["countersign.db", "countersign.db-wal"]) {
    const from = join(one.folder, name);
    if (existsSync(from)) copyFileSync(from, join(folder, name));
  }
  const clock = createFakeClock(one.clock.now() + downMs);
  return await openTestInstance({ folder, clock, sandbox: false, providers: [provider] });
}

async function open(provider: ScriptedProvider): Promise<TestInstance> {
  return await openTestInstance({ sandbox: false, providers: [provider] });
}

describe("D-1, D-2, D-7, R-03: a crash loses no code and sends none blindly twice", () => {
  test("D-7: after the commit and before the call: within seconds the next process sends it, once", async () => {
    const before = scriptedProvider("a");
    const one = await open(before);
    const result = await one.tryStart({ to: alice });
    const after = scriptedProvider("a");
    const next = await afterCrash(one, after);
    next.engine.run();
    await next.clock.advance(10 * second);
    expect(after.received).toHaveLength(1);
    const id = result.verification?.id ?? "";
    // The start was committed with its claim: whether the call was made, nobody can tell.
    expect(await next.store.deliveriesOf(id)).toMatchObject([
      { state: "accepted", attempts: [{ answer: "unknown" }, { possibleDuplicate: true }] },
    ]);
    const code = after.received[0]?.code ?? "";
    expect((await next.engine.check({ tenantId: one.tenantId, id, code })).outcome).toBe("approved");
  });

  test("D-7: between the claim and the answer: unknown, then one resend with the same code, flagged", async () => {
    const before = scriptedProvider("a");
    before.plan("silent");
    const one = await open(before);
    const result = await one.tryStart({ to: alice });
    await one.clock.advance(10);
    expect(before.received).toHaveLength(1);
    const after = scriptedProvider("a");
    const next = await afterCrash(one, after);
    next.engine.run();
    // The lease of the dead process need not run out; the wait for a receipt must.
    await next.clock.advance(2 * second);
    expect(after.received).toHaveLength(0);
    await next.clock.advance(2 * second);
    expect(after.received.map((message) => message.code)).toEqual([before.received[0]?.code]);
    expect(await next.store.deliveriesOf(result.verification?.id ?? "")).toMatchObject([
      {
        state: "accepted",
        leaseEpoch: 2,
        attempts: [
          { answer: "unknown", reason: "lease_expired" },
          { answer: "accepted", possibleDuplicate: true },
        ],
      },
    ]);
  });

  test("M-06: the code of a message that arrived before the crash is approved after it", async () => {
    const before = scriptedProvider("a");
    const one = await open(before);
    const result = await one.tryStart({ to: alice });
    await one.engine.tick();
    const next = await afterCrash(one, scriptedProvider("a"), 60 * second);
    const id = result.verification?.id ?? "";
    const code = before.received[0]?.code ?? "";
    expect((await next.engine.check({ tenantId: one.tenantId, id, code })).outcome).toBe("approved");
  });

  test("D-8: a backup restored an hour later sends nothing", async () => {
    const one = await open(scriptedProvider("a"));
    await one.tryStart({ to: alice });
    const after = scriptedProvider("a");
    const next = await afterCrash(one, after, 3_600 * second);
    next.engine.run();
    await next.clock.advance(30 * second);
    expect(after.received).toHaveLength(0);
    expect(await next.store.nextDueAt()).toBeNull();
  });

  test("D-9: a step that came due while nobody ran is taken when somebody does", async () => {
    const before = scriptedProvider("a");
    const one = await open(before);
    await one.tryStart({ to: alice });
    await one.engine.tick();
    const after = scriptedProvider("a");
    const next = await afterCrash(one, after, 90 * second);
    next.engine.run();
    await next.clock.advance(second);
    expect(after.received.map((message) => [message.channel, message.code])).toEqual([
      ["voice", before.received[0]?.code],
    ]);
  });

  test("K-5: another master secret is refused, by the id of the one that is missing", async () => {
    const one = await open(scriptedProvider("a"));
    await one.tryStart({ to: alice });
    await one.close();
    const { Secret } = await import("../secrets/index.ts");
    const wrong = { folder: one.folder, secrets: [new Secret("W8kPz3nRt5VyXm1QbCj7LhGdFs2EaUo9")] };
    await expect(openTestInstance(wrong)).rejects.toThrow(one.parts.keyring.currentId);
  });
});
