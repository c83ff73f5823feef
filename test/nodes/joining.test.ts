import { afterAll, describe, expect, test } from "vitest";
import type { Instance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { testSecret } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { openNode } from "./nodes.ts";

const server = await startPostgres();
afterAll(() => server.stop(), 60_000);

const timeoutMs = 30_000;
const fill = <V>(many: number, make: (index: number) => V): V[] =>
  Array.from({ length: many }, (_, index) => make(index));

describe("a start of several nodes", () => {
  test(
    "five nodes that open an empty database at once make one tenant, one service and one first key",
    async () => {
      const url = await server.emptyDatabase();
      const nodes = await Promise.all(fill(5, () => openNode(url)));
      expect(new Set(nodes.map(({ tenant }) => tenant.id)).size).toBe(1);
      expect(nodes.filter(({ firstKey }) => firstKey !== null)).toHaveLength(1);
      const [node] = nodes as [Instance];
      expect(await node.store.tenants()).toHaveLength(1);
      expect(await node.store.services(node.tenant.id)).toHaveLength(1);
      expect(await node.store.apiKeys(node.tenant.id)).toHaveLength(1);
    },
    timeoutMs,
  );

  test(
    "three that bring the same key adopt it once",
    async () => {
      const url = await server.emptyDatabase();
      const apiKey = new Secret("an-own-key-0123456789-abcdefghijklmnop");
      const nodes = await Promise.all(fill(3, () => openNode(url, { apiKey })));
      const [node] = nodes as [Instance];
      expect(await node.store.apiKeys(node.tenant.id)).toHaveLength(1);
    },
    timeoutMs,
  );

  test("K-5: a node with another master secret, or with none, does not join", async () => {
    const url = await server.database();
    await openNode(url, { secrets: [testSecret] });
    await expect(
      openNode(url, { secrets: [new Secret("another-secret-0123456789-0123456789-xyz")] }),
    ).rejects.toThrow(/another master secret/);
    await expect(openNode(url, { secrets: [] })).rejects.toThrow(/share a master secret/);
  });
});
