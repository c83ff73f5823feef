import { afterAll, describe, expect, test } from "vitest";
import type { Use } from "../../src/accounts/index.ts";
import { openPostgresStore, openSqliteStore, type Store } from "../../src/store/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { challengeRow, subscriberRow, useAt } from "../../src/testing/store-conformance/accounts.ts";
import { began, fill, put } from "../../src/testing/store-conformance/rows.ts";
import { startPostgres } from "../support/postgres.ts";
import { tempFolder } from "./temp-folder.ts";

/** `COUNTERSIGN_PROOF=full` repeats the races a hundred times. */
const rounds = process.env["COUNTERSIGN_PROOF"] === "full" ? 100 : 3;
const parallel = 200;

const server = await startPostgres();
afterAll(() => server.stop());

/** Nodes of one installation: on PostgreSQL two of them share the work. */
const stores: readonly (readonly [string, () => Promise<readonly Store[]>])[] = [
  [
    "SQLite",
    async () => [await openSqliteStore({ folder: tempFolder(), clock: createFakeClock(), lockWaitMs: 0 })],
  ],
  [
    "two nodes on PostgreSQL",
    async () => {
      const url = await server.database();
      return [await openPostgresStore({ url }), await openPostgresStore({ url })];
    },
  ],
];

describe.each(stores)("%s", (_name, open) => {
  test.each(["totp", "recoveryCodes"] as const)(
    `T-4, L-3: of ${parallel} parallel uses of one code (%s) one succeeds, ${rounds} times`,
    async (type) => {
      const nodes = await open();
      const [first] = nodes as [Store];
      for (let round = 0; round < rounds; round++) {
        const subscriber = subscriberRow(round);
        const challenges = fill(parallel, (n) => challengeRow(round * parallel + n, subscriber));
        await put(first, [
          { table: "subscriber", id: subscriber.id, row: subscriber },
          ...challenges.map((row) => ({ table: "challenge" as const, id: row.id, row })),
        ]);
        const use: Use =
          type === "totp"
            ? { type, authenticatorId: `${subscriber.id}-app`, step: 59_000_000 }
            : { type, authenticatorId: `${subscriber.id}-codes`, index: 3 };
        const outcomes = await Promise.all(
          challenges.map(({ id }, n) => useAt(nodes[n % nodes.length] as Store, id, use, began + 1_000)),
        );
        expect(outcomes.filter(({ type: outcome }) => outcome === "approved")).toHaveLength(1);
        expect(outcomes.filter(({ type: outcome }) => outcome === "codeUsed")).toHaveLength(parallel - 1);
      }
      await Promise.all(nodes.map((one) => one.close()));
    },
    600_000,
  );
});
