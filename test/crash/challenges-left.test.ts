import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FakeClock } from "../../src/testing/index.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { openTestInstance, type TestInstance } from "../support/instance.ts";

/** Enough for a batch that goes to the journal, and too few for the fold that a full one brings about. */
const people = Array.from({ length: 30 }, (_, n) => ({
  name: `person-${n}`,
  number: `+141555501${String(n).padStart(2, "0")}`,
}));
const minute = 60_000;

interface Asked {
  readonly id: string;
  readonly number: string;
  readonly name: string;
}

const binding = "browser-1";

/** What a process leaves on the disk that is killed at this moment; copied by another one, which holds no lock of ours. */
function leftBy({ folder }: TestInstance): string {
  const left = tempFolder();
  for (const name of ["countersign.db", "countersign.db-wal"]) {
    execFileSync("cp", [join(folder, name), left]);
  }
  return left;
}

async function enrolled(one: TestInstance): Promise<void> {
  const { accounts, tenantId } = one;
  await Promise.all(
    people.map(async ({ name, number }) => {
      const created = await accounts.createSubscriber({ tenantId, name });
      if (created.outcome !== "created") throw new Error(created.outcome);
      const subscriberId = created.subscriber.id;
      const phone = await accounts.enrolPhone({ tenantId, subscriberId, number });
      if (phone.outcome !== "enrolled") throw new Error(phone.outcome);
      const authenticatorId = phone.authenticator.id;
      await one.engine.tick();
      const code = one.codeOn(number);
      const confirmed = await accounts.confirmAuthenticator({
        tenantId,
        subscriberId,
        authenticatorId,
        code,
      });
      expect(confirmed.outcome).toBe("confirmed");
    }),
  );
  await one.clock.advance(5 * minute);
}

async function started(one: TestInstance): Promise<readonly Asked[]> {
  const { accounts, tenantId } = one;
  const asked = await Promise.all(
    people.map(async ({ name, number }) => {
      const answer = await accounts.startChallenge({ tenantId, name, binding, send: true });
      if (answer.outcome !== "challengeStarted") throw new Error(answer.outcome);
      return { id: answer.challenge.id, name, number };
    }),
  );
  await one.engine.tick();
  return asked;
}

/** Each code twice at the same time: how often it was approved. */
async function checkedTwice(one: TestInstance, { id }: Asked, code: string): Promise<number> {
  const { accounts, tenantId } = one;
  const check = () => accounts.checkChallenge({ tenantId, id, binding, code });
  const both = await Promise.all([check(), check()]);
  return both.filter(({ outcome }) => outcome === "approved").length;
}

async function next(folder: string, clock: FakeClock, tenantId: string): Promise<TestInstance> {
  const one = await openTestInstance({ folder, clock });
  expect(one.tenantId).toBe(tenantId);
  return one;
}

test("R-04, A-5, T-4: challenges and their codes outlive a kill between start and check, and approve once whichever process checks them", async () => {
  const first = await openTestInstance();
  const { clock, tenantId } = first;
  await enrolled(first);
  const asked = await started(first);
  const codes = new Map(asked.map(({ number }) => [number, first.codeOn(number)]));
  const betweenStartAndCheck = leftBy(first);
  const approvals = await Promise.all(
    asked.map((one) => checkedTwice(first, one, codes.get(one.number) ?? "")),
  );
  expect(approvals).toEqual(people.map(() => 1));
  const afterTheCheck = leftBy(first);

  const second = await next(betweenStartAndCheck, clock, tenantId);
  for (const { id } of asked) {
    expect((await second.accounts.challenge({ tenantId, id, binding }))?.challenge.status).toBe("pending");
  }
  const again = await Promise.all(asked.map((one) => checkedTwice(second, one, codes.get(one.number) ?? "")));
  expect(again).toEqual(people.map(() => 1));

  const third = await next(afterTheCheck, clock, tenantId);
  for (const one of asked) {
    const { id, name, number } = one;
    expect((await third.accounts.challenge({ tenantId, id, binding }))?.challenge.status).toBe("approved");
    expect(await checkedTwice(third, one, codes.get(number) ?? "")).toBe(0);
    const subscriber = await third.accounts.subscriber({ tenantId, name });
    expect(subscriber?.authenticators[0]?.lastUsedAt).toBe(clock.now());
  }
});
