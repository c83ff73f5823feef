import { randomBytes } from "node:crypto";
import { systemClock, systemRandom, uuidv7, uuidv7Floor } from "../src/clock/index.ts";
import { createKeyring, Secret, seal } from "../src/secrets/index.ts";
import {
  deliveryId,
  openPostgresStore,
  openSqliteStore,
  type Store,
  type Write,
} from "../src/store/index.ts";
import {
  type Delivery,
  decide,
  decideStart,
  defaultPolicy,
  type StartCommand,
} from "../src/verification/index.ts";
import type { Database } from "./database.ts";
import { benchSecret } from "./protocol.ts";

const perUpdate = 500;
const dayMs = 86_400_000;
/** The youngest a day old, so that no timer is waiting; the oldest too young for any purge. */
const days = 28;

/** Fills the database of a data folder. */
export async function fillFolder(folder: string, verifications: number): Promise<void> {
  const store = await openSqliteStore({ folder, clock: systemClock() });
  await fillStore(store, verifications);
  await store.close();
}

/** Fills a database on PostgreSQL, with the partitions that those days would have had. */
export async function fillDatabase(database: Database, url: string, verifications: number): Promise<void> {
  const store = await openPostgresStore({ url });
  const today = Math.floor(systemClock().now() / dayMs) * dayMs;
  for (let day = 1; day <= days + 1; day++) {
    const first = today - day * dayMs;
    const name = new Date(first).toISOString().slice(0, 10).replaceAll("-", "");
    for (const table of ["verifications", "deliveries"]) {
      const bounds = `'${uuidv7Floor(first)}', '${uuidv7Floor(first + dayMs)}'`;
      await database.sql(`select countersign_add_day('${table}', '${name}', ${bounds})`, url);
    }
  }
  await fillStore(store, verifications);
  await store.close();
  // As after weeks of autovacuum: the first rounds must not pay for it.
  await database.sql("vacuum analyze", url);
  await database.sql("checkpoint");
}

/** Verifications that were approved, each with its recipient and its delivery, as the real start and store write them. */
async function fillStore(store: Store, verifications: number): Promise<void> {
  const clock = systemClock();
  const random = systemRandom();
  const keyring = createKeyring([new Secret(benchSecret)]);
  const beganAt = clock.now() - (days + 1) * dayMs;
  const everyMs = (days * dayMs) / verifications;
  const tenantId = uuidv7(beganAt, random);
  const serviceId = uuidv7(beganAt, random);
  // Sealed once: what matters to the store is that rows have the length of real ones.
  const sealedAddress = seal(keyring, random, { table: "", column: "", row: "", tenant: "" }, "+12025550123");
  // Sorted, because inserting a million keys in random order into a tree mostly measures the disk.
  const recipientIds = Array.from({ length: verifications }, () =>
    randomBytes(16).toString("base64url"),
  ).sort();
  for (let first = 0; first < verifications; first += perUpdate) {
    const writes = recipientIds.slice(first, first + perUpdate).flatMap((recipientId, index): Write[] => {
      const at = Math.floor(beganAt + (first + index) * everyMs);
      const ids = { id: uuidv7(at, random), tenantId, serviceId, recipientId, sealedAddress };
      return approvedRows(ids, keyring.currentId, at);
    });
    await store.update([], () => ({ writes, result: undefined }));
  }
}

interface Ids {
  readonly id: string;
  readonly tenantId: string;
  readonly serviceId: string;
  readonly recipientId: string;
  readonly sealedAddress: string;
}

function approvedRows(ids: Ids, codeKeyId: string, at: number): Write[] {
  const started = decideStart({ recipient: undefined, pending: undefined }, startOf(ids, codeKeyId), at);
  const [queued] = started.deliveries;
  if (started.verification === null || queued === undefined) throw new TypeError("a fresh start was refused");
  const checked = decide(
    { recipient: started.recipient, verification: started.verification },
    { type: "check", wellFormed: true, matches: true, binding: null, claimants: [] },
    at + 9_000,
  );
  const delivery: Delivery = {
    ...queued,
    state: "accepted",
    attempts: [
      {
        provider: "sandbox",
        at,
        answer: "accepted",
        providerMessageId: "sandbox-1",
        reason: null,
        possibleDuplicate: false,
      },
    ],
  };
  return [
    { table: "recipient", id: ids.recipientId, row: checked.recipient },
    { table: "verification", id: ids.id, row: checked.verification },
    { table: "delivery", id: deliveryId(ids.id, 1), row: delivery },
  ];
}

function startOf(ids: Ids, codeKeyId: string): StartCommand {
  return {
    ...ids,
    type: "start",
    purpose: "verify",
    subject: null,
    binding: null,
    claimants: [],
    payment: null,
    brand: "Countersign",
    locale: "en",
    clientRef: null,
    metadata: null,
    policy: defaultPolicy,
    codeKeyId,
    suppliedCode: null,
  };
}
