import { randomBytes } from "node:crypto";
import { systemClock, systemRandom, uuidv7 } from "../src/clock/index.ts";
import { createKeyring, Secret, seal } from "../src/secrets/index.ts";
import { deliveryId, openSqliteStore, type Write } from "../src/store/index.ts";
import {
  type Delivery,
  decide,
  decideStart,
  defaultPolicy,
  type StartCommand,
} from "../src/verification/index.ts";
import { benchSecret } from "./protocol.ts";

const perUpdate = 500;
/** Old enough for no timer, young enough for no purge. */
const ageMs = 86_400_000;

/**
 * Fills a data folder with verifications that were approved a day ago: each with its recipient and its delivery, as
 * the real start and the real store write them.
 */
export async function fillFolder(folder: string, verifications: number): Promise<void> {
  const clock = systemClock();
  const random = systemRandom();
  const keyring = createKeyring([new Secret(benchSecret)]);
  const store = await openSqliteStore({ folder, clock });
  const beganAt = clock.now() - ageMs;
  const tenantId = uuidv7(beganAt, random);
  const serviceId = uuidv7(beganAt, random);
  // Sealed once: what matters to the store is that rows have the length of real ones.
  const sealedAddress = seal(keyring, random, { table: "", column: "", row: "", tenant: "" }, "+12025550123");
  // Sorted, because inserting a million keys in random order into a tree mostly measures the disk.
  const recipientIds = Array.from({ length: verifications }, () =>
    randomBytes(16).toString("base64url"),
  ).sort();
  for (let first = 0; first < verifications; first += perUpdate) {
    const writes: Write[] = [];
    for (const recipientId of recipientIds.slice(first, first + perUpdate)) {
      const at = beganAt + Math.floor(writes.length / 3);
      const id = uuidv7(at + first, random);
      writes.push(
        ...approvedRows({ id, tenantId, serviceId, recipientId, sealedAddress }, keyring.currentId, at),
      );
    }
    await store.update([], () => ({ writes, result: undefined }));
  }
  await store.close();
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
