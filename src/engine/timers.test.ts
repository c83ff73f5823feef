import { expect, test } from "vitest";
import { openTestInstance, type TestInstance } from "../../test/support/instance.ts";
import { pendingRow, policyWith, recipientRow } from "../../test/support/rows.ts";
import { scriptedProvider } from "../../test/support/scripted-provider.ts";
import { uuidv7 } from "../clock/index.ts";
import { seal } from "../secrets/index.ts";
import { key, type Write } from "../store/index.ts";
import { seededRandom } from "../testing/index.ts";
import { addressContext } from "./address.ts";

const second = 1_000;
const timers = 100_000;
const perSecond = 500;
const seconds = 10;
/** Every tenth timer is a step with a message, the others are ends. */
const stepEvery = 10;

/** A hundred thousand pending verifications, written straight into the store. */
async function addTimers(one: TestInstance, start: number): Promise<void> {
  const random = seededRandom(15);
  const { keyring } = one.parts;
  const { tenantId } = one;
  const service = (await one.store.services(tenantId))[0];
  const policy = policyWith();
  const recipientOf = (n: number): string => (n % stepEvery === 0 ? `step-${n}` : `shared-${n % 50}`);

  /** The first few thousand are due in the next seconds, all others in an hour. */
  const dueAt = (n: number): number =>
    n < perSecond * seconds ? start + (1 + (n % seconds)) * second : start + 3_600 * second + n;
  for (let from = 0; from < timers; from += 1_000) {
    const writes: Write[] = [];
    for (let n = from; n < from + 1_000; n++) {
      const recipientId = recipientOf(n);
      const isStep = n % stepEvery === 0;
      const id = uuidv7(start, random);
      const row = pendingRow({
        id,
        tenantId,
        serviceId: service?.id ?? "",
        recipientId,
        policy,
        codeKeyId: keyring.currentId,
        createdAt: start,
        codeExpiresAt: start + 300 * second,
        nextStepAt: isStep ? dueAt(n) : null,
        endsAt: isStep ? dueAt(n) + 240 * second : dueAt(n),
        step: isStep ? 0 : 1,
      });
      writes.push({ table: "verification", id, row });
      if (isStep || n < 500) {
        const sealedAddress = seal(keyring, random, addressContext(recipientId, tenantId), "+14155550101");
        const recipient = recipientRow({ id: recipientId, tenantId, sealedAddress, sentAt: [] });
        writes.push({ table: "recipient", id: recipientId, row: recipient });
      }
    }
    await one.store.update([], () => ({ writes, result: undefined }));
  }
}

test("D-15, I7: 100,000 pending timers fire in their second, none before, each effect once", async () => {
  const provider = scriptedProvider("a");
  const one = await openTestInstance({ sandbox: false, providers: [provider] });
  const start = one.clock.now();
  await addTimers(one, start);

  expect(await one.store.due("alarm", start + second - 1, timers)).toEqual([]);
  let stepped = 0;
  for (let at = 1; at <= seconds; at++) {
    one.clock.jumpTo(start + at * second - 1);
    await one.engine.tick();
    one.clock.jumpTo(start + at * second);
    const due = await one.store.due("alarm", one.clock.now(), timers);
    // Nothing of this second had fired 1 ms before it, and nothing of the seconds before is left.
    expect(due).toHaveLength(perSecond);
    await one.engine.tick();
    expect(await one.store.due("alarm", one.clock.now(), timers)).toEqual([]);
    for (const { verificationId, recipientId } of due) {
      const row = await one.store.get(key("verification", verificationId));
      if (recipientId.startsWith("step-")) {
        stepped += 1;
        expect(row).toMatchObject({ status: "pending", step: 1, sends: 2 });
      } else expect(row).toMatchObject({ status: "expired", settledAt: one.clock.now() });
    }
    expect(provider.received).toHaveLength(stepped);
  }
  expect(stepped).toBe((perSecond * seconds) / stepEvery);
  const later = await one.store.due("alarm", start + 86_400 * second, 2 * timers);
  expect(later).toHaveLength(timers - perSecond * seconds + stepped);
}, 60_000);
