import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditEntries } from "../../src/audit/index.ts";
import { scopes } from "../../src/tenants/index.ts";
import { operationsOf } from "./contract.ts";
import { rowsOfDoor } from "./door.ts";
import { type Answer, openInstallation } from "./installation.ts";
import { makeTargets, requestFor, type Targets } from "./requests.ts";

const installation = await openInstallation();
const { json: document } = await installation.send({ path: "/api/openapi.json", key: null });
const operations = operationsOf(document);

let own: Targets;
let otherTenantKey = "";
const keys: Record<string, string> = {};
/** The key that is issued for a caller of each kind. */
const presented: Record<string, (operationScope: string) => string | null> = {
  "no key": () => null,
  "a key that nobody issued": () => `cs_${"A".repeat(43)}`,
  "the Vonage secret of a good key": () => keys["vonage"] ?? "",
  "the Twilio secret of a good key": () => keys["twilio"] ?? "",
  "the Telnyx secret of a good key": () => keys["telnyx"] ?? "",
  "the Flowroute secret of a good key": () => keys["flowroute"] ?? "",
  "a revoked key": () => keys["revoked"] ?? "",
  "an expired key": () => keys["expired"] ?? "",
};

beforeAll(async () => {
  own = await makeTargets(installation, installation.firstKey);
  const good = await installation.makeKey({ scopes });
  keys["vonage"] = good.vonage.apiSecret;
  keys["twilio"] = good.twilio.authToken;
  keys["telnyx"] = good.telnyx.apiKey;
  keys["flowroute"] = good.flowroute.secretKey;
  const revoked = await installation.makeKey({ scopes });
  await installation.call({ method: "DELETE", path: `/keys/${revoked.id}` });
  keys["revoked"] = revoked.key;
  const inAnHour = new Date(installation.clock.now() + 3_600_000).toISOString();
  keys["expired"] = (await installation.makeKey({ scopes, expiresAt: inAnHour })).key;
  keys["elsewhere"] = (await installation.makeKey({ scopes, allowedAddresses: ["10.0.0.0/8"] })).key;
  for (const scope of scopes) {
    keys[`without ${scope}`] = (
      await installation.makeKey({ scopes: scopes.filter((one) => one !== scope) })
    ).key;
    keys[`only ${scope}`] = (await installation.makeKey({ scopes: [scope] })).key;
  }
  const tenant = await installation.call({ method: "POST", path: "/tenants", body: { name: "Other" } });
  otherTenantKey = tenant.json.key.key;
  await installation.clock.advance(3_600_001);
});

afterAll(() => installation.close());

/** What any of the refused requests could have changed. */
async function rowsOfTenant(): Promise<unknown> {
  const { store, tenant } = installation.instance;
  const withoutUse = (await store.apiKeys(tenant.id)).map(({ lastUsedAt, ...rest }) => rest);
  return {
    keys: withoutUse,
    services: await store.services(tenant.id),
    tenants: (await store.tenants()).map(({ id, name }) => ({ id, name })),
    verifications: await store.verifications({ tenantId: tenant.id, limit: 100 }),
  };
}

let found: Promise<unknown> | null = null;
/** What has an entry of the audit log without a scope of administrators, and what has none with one. */
const actsBeside = ["createBackup", "eraseNumber", "optNumberIn", "startReset", "unlockNumber"];
const dailyWork = ["replayWebhookEvent", "replayWebhookEvents", "testWebhook"];

async function newestEntry(): Promise<number> {
  return (await auditEntries(installation.instance.store, { limit: 1 }))[0]?.sequence ?? 0;
}

/** As they were found last: of these tests one alone changes them, and forgets what was found. */
const rowsBefore = (): Promise<unknown> => {
  found ??= rowsOfTenant();
  return found;
};

const ours = rowsOfDoor(operations);
/** Behind a door with a part of the operations, the one that removes it may not be among them. */
const isRemoved = ours.some(({ operation }) => operation.operationId === "removeAuthenticator");

describe.each(ours)("$method $path", (operation) => {
  const scope: string = operation.operation.security[0].apiKey[0];

  test.each(Object.keys(presented))("W-1: answers %s with 401", async (who) => {
    const before = await rowsBefore();
    const key = presented[who]?.(scope) ?? null;
    const answer = await installation.call({ ...requestFor(operation, own), key });
    expect(answer).toMatchObject({ status: 401, json: { code: "unauthorized" } });
    expect(await rowsOfTenant()).toEqual(before);
  });

  test("W-1: answers a key that may not be used from this address with 403", async () => {
    const before = await rowsBefore();
    const answer = await installation.call({ ...requestFor(operation, own), key: keys["elsewhere"] ?? "" });
    expect(answer).toMatchObject({ status: 403, json: { code: "forbidden" } });
    expect(await rowsOfTenant()).toEqual(before);
  });

  test("W-1: answers a key with every scope but its own with 403, and names the scope", async () => {
    const before = await rowsBefore();
    const key = keys[`without ${scope}`] ?? "";
    const answer = await installation.call({ ...requestFor(operation, own), key });
    expect(answer).toMatchObject({
      status: 403,
      json: { code: "forbidden", scope, detail: `This API key lacks the scope ${scope}.` },
    });
    expect(await rowsOfTenant()).toEqual(before);
  });

  test("W-2: shows a key of another tenant nothing, and lets it change nothing", async () => {
    const before = await rowsBefore();
    const answer = await installation.call({ ...requestFor(operation, own), key: otherTenantKey });
    expect(await rowsOfTenant()).toEqual(before);
    expectNothingOf(own, answer);
    const namesARow = operation.path.includes("{id}");
    const ofInstallation = /^\/(tenants|backup|carriers|secrets)|\/(?:route|opt-out)$/.test(operation.path);
    if (ofInstallation) expect(answer.status).toBe(403);
    else if (namesARow) expect(answer.status).toBe(404);
    // A subscriber is found in the body.
    else if (operation.operation.operationId === "startChallenge") expect(answer.status).toBe(404);
    // What a link or a recovery of somebody else holds is good for nothing.
    else if (/^\/(recoveries\/|resets|notices)/.test(operation.path)) expect(answer.status).toBe(410);
    // It names nobody: each tenant begins a sign-in of its own.
    else if (operation.operation.operationId === "askPasskeySignIn") expect(answer.status).toBe(201);
    // Neither a return address nor a ticket nor a session of somebody else works.
    else if (/^\/(pages|tickets|sessions)/.test(operation.path)) expect(answer.status).toBe(422);
    else expect(answer.status).toBeLessThan(300);
  });

  test("W-1, W-15: lets a key with its one scope in, and what is an act into the audit log", async () => {
    found = null;
    const key = keys[`only ${scope}`] ?? "";
    const last = await newestEntry();
    const answer = await installation.call({ ...requestFor(operation, own), key });
    const { operationId } = operation.operation;
    const isOfAdministrators = /^(keys|services|webhooks|tenants|secrets):write$/.test(scope);
    const isAct = isOfAdministrators ? !dailyWork.includes(operationId) : actsBeside.includes(operationId);
    expect((await newestEntry()) - last).toBe(isAct && answer.status < 300 ? 1 : 0);
    // Nobody hands out more than it holds: the key made or replaced here has the scope keys:read.
    if (["createKey", "rotateKey"].includes(operationId))
      expect(answer).toMatchObject({ status: 403, json: { scope: "keys:read" } });
    // An hour after it was begun, an enrolment is over, and what was removed before it cannot be kept.
    else if (
      ["sendEnrolmentCode", "confirmAuthenticator"].includes(operationId) ||
      (operationId === "keepAuthenticator" && isRemoved)
    )
      expect(answer).toMatchObject({ status: 404, json: { code: "authenticator_not_found" } });
    else expect([401, 403, 404]).not.toContain(answer.status);
  });
});

function expectNothingOf(targets: Targets, answer: Answer): void {
  for (const id of Object.values(targets)) expect(answer.text).not.toContain(id);
}

test("W-2: ids near to those of another tenant, and its own ids with another case, find nothing", async () => {
  const { verificationId } = own;
  const near = Array.from({ length: 40 }, (_, index) => {
    const digit = verificationId.at(-1) === "0" ? "1" : "0";
    const at = verificationId.length - 1 - (index % 12);
    return verificationId.slice(0, at) + digit + verificationId.slice(at + 1);
  });
  for (const id of [...near.filter((one) => one !== verificationId), verificationId.toUpperCase()]) {
    const answer = await installation.call({ path: `/verifications/${id}` });
    expect(answer).toMatchObject({ status: 404, json: { code: "verification_not_found" } });
  }
});

test("W-1: no bearer secret is in the database, and a key is usable at once and until it is revoked", async () => {
  const { store, tenant } = installation.instance;
  const made = await installation.makeKey({ scopes: ["keys:read"] });
  const dump = JSON.stringify(await store.apiKeys(tenant.id));
  for (const secret of [
    made.key,
    made.vonage.apiSecret,
    made.twilio.authToken,
    made.telnyx.apiKey,
    made.flowroute.secretKey,
  ]) {
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(dump).not.toContain(secret);
  }
  expect((await installation.call({ path: "/keys", key: made.key })).status).toBe(200);
  await installation.call({ method: "DELETE", path: `/keys/${made.id}` });
  expect((await installation.call({ path: "/keys", key: made.key })).status).toBe(401);
});
