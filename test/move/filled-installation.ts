import { appendAudit, machineAct } from "../../src/audit/index.ts";
import { newRotation } from "../../src/engine/index.ts";
import { createEndpoint } from "../../src/events/index.ts";
import { type Instance, openInstance } from "../../src/instance/instance.ts";
import { key, type TableName, type Tables } from "../../src/store/index.ts";
import { rotationId } from "../../src/tenants/index.ts";
import { type FakeClock, seededRandom } from "../../src/testing/index.ts";
import { alice, bob, mallory, quickHashes, testSecret } from "../support/instance-values.ts";

/** The code of the verification that is pending in it. */
export const pendingCode = "483920";

export interface Filled {
  readonly tenantId: string;
  readonly firstKey: string;
  readonly pendingId: string;
  readonly approvedId: string;
  /** Under which the pending one was started. */
  readonly idempotency: { readonly id: string; readonly fingerprint: string };
}

/** Makes an installation with one of everything: settled, locked out, under way, replayable. */
export async function fillInstallation(folder: string, clock: FakeClock): Promise<Filled> {
  const one = await openInstance({
    folder,
    clock,
    random: seededRandom(15),
    secrets: [testSecret],
    hashCost: quickHashes,
    webhooks: { networks: ["127.0.0.0/8"], ports: [443] },
    sync: (done) => setImmediate(done, null),
  });
  const tenantId = one.tenant.id;
  await endpointAt("http://127.0.0.1:9/", one, clock);
  await one.engine.sendMessage({ tenantId, to: "+14155550155", text: "hello" });
  const stop = { id: "m1", from: "+14155550156", to: "+14155550100", text: "STOP" };
  await one.engine.inbound("sandbox", stop);
  const approvedId = await started(one, { to: bob, code: "120934" });
  await one.engine.check({ tenantId, id: approvedId, code: "120934" });
  const guessed = await started(one, { to: mallory, code: "120934" });
  for (let guess = 0; guess < 5; guess++) {
    await one.engine.check({ tenantId, id: guessed, code: `00000${guess}` });
  }
  await account(one);
  await appendAudit(one.parts, machineAct("createKey", { tenantId, target: null }));
  await one.store.update([key("rotation", rotationId)], (rows, now) => {
    const row = newRotation(rows, one.parts, { tenantId: null, replacesDataKeys: true }, now);
    return { writes: [{ table: "rotation", id: rotationId, row }], result: undefined };
  });
  const idempotency = { id: "once", fingerprint: "body" };
  const pendingId = await started(one, { to: alice, idempotency, code: pendingCode });
  await clock.advance(20_000);
  const firstKey = one.firstKey?.key ?? "";
  await one.close();
  return { tenantId, firstKey, pendingId, approvedId, idempotency };
}

/** Its receiver is not there: what waits moves with everything else. */
async function endpointAt(url: string, one: Instance, clock: FakeClock): Promise<void> {
  const tenantId = one.tenant.id;
  const service = await one.parts.directory.service(tenantId);
  const asked = { tenantId, serviceId: service?.id ?? "", url, description: null, types: [] };
  const { dataKeyring, random, webhooks } = one.parts;
  const { endpoint } = await createEndpoint(dataKeyring, random, clock.now(), asked);
  await write(one, "endpoint", endpoint.id, endpoint);
  await webhooks?.registry.refresh();
}

async function write<T extends TableName>(
  one: Instance,
  table: T,
  id: string,
  row: Tables[T],
): Promise<void> {
  const writes = [{ table, id, row } as never];
  await one.store.update([key(table, id)], () => ({ writes, result: undefined }));
}

async function started(
  one: Instance,
  request: Omit<Parameters<Instance["engine"]["start"]>[0], "tenantId">,
): Promise<string> {
  const result = await one.engine.start({ ...request, tenantId: one.tenant.id });
  if (result.verification === null) throw new Error(result.outcome);
  await one.engine.tick();
  return result.verification.id;
}

async function account({ accounts, tenant }: Instance): Promise<void> {
  const ada = { tenantId: tenant.id, name: "ada" };
  const password = "nine rowing margarets";
  await accounts.createSubscriber({ ...ada, password });
  await accounts.signIn({ ...ada, password });
  await accounts.makeRecoveryCodes(ada);
  await accounts.startChallenge(ada);
}
