import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/server/app.ts";
import { scopes } from "../../src/tenants/index.ts";
import { type Operation, operationsOf } from "./contract.ts";
import { type Answer, type Call, freshNumber, openInstallation } from "./installation.ts";
import { makeTargets, otherBodies, requestFor, returnUrl, type Targets } from "./requests.ts";

const installation = await openInstallation();
const { call, clock } = installation;
const { json: document } = await installation.send({ path: "/api/openapi.json", key: null });
const operations = operationsOf(document);
const byId = new Map(operations.map((one) => [one.operation.operationId as string, one]));

/** What these tests cannot make happen, and who does. */
const elsewhere: Readonly<Record<string, string>> = {
  internal_error: "is a bug: no request is known to bring it about",
  rate_limited: "needs the limits of a running server: test/server",
  stopping: "needs a server that stops: test/server",
  request_timeout: "is said by the parser, before there is a route: test/server",
  headers_too_large: "is said by the parser, before there is a route: test/server",
  delivery_congested: "needs a carrier's queue that is longer than its rate can clear",
  "resendVerification: number_not_allowed": "needs a guard, which the sandbox has none of: test/guard",
  "sendMessage: send_limit_reached": "needs a guard, which the sandbox has none of: test/guard",
  "advanceVerification: number_not_allowed": "needs a guard, which the sandbox has none of: test/guard",
  ...Object.fromEntries(
    ["updateWebhook", "deleteWebhook", "rotateWebhookSecret", "testWebhook"].map((name) => [
      `${name}: resource_conflict`,
      "needs a webhook that another vendor's API made: test/facades/telnyx-webhooks.test.ts",
    ]),
  ),
};

/** Every problem that an operation answered with in this file. */
const seen = new Map<string, Set<string>>(operations.map((one) => [one.operation.operationId, new Set()]));

async function provoke(operationId: string, asked: Call): Promise<Answer> {
  const answer = await call(asked);
  if (typeof answer.json?.code === "string") seen.get(operationId)?.add(answer.json.code);
  return answer;
}

let targets: Targets;
const withoutScope = new Map<string, string>();

beforeAll(async () => {
  targets = await makeTargets(installation, installation.firstKey);
  for (const scope of scopes) {
    const made = await installation.makeKey({ scopes: scopes.filter((one) => one !== scope) });
    withoutScope.set(scope, made.key);
  }
  for (const [name, policy] of Object.entries(services)) {
    await call({ method: "POST", path: "/services", body: { name, policy } });
  }
});

afterAll(() => installation.close());

const services = {
  refusing: { ifPending: "refuse" },
  short: { codeLifetimeSeconds: 30 },
  once: { sendsMax: 1 },
  slow: { cancelFromSeconds: 120 },
};

/** Expects the problem of an operation, and that it says all that a problem must. */
async function expectProblem({ operation }: Operation, code: string, asked: Call): Promise<void> {
  const answer = await provoke(operation.operationId, asked);
  expect(answer.json?.code, answer.text).toBe(code);
  expect(answer.json).toMatchObject({
    status: answer.status,
    type: `/errors/${code}`,
    instance: expect.stringMatching(/^req-/),
  });
}

const rightFor = (one: Operation): Call => requestFor(one, targets);

test.each(operations)("W-3: $method $path says unauthorized and forbidden", async (one) => {
  await expectProblem(one, "unauthorized", { ...rightFor(one), key: null });
  const key = withoutScope.get(one.operation.security[0].apiKey[0]) ?? "";
  await expectProblem(one, "forbidden", { ...rightFor(one), key });
});

test.each(operations)("W-3: $method $path says that it cannot read a request", async (one) => {
  const right = rightFor(one);
  await expectProblem(one, "request_malformed", { ...right, raw: "{" });
  await expectProblem(one, "url_too_long", { ...right, path: `${right.path}?x=${"x".repeat(9_000)}` });
  await expectProblem(one, "media_type_unsupported", { ...right, headers: { "content-encoding": "gzip" } });
  if (one.method === "GET") return;
  await expectProblem(one, "body_too_large", { ...right, raw: `"${"x".repeat(70_000)}"` });
});

test.each(operations.filter(({ path }) => path.includes("{")))(
  "W-3: $method $path says that there is nothing",
  async (one) => {
    const path = one.path.replaceAll(/\{\w+\}/g, "x".repeat(70));
    await expectProblem(one, "not_found", { ...rightFor(one), path });
  },
);

test.each(operations.filter(({ operation }) => operation.requestBody !== undefined))(
  "W-3: $method $path names the field that is wrong",
  async (one) => {
    const body = { ...(rightFor(one).body as object), more: 1 };
    await expectProblem(one, "request_invalid", { ...rightFor(one), body });
  },
);

test("W-3: GET /sessions/current names the query that is wrong", async () => {
  const one = byId.get("checkSession") as Operation;
  const right = rightFor(one);
  await expectProblem(one, "request_invalid", { ...right, path: `${right.path}?maxAgeSeconds=0` });
});

const isList = ({ operation }: Operation): boolean =>
  operation.parameters.some((parameter: { name: string }) => parameter.name === "cursor");

test.each(operations.filter(isList))("W-3: $method $path names the query that is wrong", async (one) => {
  const right = rightFor(one);
  await expectProblem(one, "request_invalid", { ...right, path: `${right.path}?limit=0` });
  await expectProblem(one, "cursor_invalid", { ...right, path: `${right.path}?cursor=x` });
});

test.each(operations.filter(({ method }) => method === "POST"))(
  "W-4: $method $path says what is wrong with an Idempotency-Key",
  async (one) => {
    const sent = rightFor(one);
    const headers = { "idempotency-key": "only-once" };
    await expectProblem(one, "idempotency_key_invalid", { ...sent, headers: { "idempotency-key": "a b" } });
    await call({ ...sent, headers });
    const body = otherBodies[one.operation.operationId] ?? { binding: "changed" };
    await expectProblem(one, "idempotency_key_reused", { ...sent, body, headers });
  },
);

test("W-3: POST /pages and POST /tickets/redeem say what is wrong with what they were given", async () => {
  const pages = byId.get("createPage") as Operation;
  const asked = rightFor(pages);
  await expectProblem(pages, "service_not_found", { ...asked, body: { returnUrl, service: "none" } });
  await expectProblem(pages, "number_invalid", { ...asked, body: { returnUrl, to: "12" } });
  await expectProblem(pages, "number_not_allowed", { ...asked, body: { returnUrl, to: "+870773111632" } });
  await expectProblem(pages, "request_invalid", { ...asked, body: { returnUrl: `${returnUrl}/` } });
  await expectProblem(pages, "request_invalid", { ...asked, body: { returnUrl, locale: "no language" } });
  const redeem = byId.get("redeemTicket") as Operation;
  await expectProblem(redeem, "ticket_invalid", { ...rightFor(redeem), body: { ticket: "none" } });
});

/** Sends a verb about a verification and expects a problem. */
async function expectOf(operationId: string, id: string, code: string, body?: unknown): Promise<Answer> {
  const one = byId.get(operationId);
  if (one === undefined) throw new Error(`there is no operation ${operationId}`);
  const given = body ?? (operationId === "checkVerification" ? { code: "000000" } : undefined);
  const asked = operationId === "settleVerification" ? { status: "approved" } : given;
  const answer = await provoke(operationId, {
    method: one.method,
    path: one.path.replace("{id}", id),
    ...(asked === undefined ? {} : { body: asked }),
  });
  expect(answer.json?.code, `${operationId}: ${answer.text}`).toBe(code);
  return answer;
}

async function wrongCodes(id: string, code: string, count: number): Promise<void> {
  const wrong = code === "000000" ? "000001" : "000000";
  for (let index = 0; index < count; index++) {
    await provoke("checkVerification", {
      method: "POST",
      path: `/verifications/${id}/check`,
      body: { code: wrong },
    });
  }
}

const verbs = [
  "checkVerification",
  "resendVerification",
  "advanceVerification",
  "settleVerification",
  "cancelVerification",
];

describe("a verification refuses", () => {
  test.each([...verbs, "getVerification"])("%s where there is none", async (verb) => {
    await expectOf(verb, "019b796d-d600-7b75-97b3-db45180a1f55", "verification_not_found");
  });

  test.each(verbs)("%s once it is settled", async (verb) => {
    const { id } = await installation.start();
    const status = verb === "cancelVerification" ? "approved" : "canceled";
    await call({ method: "POST", path: `/verifications/${id}/settle`, body: { status } });
    await expectOf(verb, id, "verification_settled");
  });

  test.each(verbs)("%s once it has expired", async (verb) => {
    const { id } = await installation.start();
    await clock.advance(46 * 60_000);
    await expectOf(verb, id, "verification_expired");
  });

  test.each(verbs)("%s once it is exhausted", async (verb) => {
    const { id, code } = await installation.start();
    await wrongCodes(id, code, 5);
    await expectOf(verb, id, "verification_exhausted");
  });

  test("a wrong code with what is left, one that is none, and one that is too old", async () => {
    const { id, code } = await installation.start({ service: "short" });
    const wrong = code === "000000" ? "000001" : "000000";
    const answer = await expectOf("checkVerification", id, "code_mismatch", { code: wrong });
    expect(answer.json.checksLeft).toBe(4);
    await expectOf("checkVerification", id, "code_malformed", { code: "12345" });
    await clock.advance(30_000);
    await expectOf("checkVerification", id, "code_expired", { code });
  });

  test("a resend that comes too soon, or is one too many, with the time to come back", async () => {
    const { id } = await installation.start();
    for (const verb of ["resendVerification", "advanceVerification"]) {
      const answer = await expectOf(verb, id, "resend_too_soon");
      expect(Number(answer.headers["retry-after"])).toBe(30);
      expect(Date.parse(answer.json.retryAt)).toBe(clock.now() + 30_000);
      const single = await installation.start({ service: "once" });
      await expectOf(verb, single.id, "send_limit_reached");
    }
  });

  test("a next step where there is none, and a cancel that comes too early", async () => {
    const { id } = await installation.start({ channel: "sms" });
    await expectOf("advanceVerification", id, "no_further_step");
    const slow = await installation.start({ service: "slow" });
    expect((await expectOf("cancelVerification", slow.id, "cancel_refused")).json).toHaveProperty("retryAt");
  });
});

describe("a start refuses", () => {
  const start = async (body: object, code: string): Promise<Answer> => {
    const answer = await provoke("startVerification", { method: "POST", path: "/verifications", body });
    expect(answer.json?.code, answer.text).toBe(code);
    return answer;
  };

  test("what is no number, a number that is never sent to, and a service that is not there", async () => {
    expect((await start({ to: "+1415" }, "number_invalid")).json.reason).toBe("too_short");
    expect((await start({ to: "+870773111632" }, "number_not_allowed")).json.reason).toBe("range_denied");
    await start({ to: freshNumber(), service: "nobody" }, "service_not_found");
  });

  test("a second message that comes too soon, and a rival of a pending verification", async () => {
    const to = freshNumber();
    await installation.start({ to });
    expect((await start({ to }, "send_limit_reached")).json.limit).toBe("wait");
    const other = freshNumber();
    await installation.start({ to: other, service: "refusing" });
    await start({ to: other, service: "refusing" }, "verification_pending");
  });

  test("a locked recipient, whose checks are refused too, until the tenant opens it", async () => {
    const to = freshNumber();
    const first = await installation.start({ to, channel: "sms" });
    await wrongCodes(first.id, first.code, 5);
    await clock.advance(60_000);
    const second = await installation.start({ to, channel: "sms" });
    await clock.advance(60_000);
    const third = await installation.start({ to, channel: "sms" });
    await wrongCodes(second.id, second.code, 5);
    await expectOf("checkVerification", third.id, "recipient_locked", { code: third.code });
    await start({ to }, "recipient_locked");
    const lock = { method: "DELETE", path: `/numbers/${encodeURIComponent(to)}/lock` };
    expect((await call(lock)).status).toBe(204);
    const path = `/verifications/${third.id}/check`;
    expect((await call({ method: "POST", path, body: { code: third.code } })).status).toBe(200);
  });
});

test("numbers, keys, services and backups refuse what only they know", async () => {
  const expectOfCall = async (operationId: string, asked: Call, code: string): Promise<void> => {
    expect((await provoke(operationId, asked)).json?.code).toBe(code);
  };
  await expectOfCall("getNumber", { path: "/numbers/0" }, "number_invalid");
  await expectOfCall("explainRoute", { path: "/numbers/0/route" }, "number_invalid");
  const wrongQuery = { path: "/numbers/%2B14155550123/route?channel=fax" };
  await expectOfCall("explainRoute", wrongQuery, "request_invalid");
  await expectOfCall("eraseNumber", { method: "DELETE", path: "/numbers/0" }, "number_invalid");
  await expectOfCall("unlockNumber", { method: "DELETE", path: "/numbers/0/lock" }, "number_invalid");
  await expectOfCall("optNumberIn", { method: "DELETE", path: "/numbers/0/opt-out" }, "number_invalid");
  await expectOfCall("listVerifications", { path: "/verifications?to=0" }, "number_invalid");
  const { id } = await installation.makeKey({ scopes: ["keys:read"] });
  await call({ method: "DELETE", path: `/keys/${id}` });
  await expectOfCall("rotateKey", { method: "POST", path: `/keys/${id}/rotate` }, "resource_conflict");
  const taken = { name: "default" };
  await expectOfCall(
    "createService",
    { method: "POST", path: "/services", body: taken },
    "resource_conflict",
  );
  const made = await call({ method: "POST", path: "/services", body: { name: "renamed" } });
  const path = `/services/${made.json.id}`;
  await expectOfCall("updateService", { method: "PATCH", path, body: taken }, "resource_conflict");
  await expectOfMessages(expectOfCall);
  await expectOfWebhooks(expectOfCall);
  const backup = { method: "POST", path: "/backup", body: { name: "twice" } };
  await call(backup);
  await expectOfCall("createBackup", backup, "resource_conflict");
});

async function expectOfMessages(
  expectOfCall: (operationId: string, asked: Call, code: string) => Promise<void>,
): Promise<void> {
  const send = (body: object): Call => ({
    method: "POST",
    path: "/messages",
    body: { text: "hello", ...body },
  });
  await expectOfCall("sendMessage", send({ to: "0" }), "number_invalid");
  await expectOfCall("sendMessage", send({ to: "+19005550123" }), "number_not_allowed");
  await expectOfCall("sendMessage", send({ to: freshNumber(), service: "nobody" }), "service_not_found");
  const to = freshNumber();
  const once = { ...send({ to }), headers: { "idempotency-key": "sent-and-erased" } };
  await call(once);
  await call({ method: "DELETE", path: `/numbers/${encodeURIComponent(to)}` });
  await expectOfCall("sendMessage", once, "not_found");
  await expectOfCall("listMessages", { path: "/messages?to=0" }, "number_invalid");
  await expectOfCall("listDeliveries", { path: "/deliveries?to=0" }, "number_invalid");
}

async function expectOfWebhooks(
  expectOfCall: (operationId: string, asked: Call, code: string) => Promise<void>,
): Promise<void> {
  const url = "https://hooks.example.com/";
  const create = { method: "POST", path: "/webhooks", body: { url } };
  await expectOfCall("createWebhook", { ...create, body: { url, service: "nobody" } }, "service_not_found");
  const once = { ...create, headers: { "idempotency-key": "made-and-removed" } };
  await call({ method: "DELETE", path: `/webhooks/${(await call(once)).json.id}` });
  await expectOfCall("createWebhook", once, "not_found");
  const { json } = await call(create);
  const path = `/webhooks/${json.id}`;
  await call({ method: "PATCH", path, body: { enabled: false } });
  await expectOfCall("testWebhook", { method: "POST", path: `${path}/test` }, "webhook_disabled");
  const replay = { method: "POST", path: `${path}/replay`, body: { cursor: "x" } };
  await expectOfCall("replayWebhookEvents", replay, "cursor_invalid");
  // A service has ten at the most, and some are there already.
  for (let n = 0; n < 10; n++) await call(create);
  await expectOfCall("createWebhook", create, "resource_conflict");
}

test("an installation whose database is elsewhere says that it makes no backups", async () => {
  const { dataFolder, ...parts } = installation.instance.parts;
  expect(dataFolder).toBe(installation.folder);
  const app = createApp({ engine: installation.instance.engine, parts });
  const headers = { authorization: `Bearer ${installation.firstKey}` };
  const answer = await app.inject({ method: "POST", url: "/api/v1/backup", headers });
  expect(answer.json()).toMatchObject({ status: 404, code: "not_found" });
  seen.get("createBackup")?.add(answer.json().code);
  await app.close();
});

test("R-10: without storage every call answers 503 storage_unavailable, and says when to come back", async () => {
  const broken = await openInstallation();
  const requests = operations.map((one) => ({ one, asked: requestFor(one, targets) }));
  await broken.instance.store.close();
  // A key that was seen in the last two seconds would still be known.
  await broken.clock.advance(3_000);
  for (const { one, asked } of requests) {
    const answer = await broken.call(asked);
    expect(answer, asked.path).toMatchObject({ status: 503, json: { code: "storage_unavailable" } });
    expect(answer.headers["retry-after"]).toBe("1");
    seen.get(one.operation.operationId)?.add(answer.json.code);
  }
  await broken.close();
});

/** What accounts alone refuse with: test/http/accounts.test.ts. */
const isOfAccounts = ({ tags }: Operation["operation"]): boolean =>
  ["Subscribers", "Challenges", "Sessions"].includes(tags[0]);
const isCommon = (code: string): boolean =>
  /^(request_(malformed|invalid)|unauthorized|forbidden|url_too_long|media_type_|body_too|idempotency_|storage_|cursor_)/.test(
    code,
  );

test("W-3: every problem that the document declares was answered above, but for those that are known to be elsewhere", () => {
  const missing = operations.flatMap(({ operation }) =>
    Object.entries<{ content: Record<string, never> }>(operation.responses)
      .filter(([status]) => Number(status) >= 400)
      .flatMap(([, response]): string[] => {
        const schema = response.content["application/problem+json"] as never as {
          schema: { allOf: { properties: { code: { enum: string[] } } }[] };
        };
        return schema.schema.allOf[1]?.properties.code.enum ?? [];
      })
      .filter((code) => !isOfAccounts(operation) || isCommon(code))
      .filter((code) => !Object.hasOwn(elsewhere, code) && !seen.get(operation.operationId)?.has(code))
      .filter((code) => !Object.hasOwn(elsewhere, `${operation.operationId}: ${code}`))
      .map((code) => `${operation.operationId}: ${code}`),
  );
  expect(missing).toEqual([]);
});
