import { afterAll, describe, test } from "vitest";
import { openPostgresStore } from "../../src/store/index.ts";
import { storeConformance } from "../../src/testing/store-conformance.ts";
import { startPostgres } from "../support/postgres.ts";

const server = await startPostgres();
afterAll(() => server.stop());

storeConformance({ describe, test }, "PostgreSQL", async (options) => {
  const url = await server.database();
  return {
    store: await openPostgresStore({ url, ...options }),
    reopen: () => openPostgresStore({ url }),
  };
});
