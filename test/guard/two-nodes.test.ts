import { afterAll, expect, test } from "vitest";
import { microsPerUnit } from "../../src/guard/index.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { StorageUnavailable } from "../../src/store/index.ts";
import { openTwo } from "../nodes/nodes.ts";
import { startPostgres } from "../support/postgres.ts";
import { scriptedProvider } from "../support/scripted-provider.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const price = 100_000;
const prices = { "*/sms": price, "*/voice": price };

async function openPaid(moneyPerDay: number, velocity: readonly object[]) {
  const carrier = scriptedProvider("paid");
  const guard = { prices, moneyPerDay: moneyPerDay * microsPerUnit, velocity: velocity as never };
  const nodes = await openTwo(await server.database(), { sandbox: false, providers: [carrier], guard });
  return { nodes, carrier };
}

/**
 * A thousand at once, half of them at each node: far more than one second brings. On a machine that is busy some wait for
 * the database in vain, and are not started.
 */
async function flood(nodes: readonly [Instance, Instance], numberOf: (n: number) => string) {
  const results = await Promise.all(
    Array.from({ length: 1_000 }, (_, n) => {
      const node = nodes[n % 2 === 0 ? 0 : 1];
      return node.engine
        .start({ tenantId: node.tenant.id, to: numberOf(n), channel: "sms" })
        .catch((cause: unknown) => {
          if (cause instanceof StorageUnavailable) return null;
          throw cause;
        });
    }),
  );
  return results.filter((one) => one?.outcome === "started").length;
}

test("F-15: 1,000 starts at once on two nodes, of one block of numbers: a quarter of the limit each beyond it at the most", async () => {
  const max = 20;
  const { nodes } = await openPaid(1_000, [{ counter: "prefix3", window: "10m", max }]);
  const started = await flood(
    nodes,
    (n) => `+49151234${String(n).padStart(5, "0")}`.slice(0, -3) + String(n).padStart(3, "0"),
  );
  expect(started).toBeGreaterThanOrEqual(max);
  expect(started).toBeLessThanOrEqual(max + 2 * (max / 4));
});

test("F-15: the same on one recipient: exactly one", async () => {
  const { nodes } = await openPaid(1_000, []);
  expect(await flood(nodes, () => "+4915112345678")).toBe(1);
});

test("F-9, F-15: and no cap of money is passed by two nodes, whoever comes first", async () => {
  const { nodes, carrier } = await openPaid(10, []);
  const started = await flood(nodes, (n) => `+49151${String(10_000_000 + n * 7_919).slice(-8)}`);
  await Promise.all(nodes.map((node) => node.engine.tick()));
  // Nine tenths of ten, at a tenth each; a hundredth of the day may be in the other node's hand.
  expect(started).toBeLessThanOrEqual(90);
  expect(started).toBeGreaterThanOrEqual(86);
  expect(carrier.received.length).toBe(started);
});
