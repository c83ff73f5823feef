import { Webhook } from "standardwebhooks";
import { afterAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock/index.ts";
import { createEndpoint } from "../../src/events/index.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { key } from "../../src/store/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { openNode } from "../nodes/nodes.ts";
import { openTestInstance } from "../support/instance.ts";
import { quickHashes } from "../support/instance-values.ts";
import { startPostgres } from "../support/postgres.ts";
import { openReceiver } from "./receiver.ts";
import { loopback } from "./webhooks.ts";

const options = {
  webhooks: loopback,
  hashCost: quickHashes,
  accounts: { pagesUrl: "https://id.example.com/account" },
};
const password = "nine rowing margarets";
const newPassword = "seven quiet lighthouses";
const number = "+14155550123";

const server = await startPostgres();
afterAll(() => server.stop());

const stores: readonly (readonly [string, () => Promise<Instance>])[] = [
  ["SQLite", () => openTestInstance({ ...options, clock: createFakeClock(systemClock().now()) })],
  ["PostgreSQL", async () => openNode(await server.database(), options)],
];

/** An endpoint of a service, known at once, and what signs for it. */
async function endpointOf(
  { store, tenant, parts }: Instance,
  serviceId: string,
  url: string,
  types: string[],
) {
  const asked = { tenantId: tenant.id, serviceId, url, description: null, types };
  const { endpoint, secret } = await createEndpoint(
    parts.dataKeyring,
    parts.random,
    parts.clock.now(),
    asked,
  );
  const write = { table: "endpoint", id: endpoint.id, row: endpoint } as const;
  await store.update([key("endpoint", endpoint.id)], () => ({ writes: [write], result: undefined }));
  await parts.webhooks?.registry.refresh();
  return secret.reveal();
}

async function posted({ parts }: Instance): Promise<void> {
  await parts.webhooks?.poll();
  await parts.webhooks?.settled();
}

/** Somebody with a password. */
async function person({ accounts, tenant }: Instance, name: string) {
  const created = await accounts.createSubscriber({ tenantId: tenant.id, name, password });
  if (created.outcome !== "created") throw new Error(created.outcome);
  return { tenantId: tenant.id, subscriberId: created.subscriber.id };
}

async function textsTo(one: Instance, to: string): Promise<string> {
  await one.engine.tick();
  return (one.sandbox?.phones.messages(to) ?? []).map(({ text }) => text).join("\n");
}

async function withPhone(one: Instance, name: string) {
  const of = await person(one, name);
  const enrolled = await one.accounts.enrolPhone({ ...of, number });
  if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
  await one.engine.tick();
  const code = one.sandbox?.phones.messages(number)[0]?.code ?? "";
  const authenticatorId = enrolled.authenticator.id;
  expect((await one.accounts.confirmAuthenticator({ ...of, authenticatorId, code })).outcome).toBe(
    "confirmed",
  );
  return of;
}

async function reset(one: Instance, of: Awaited<ReturnType<typeof person>>): Promise<void> {
  expect((await one.accounts.startReset(of)).outcome).toBe("resetStarted");
  const link = /reset=(csr_[\w-]+)/.exec(await textsTo(one, number))?.[1] ?? "";
  const done = await one.accounts.completeReset({
    tenantId: of.tenantId,
    reset: link,
    password: newPassword,
  });
  expect(done.outcome).toBe("resetDone");
}

async function recover(one: Instance, name: string, of: Awaited<ReturnType<typeof person>>): Promise<void> {
  const { accounts } = one;
  const { tenantId } = of;
  const made = await accounts.makeRecoveryCodes(of);
  if (made.outcome !== "enrolled") throw new Error(made.outcome);
  const { recovery } = await accounts.startRecovery({ tenantId, name });
  await accounts.checkRecovery({ tenantId, recovery, method: "recoveryCode", code: made.codes[0] ?? "" });
  await accounts.checkRecovery({ tenantId, recovery, method: "password", code: password });
  const done = await accounts.completeRecovery({ tenantId, recovery, password: newPassword });
  expect(done.outcome).toBe("recovered");
}

describe.each(stores)("what happens to an account is told to applications, on %s", (_name, open) => {
  test("P-7: a recovery, a reset and an objection, once each, signed, with ids and nothing else", async () => {
    const one = await open();
    const receiver = await openReceiver();
    const service = (await one.parts.directory.service(one.tenant.id))?.id ?? "";
    const secret = await endpointOf(one, service, receiver.url, ["subscriber.*"]);
    const bob = await person(one, "bob");
    await recover(one, "bob", bob);
    const ada = await withPhone(one, "ada");
    await reset(one, ada);
    const notice = /notice=(csn_[\w-]+)/.exec(await textsTo(one, number))?.[1] ?? "";
    const disputes = await Promise.all([1, 2, 3].map(() => one.accounts.disputeNotice({ ...ada, notice })));
    expect(disputes.filter(({ outcome }) => outcome === "disputed")).toHaveLength(1);
    await posted(one);
    const inOrder = [...receiver.received].sort((a, b) => a.event.sequence - b.event.sequence);
    expect(inOrder.map(({ event }) => [event.type, event.data, event.service])).toEqual([
      ["subscriber.recovered", { id: bob.subscriberId }, service],
      ["subscriber.reset", { id: ada.subscriberId }, service],
      ["subscriber.disputed", { id: ada.subscriberId }, service],
    ]);
    for (const { headers, body, event } of inOrder) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(event);
    }
  });

  test("all services of the tenant hear of it by name or by asking for everything, and those that asked for others do not", async () => {
    const one = await open();
    const [mine, other, deaf] = [await openReceiver(), await openReceiver(), await openReceiver()];
    const service = (await one.parts.directory.service(one.tenant.id))?.id ?? "";
    await endpointOf(one, service, mine.url, ["subscriber.reset"]);
    await endpointOf(one, "another-service", other.url, []);
    await endpointOf(one, service, deaf.url, ["endpoint.*", "subscriber.disputed"]);
    await reset(one, await withPhone(one, "ada"));
    await posted(one);
    expect(mine.types()).toEqual(["subscriber.reset"]);
    expect(other.types()).toEqual(["subscriber.reset"]);
    expect(other.received[0]?.event.service).toBe("another-service");
    expect(deaf.types()).toEqual([]);
  });
});
