import { accountChecks } from "./store-conformance/accounts.ts";
import { auditChecks, auditTamperingChecks } from "./store-conformance/audit.ts";
import { backupChecks } from "./store-conformance/backup.ts";
import { dataKeyChecks } from "./store-conformance/data-keys.ts";
import { chapterOf, type OpenStore, type TestKit } from "./store-conformance/kit.ts";
import { purgeChecks } from "./store-conformance/purge.ts";
import { queryChecks } from "./store-conformance/queries.ts";
import { raceChecks } from "./store-conformance/races.ts";
import { scanChecks } from "./store-conformance/scan.ts";
import { updateChecks } from "./store-conformance/updates.ts";
import { webhookChecks } from "./store-conformance/webhooks.ts";

export type { OpenedStore, OpenOptions, OpenStore, TestKit } from "./store-conformance/kit.ts";

/**
 * What every `Store` keeps, as tests of your own runner (DT-7):
 *
 *     import { describe, test } from "vitest";
 *     storeConformance({ describe, test }, "my store", async () => ({ store: await openMyStore() }));
 *
 * `open` gives each test an empty store; the suite closes it.
 */
export function storeConformance(kit: TestKit, name: string, open: OpenStore): void {
  const chapter = chapterOf(kit, open);
  kit.describe(`store conformance: ${name}`, () => {
    kit.describe("updates", () => updateChecks(chapter));
    kit.describe("races", () => raceChecks(chapter));
    kit.describe("accounts", () => accountChecks(chapter));
    kit.describe("audit log", () => {
      auditChecks(chapter);
      auditTamperingChecks(chapter);
    });
    kit.describe("data keys", () => dataKeyChecks(chapter));
    kit.describe("queries", () => queryChecks(chapter));
    kit.describe("scan", () => scanChecks(chapter));
    kit.describe("purge", () => purgeChecks(chapter));
    kit.describe("webhooks and messages", () => webhookChecks(chapter));
    kit.describe("backup", () => backupChecks(chapter));
  });
}
