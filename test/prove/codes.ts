// The long version of test/http/one-code-once.test.ts: npm run prove -- codes [rounds]. Appends its numbers to the ledger,
// and goes on where it was stopped.

import { type CodeType, openOnPostgres, raceCodes } from "../http/code-race.ts";
import { type Installation, openInstallation } from "../http/installation.ts";
import { startPostgres } from "../support/postgres.ts";
import { inSlices } from "./ledger.ts";

const parallel = 200;
const types: readonly CodeType[] = ["totp", "recoveryCodes"];

/** One code given to many challenges at once, over HTTP, on both stores; says whether exactly one of them took it each time. */
export async function proveCodes(rounds: number): Promise<boolean> {
  const server = await startPostgres();
  const stores: Readonly<Record<string, () => Promise<Installation>>> = {
    SQLite: () => openInstallation(),
    PostgreSQL: () => openOnPostgres(server),
  };
  try {
    let isWell = true;
    for (const [store, open] of Object.entries(stores)) {
      for (const type of types) {
        const proof = `one ${type} code, ${store}`;
        isWell =
          (await inSlices("codes", { proof, count: rounds, slice: 25 }, async (count) => {
            const installation = await open();
            try {
              const race = await raceCodes(installation, type, { rounds: count, parallel });
              return { requirement: "T-4, L-3", ...race, failed: race.anomalies > 0 };
            } finally {
              await installation.close();
            }
          })) && isWell;
      }
    }
    return isWell;
  } finally {
    await server.stop();
  }
}
