import { afterAll, beforeAll, expect, test } from "vitest";
import { createApp } from "../../src/server/app.ts";
import { scopes } from "../../src/tenants/index.ts";
import { type Operation, operationsOf } from "./contract.ts";
import { type Call, openInstallation } from "./installation.ts";
import { problemsOfAdministration } from "./problems-of-administration.ts";
import { type Provoke, problemsOfVerifications } from "./problems-of-verifications.ts";
import { makeTargets, otherBodies, requestFor, returnUrl, type Targets } from "./requests.ts";

const installation = await openInstallation();
const { call } = installation;
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

const provoke: Provoke = async (operationId, asked) => {
  const answer = await call(asked);
  if (typeof answer.json?.code === "string") seen.get(operationId)?.add(answer.json.code);
  return answer;
};

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

test.each([
  ["checkSession", "maxAgeSeconds=0"],
  ["deleteSubscriber", "erase=1"],
])("W-3: %s names the query that is wrong", async (operationId, query) => {
  const one = byId.get(operationId) as Operation;
  const right = rightFor(one);
  await expectProblem(one, "request_invalid", { ...right, path: `${right.path}?${query}` });
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
    const headers = { ...sent.headers, "idempotency-key": "only-once" };
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
  const account = byId.get("createAccountPage") as Operation;
  const toAccount = rightFor(account);
  await expectProblem(account, "service_not_found", { ...toAccount, body: { returnUrl, service: "none" } });
  for (const wrong of [
    { returnUrl: `${returnUrl}/` },
    { returnUrl, locale: "no language" },
    { returnUrl, show: "account", maxAgeSeconds: 600 },
  ]) {
    await expectProblem(account, "request_invalid", { ...toAccount, body: wrong });
  }
  const redeem = byId.get("redeemTicket") as Operation;
  await expectProblem(redeem, "ticket_invalid", { ...rightFor(redeem), body: { ticket: "none" } });
});

problemsOfVerifications(installation, byId, provoke);
problemsOfAdministration(installation, provoke);

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
  ["Subscribers", "Authenticators", "Challenges", "Sessions", "Recovery"].includes(tags[0]);
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
