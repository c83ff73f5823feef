import { afterAll, describe, expect, test } from "vitest";
import type { Instance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { key } from "../../src/store/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import type { Policy } from "../../src/verification/index.ts";
import { alice, wrongCode } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { codeOn, countOf, messagesOn, openTwo, pick } from "./nodes.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const freely: Partial<Policy> = { resendWaitsMs: [] };
/** `COUNTERSIGN_PROOF=full` repeats the races a hundred times. */
const isFull = process.env["COUNTERSIGN_PROOF"] === "full";
const races = isFull ? 100 : 5;
const freshRecipients = isFull ? 100 : 3;
const timeoutMs = isFull ? 600_000 : 180_000;

async function started(nodes: readonly Instance[], index: number, to: string): Promise<string> {
  const node = pick(nodes, index);
  const { verification } = await node.engine.start({ tenantId: node.tenant.id, to, policy: freely });
  if (verification === null) throw new Error("the start was refused");
  await node.engine.tick();
  return verification.id;
}

async function checkAll(nodes: readonly Instance[], id: string, codes: readonly string[]): Promise<string[]> {
  const results = await Promise.all(
    codes.map((code, index) => {
      const node = pick(nodes, index);
      return node.engine.check({ tenantId: node.tenant.id, id, code });
    }),
  );
  return results.map(({ outcome }) => outcome);
}

const fill = <V>(many: number, make: (index: number) => V): V[] =>
  Array.from({ length: many }, (_, index) => make(index));

describe("races over two nodes", () => {
  test(
    "A-5, C-02: of 200 parallel right checks over two nodes exactly one is approved",
    async () => {
      const nodes = await openTwo(await server.database());
      for (let round = 0; round < races; round++) {
        const to = `+1415555${1_000 + round}`;
        const id = await started(nodes, round, to);
        const right = codeOn(nodes, to);
        const outcomes = await checkAll(
          nodes,
          id,
          fill(200, () => right),
        );
        expect(countOf(outcomes, "approved")).toBe(1);
        expect(countOf(outcomes, "settled")).toBe(199);
      }
    },
    timeoutMs,
  );

  test(
    "C-01: of 1,000 parallel wrong codes over two nodes exactly five are evaluated",
    async () => {
      const nodes = await openTwo(await server.database());
      const id = await started(nodes, 0, alice);
      const right = codeOn(nodes, alice);
      const outcomes = await checkAll(
        nodes,
        id,
        fill(1_000, (n) => wrongCode(right, n + 1)),
      );
      expect(countOf(outcomes, "codeMismatch")).toBe(4);
      expect(countOf(outcomes, "exhausted")).toBe(996);
      const row = await nodes[0].store.get(key("verification", id));
      expect(row).toMatchObject({ status: "exhausted" });
      expect(row?.checks).toHaveLength(5);
      expect(await checkAll(nodes, id, [right])).toEqual(["exhausted"]);
    },
    timeoutMs,
  );

  test(
    "C-03: the fifth wrong code against the right one on the other node: one of them wins, never both",
    async () => {
      const nodes = await openTwo(await server.database());
      for (let round = 0; round < 10; round++) {
        const to = `+1415555020${round}`;
        const id = await started(nodes, round, to);
        const right = codeOn(nodes, to);
        await checkAll(
          nodes,
          id,
          fill(4, () => wrongCode(right)),
        );
        const outcomes = await checkAll(
          nodes,
          id,
          round % 2 === 0 ? [wrongCode(right), right] : [right, wrongCode(right)],
        );
        const row = await nodes[0].store.get(key("verification", id));
        expect(["approved", "exhausted"]).toContain(row?.status);
        expect(countOf(outcomes, "approved")).toBe(row?.status === "approved" ? 1 : 0);
      }
    },
    timeoutMs,
  );

  test(
    "C-06, F-15: starting again and again over two nodes gives no more guesses than the recipient's budget",
    async () => {
      const nodes = await openTwo(await server.database());
      const outcomes = await Promise.all(
        fill(60, async (n) => {
          const node = pick(nodes, n);
          const { verification } = await node.engine.start({
            tenantId: node.tenant.id,
            to: alice,
            policy: freely,
            binding: `browser-${n}`,
          });
          if (verification === null) return [];
          const guesses = fill(4, (guess) =>
            pick(nodes, n + guess).engine.check({
              tenantId: node.tenant.id,
              id: verification.id,
              code: String(100_000 + n * 4 + guess),
              binding: `browser-${n}`,
            }),
          );
          return (await Promise.all(guesses)).map(({ outcome }) => outcome as string);
        }),
      );
      const evaluated = outcomes
        .flat()
        .filter((one) => ["codeMismatch", "exhausted", "approved"].includes(one));
      expect(evaluated).toHaveLength(10);
      const { recipients } = await rowsOf(nodes[0]);
      expect(recipients).toHaveLength(1);
      expect(recipients[0]?.wrongAt).toHaveLength(10);
    },
    timeoutMs,
  );
});

/** All verifications, and the recipients they are of. */
async function rowsOf(node: Instance) {
  const verifications = await node.store.verifications({ tenantId: node.tenant.id, limit: 500 });
  const ids = [...new Set(verifications.map(({ recipientId }) => recipientId))];
  const recipients = await Promise.all(ids.map((id) => node.store.get(key("recipient", id))));
  return { verifications, recipients };
}

describe("C-50: fifty parallel starts on each of two nodes for a recipient that has no row yet", () => {
  const begin = async (policy: Partial<Policy>, binding?: string) => {
    const nodes = await openTwo(await server.database());
    const results = await Promise.all(
      fill(100, (n) => {
        const node = pick(nodes, n);
        return node.engine.start({
          tenantId: node.tenant.id,
          to: alice,
          policy,
          ...(binding === undefined ? {} : { binding }),
        });
      }),
    );
    await Promise.all(nodes.map((node) => node.engine.tick()));
    return { nodes, results, outcomes: results.map(({ outcome }) => outcome as string) };
  };

  test(
    "with separate: as many as the day allows, each of them counts and is sent once",
    async () => {
      const nodes = await openTwo(await server.database());
      const [{ store, tenant }] = nodes;
      for (let round = 0; round < freshRecipients; round++) {
        const to = `+1415555${2_000 + round}`;
        const starts = fill(100, (n) =>
          pick(nodes, n).engine.start({ tenantId: tenant.id, to, policy: freely }),
        );
        const results = await Promise.all(starts);
        await Promise.all(nodes.map((node) => node.engine.tick()));
        const outcomes = results.map(({ outcome }) => outcome as string);
        expect(countOf(outcomes, "started")).toBe(10);
        expect(countOf(outcomes, "sendLimitReached")).toBe(90);
        const id = results.find(({ verification }) => verification !== null)?.verification?.id ?? "";
        const { recipientId = "" } = (await store.get(key("verification", id))) ?? {};
        const made = await store.verifications({ tenantId: tenant.id, recipientId, limit: 100 });
        expect(made).toHaveLength(10);
        expect((await store.get(key("recipient", recipientId)))?.sentAt).toHaveLength(10);
        expect(messagesOn(nodes, to)).toHaveLength(10);
      }
    },
    timeoutMs,
  );

  test(
    "with refuse: exactly one verification exists",
    async () => {
      const { nodes, outcomes } = await begin({ ...freely, ifPending: "refuse" });
      expect(countOf(outcomes, "started")).toBe(1);
      expect(countOf(outcomes, "verificationPending")).toBe(99);
      expect((await rowsOf(nodes[0])).verifications).toHaveLength(1);
      expect(messagesOn(nodes, alice)).toHaveLength(1);
    },
    timeoutMs,
  );

  test(
    "with continue and one binding: exactly one verification, answered a hundred times",
    async () => {
      const { nodes, results, outcomes } = await begin({ ifPending: "continue" }, "browser");
      expect(new Set(results.map(({ verification }) => verification?.id)).size).toBe(1);
      expect(countOf(outcomes, "started")).toBe(1);
      expect(countOf(outcomes, "continued")).toBe(99);
      expect(messagesOn(nodes, alice)).toHaveLength(1);
      expect((await rowsOf(nodes[1])).verifications).toHaveLength(1);
    },
    timeoutMs,
  );

  test(
    "with replace and one binding: one is pending at the end, and no more are made than the day allows",
    async () => {
      const { nodes, outcomes } = await begin({ ...freely, ifPending: "replace" }, "browser");
      const made = outcomes.filter((one) => one === "started" || one === "replaced").length;
      expect(made).toBe(10);
      const { verifications, recipients } = await rowsOf(nodes[0]);
      expect(verifications).toHaveLength(10);
      expect(verifications.filter(({ status }) => status === "pending")).toHaveLength(1);
      expect(recipients[0]?.pending).toHaveLength(1);
    },
    timeoutMs,
  );

  test(
    "mixed with checks and cancels nothing fails, and there is at most one approval",
    async () => {
      const nodes = await openTwo(await server.database());
      const id = await started(nodes, 0, alice);
      const code = codeOn(nodes, alice);
      const work = fill(50, (n) => {
        const { engine, tenant } = pick(nodes, n);
        const verb = { tenantId: tenant.id, id };
        return [
          engine.start({ tenantId: tenant.id, to: alice, policy: freely }),
          engine.check({ ...verb, code: n % 7 === 3 ? code : wrongCode(code) }),
          engine.resend(verb),
          ...(n > 20 ? [engine.cancel(verb)] : []),
        ];
      });
      const outcomes: string[] = (await Promise.all(work.flat())).map(({ outcome }) => outcome);
      expect(countOf(outcomes, "approved") + countOf(outcomes, "canceled")).toBeLessThanOrEqual(1);
      const { recipients } = await rowsOf(nodes[0]);
      expect(recipients[0]?.sentAt.length).toBeLessThanOrEqual(10);
    },
    timeoutMs,
  );
});

describe("work that any node may do", () => {
  test(
    "D-2, D-9: two nodes that ring the same alarms at once send each next step once",
    async () => {
      const clock = createFakeClock();
      const nodes = await openTwo(await server.database(), { clock });
      const numbers = fill(150, (n) => `+1415556${String(1_000 + n)}`);
      await Promise.all(
        numbers.map((to, n) => pick(nodes, n).engine.start({ tenantId: nodes[0].tenant.id, to })),
      );
      await Promise.all(nodes.map((node) => node.engine.tick()));
      await clock.advance(61_000);
      await Promise.all(nodes.map((node) => node.engine.tick()));
      await Promise.all(nodes.map((node) => node.engine.tick()));
      for (const to of numbers) {
        const channels = messagesOn(nodes, to).map(({ channel }) => channel);
        expect(channels.sort()).toEqual(["sms", "voice"]);
      }
    },
    timeoutMs,
  );

  test("a key that one node revoked is refused by the other within two seconds", async () => {
    const clock = createFakeClock();
    const [one, other] = await openTwo(await server.database(), {
      clock,
      apiKey: new Secret("k".repeat(40)),
    });
    const [record] = await one.store.apiKeys(one.tenant.id);
    if (record === undefined) throw new Error("there is no key");
    expect(await other.parts.directory.apiKey(record.digest)).toBeDefined();
    await one.store.update([key("apiKey", record.id)], () => ({
      writes: [{ table: "apiKey", id: record.id, row: null }],
      result: undefined,
    }));
    await clock.advance(2_001);
    expect(await other.parts.directory.apiKey(record.digest)).toBeUndefined();
  });

  test("N-8: while one node purges, another finds nothing to do instead of doing it twice", async () => {
    const url = await server.database();
    const [one] = await openTwo(url);
    const held = holdPurgeLock(url);
    await held.taken;
    const old = { settled: Date.now() + 3_600_000, idempotency: Date.now() + 3_600_000 };
    await one.engine.start({ tenantId: one.tenant.id, to: alice });
    expect(await one.store.purge(old, 100)).toMatchObject({ recipients: 0, finished: true });
    await held.release();
    expect(await one.store.purge(old, 100)).toMatchObject({ recipients: 1 });
  });
});

/** Stands in for a node that is at the purge: the number is the one of src/store/postgres/purge.ts. */
function holdPurgeLock(url: string): { taken: Promise<void>; release: () => Promise<void> } {
  const client = server.client(url);
  const taken = client.connect().then(async () => {
    await client.query(`begin; select pg_advisory_xact_lock(${0x636f_7571})`);
  });
  return { taken, release: () => client.end() };
}
