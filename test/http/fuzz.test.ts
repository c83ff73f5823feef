import { randomInt } from "node:crypto";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { scopes } from "../../src/tenants/index.ts";
import { type Json, type Operation, operationsOf } from "./contract.ts";
import { shareOfRequests } from "./door.ts";
import { fromSchema, type Hints } from "./from-schema.ts";
import { type Answer, type Call, openInstallation } from "./installation.ts";
import { junkIds, mutations } from "./mutations.ts";

const share = shareOfRequests();
/** Behind a framework it counts that requests of all kinds are handed over as they are, and few of them show that. */
const requestsMax = share === 1 ? 10_000 : 400;
const requestsPerRun = 25;
/** `FUZZ_SEED=random` looks for something new; `FUZZ_SEED=<number>` repeats what was found. */
const asked = process.env["FUZZ_SEED"] ?? "20260101";
const seed = asked === "random" ? randomInt(2 ** 31) : Number(asked);

const installation = await openInstallation();
const { json: document } = await installation.send({ path: "/api/openapi.json", key: null });
const operations = operationsOf(document);

afterAll(() => installation.close());

const services = await installation.call({ path: "/services" });
await installation.call({
  method: "PATCH",
  path: `/services/${services.json.items[0].id}`,
  body: { page: { returnUrls: ["https://app.example.com/verified"] } },
});

/** Stands for the right code of the verification that the request is about. */
const rightCode = "\u0001right";
const numbers = Array.from({ length: 300 }, (_, index) => `+1415555${2_000 + index}`);

/** What earlier requests made, for later ones to name. */
const made = {
  verifications: [] as { readonly id: string; readonly to: string }[],
  keys: [] as { readonly id: string; readonly key: string }[],
  services: [] as string[],
  tenants: [] as string[],
  webhooks: [] as string[],
  messages: [] as string[],
  subscribers: [] as string[],
  authenticators: [] as { readonly subscriber: string; readonly authenticator: string }[],
  challenges: [] as string[],
  events: [] as { readonly webhook: string; readonly event: string }[],
  cursors: [] as string[],
};

const hints: Hints = {
  to: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...numbers) },
    fc.constantFrom("+1 (415) 555-0123 ext 9", "+44 7400 123456", "+1 900 555 0123", "0", "+870 773 111 632"),
  ),
  code: fc.oneof(
    fc.constant(rightCode),
    fc.stringMatching(/^[0-9]{6}$/),
    fc.stringMatching(/^[A-Z0-9]{4,10}$/),
  ),
  service: fc.constantFrom("default", "nobody", "constructor"),
  binding: fc.constantFrom("browser-1", "browser-2"),
  brand: fc.constantFrom("Example", "Bank & Co", "http://x.example", "\u202eevil"),
  locale: fc.constantFrom("en", "de", "pt-BR", "constructor"),
  payee: fc.constantFrom("Example Ltd", "\u0000", "x".repeat(119)),
  currency: fc.constantFrom("EUR", "JPY", "ZZZ", "eur"),
  value: fc.constantFrom("10", "10.50", "1e3", "-1", "0.001"),
  scopes: fc.subarray([...scopes], { minLength: 1 }),
  allowedAddresses: fc.constantFrom([], ["127.0.0.0/8"], ["10.0.0.0/8"], ["10.0.0.1/8"], ["x/y"], ["::/0"]),
  returnUrl: fc.constantFrom("https://app.example.com/verified", "//app.example.com", "https:evil"),
  returnUrls: fc.constantFrom(["https://app.example.com/verified"], ["https:evil"]),
  url: fc.constantFrom(
    "https://hooks.example.com/a",
    "https://hooks.example.com:8443/",
    "http://127.0.0.1/",
    "x",
  ),
  events: fc.constantFrom([], ["verification.*"], ["delivery.failed", "message.*"], ["won"]),
  text: fc.constantFrom("Your table is free.", "a\nb", " ", "\u0007", "x".repeat(1_001)),
  from: fc.constantFrom("Shop", "+14155550100", "no such sender at all"),
  secret: fc.constantFrom(`whsec_${"A".repeat(43)}=`, "whsec_", "x"),
  description: fc.constantFrom("Shop", "", null, "\u0000"),
  name: fc.constantFrom("ada", "Bob", "x".repeat(129), "a\u200bda", "second", "third"),
  password: fc.constantFrom("nine rowing margarets", "short", "iloveyou"),
  passwordHash: fc.constantFrom("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "$2a$31$x"),
  purpose: fc.constantFrom("login", "manage", "No"),
  number: fc.constantFrom(...numbers.slice(0, 3), "+870773111632", "0", "+1900"),
};

interface Planned {
  readonly operation: Operation;
  /** Which of the things made so far it names. */
  readonly pick: number;
  readonly body: unknown;
  readonly query: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | null;
  readonly junkId: string | null;
  readonly change: ((call: Call) => Call) | null;
  readonly byMadeKey: boolean;
  /** How much time passes before it. */
  readonly afterMs: number;
}

function planned(operation: Operation): fc.Arbitrary<Planned> {
  const { requestBody, parameters } = operation.operation;
  const schema = requestBody?.content["application/json"].schema;
  const filled = schema === undefined ? fc.constant(undefined) : fromSchema(document, schema, hints);
  const body = requestBody?.required === false ? fc.oneof(fc.constant(undefined), filled) : filled;
  const inQuery = parameters.filter((one: Json) => one.in === "query");
  const query = Object.fromEntries(
    inQuery.map((one: Json) => [one.name, hints[one.name] ?? fromSchema(document, one.schema, hints)]),
  ) as Record<string, fc.Arbitrary<unknown>>;
  return fc.record({
    operation: fc.constant(operation),
    pick: fc.nat(1_000_000),
    body,
    query: fc.record(query, { requiredKeys: [] }),
    idempotencyKey: rarely(fc.constantFrom("a", "b", "c", '"d"')),
    junkId: rarely(junkIds),
    change: fc.oneof(fc.constant(null), mutations),
    byMadeKey: fc.nat(9).map((one) => one === 0),
    afterMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(60_000)),
  });
}

/** What luck does not reach: tickets come from browsers (test/pages), sessions from people (accounts.test.ts). */
const elsewhere: ReadonlySet<string> = new Set([
  ...[
    "redeemTicket",
    "enrolAuthenticator",
    "removeAuthenticator",
    "confirmAuthenticator",
    "sendEnrolmentCode",
  ],
  ...["startChallenge", "getChallenge", "sendChallenge", "checkChallenge", "cancelChallenge"],
  ...["signIn", "checkSession", "redeemSession", "changePassword", "signOut", "endSession"],
  // Whose authenticator or session it is, chance rarely hits: test/http/authenticator-names.test.ts.
  ...["updateAuthenticator", "keepAuthenticator", "stateSession", "forgetTrustedDevice"],
  // What links and recoveries hold cannot be made up: test/http/recovery-problems.ts.
  ...["startReset", "checkReset", "completeReset", "checkNotice", "disputeNotice"],
  ...["sendRecovery", "askRecoveryPasskey", "checkRecovery", "completeRecovery"],
  ...["askPasskey", "signInWithPasskey"],
]);

function rarely<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

/** A backup writes a whole file and a tenant is three rows: a few of them tell as much as many. */
const weights: Readonly<Record<string, number>> = {
  advanceVerification: 30,
  startVerification: 30,
  checkVerification: 30,
  createBackup: 1,
  // The first reads every row.
  getSecretsStatus: 1,
  rotateSecrets: 1,
  updateWebhook: 16,
  createTenant: 2,
};

const anyRequest = fc.oneof(
  ...operations.map((one) => ({
    weight: weights[one.operation.operationId] ?? 8,
    arbitrary: planned(one),
  })),
);

const chosen = <T>(from: readonly T[], pick: number): T | undefined => from[pick % Math.max(1, from.length)];

function toCall(one: Planned): Call {
  const { path, method, operation } = one.operation;
  // The newest: an older one has mostly expired, and nothing could be sent again.
  const verification = chosen(made.verifications.slice(-3), one.pick);
  const event = chosen(made.events.slice(-4), one.pick);
  const own = chosen(made.authenticators.slice(-6), one.pick);
  const id = path.includes("{event}")
    ? event?.webhook
    : path.includes("{authenticator}")
      ? own?.subscriber
      : idFor(path, one.pick, verification?.id);
  const filled = path
    .replace("{id}", one.junkId ?? id ?? "constructor")
    .replace("{authenticator}", one.junkId ?? own?.authenticator ?? "constructor")
    .replace("{dialect}", one.junkId ?? "vonage")
    .replace("{event}", one.junkId ?? event?.event ?? "constructor")
    .replace("{number}", one.junkId ?? encodeURIComponent(chosen(numbers, one.pick) ?? ""));
  const cursor = chosen(made.cursors, one.pick);
  const query = Object.entries(one.query).map(([name, value]): [string, string] => [
    name,
    name === "cursor" && cursor !== undefined ? cursor : String(value),
  ]);
  const text = query.length === 0 ? "" : `?${new URLSearchParams(query)}`;
  const headers: Record<string, string> =
    one.idempotencyKey !== null && operation.operationId !== "createBackup"
      ? { "idempotency-key": one.idempotencyKey }
      : {};
  const key = one.byMadeKey ? chosen(made.keys, one.pick)?.key : undefined;
  return {
    method,
    path: `${filled}${text}`,
    headers,
    ...(one.body === undefined ? {} : { body: withRightCode(one.body, verification?.to) }),
    ...(key === undefined ? {} : { key }),
  };
}

function idFor(path: string, pick: number, verificationId: string | undefined): string | undefined {
  if (path.startsWith("/verifications")) return verificationId;
  if (path.startsWith("/keys")) return chosen(made.keys, pick)?.id;
  if (path.startsWith("/subscribers")) return chosen(made.subscribers.slice(-6), pick);
  if (path.startsWith("/challenges")) return chosen(made.challenges.slice(-6), pick);
  if (path.startsWith("/messages")) return chosen(made.messages, pick);
  if (path.startsWith("/deliveries")) return `${verificationId}.1`;
  if (path.startsWith("/webhooks")) return chosen(made.webhooks.slice(-6), pick);
  return chosen(path.startsWith("/services") ? made.services : made.tenants, pick);
}

function withRightCode(body: unknown, to: string | undefined): unknown {
  if ((body as { code?: unknown } | null)?.code !== rightCode) return body;
  const messages = installation.instance.sandbox?.phones.messages(to ?? "") ?? [];
  return { ...(body as object), code: messages[0]?.code ?? "000000" };
}

function remember({ operation }: Operation, { path }: Call, { status, json }: Answer): void {
  if (typeof json?.nextCursor === "string") made.cursors.push(json.nextCursor);
  if (operation.operationId === "testWebhook" && status === 200) {
    made.events.push({ webhook: path.split("/")[2] ?? "", event: json.id });
  }
  if (status !== 201) return;
  if (operation.operationId === "createWebhook") made.webhooks.push(json.id);
  if (operation.operationId === "startVerification") made.verifications.push({ id: json.id, to: json.to });
  else if (operation.operationId === "sendMessage") made.messages.push(json.id);
  else if (operation.operationId === "createSubscriber") made.subscribers.push(json.id);
  else if (operation.operationId === "startChallenge") made.challenges.push(json.challenge.id);
  else if (operation.operationId === "enrolAuthenticator") {
    const subscriber = path.split("/")[2] ?? "";
    made.authenticators.push({ subscriber, authenticator: json.authenticator.id });
  } else if (operation.operationId === "createService") made.services.push(json.id);
  else if (operation.operationId === "createTenant") made.tenants.push(json.id);
  else if (json.key !== undefined) made.keys.push({ id: json.id, key: json.key });
}

/** Sends, holds the answer against the document, and throws where they differ. */
async function documented(call: Call): Promise<Answer> {
  // In a host that makes a URL of it, a path that climbs is another path.
  const climbs = share < 1 && new URL(`http://x${call.path}`).pathname !== call.path.split("?", 1)[0];
  const answer = climbs
    ? await installation.send({ ...call, path: `/api/v1${call.path}` })
    : await installation.call(call);
  if (answer.status === 500) throw new Error(`500: ${answer.text}`);
  if (answer.text.includes("    at ")) throw new Error(`a stack: ${answer.text}`);
  return answer;
}

test(`W-3, W-7: ${requestsMax} requests made from the document get documented answers only, and no 500 (seed ${seed})`, async () => {
  const tally = new Map<string, number>();
  let failure = "";
  const statuses = new Map<number, number>();
  let sent = 0;

  const property = fc.asyncProperty(
    fc.array(anyRequest, { minLength: requestsPerRun, maxLength: requestsPerRun }),
    async (plan) => {
      for (const one of plan) {
        installation.clock.jumpTo(installation.clock.now() + one.afterMs);
        const right = toCall(one);
        const call = one.change === null ? right : one.change(right);
        const answer = await documented(call).catch((cause: unknown) => {
          failure = `${String(cause)}\nafter ${sent} requests, for ${JSON.stringify(call).slice(0, 2_000)}`;
          throw cause;
        });
        sent += 1;
        remember(one.operation, call, answer);
        const name = `${one.operation.operation.operationId} ${answer.status}`;
        tally.set(name, (tally.get(name) ?? 0) + 1);
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      }
      await installation.instance.engine.tick();
    },
  );
  const details = await fc.check(property, {
    seed,
    numRuns: requestsMax / requestsPerRun,
    endOnFailure: true,
  });
  if (details.failed) throw new Error(`seed ${seed}: ${failure}`, { cause: details.errorInstance });

  console.info(
    `fuzz: seed ${seed}, ${sent} requests, statuses ${JSON.stringify(Object.fromEntries(statuses))}`,
  );
  expect(sent).toBe(requestsMax);
  // It must have got past the door everywhere, or it proved little.
  for (const { operation } of share === 1 ? operations : []) {
    if (elsewhere.has(operation.operationId)) continue;
    const succeeded = Object.keys(operation.responses).some(
      (status) => Number(status) < 300 && (tally.get(`${operation.operationId} ${status}`) ?? 0) > 0,
    );
    expect(succeeded, `${operation.operationId} never succeeded`).toBe(true);
  }
  const usual = [200, 201, 400, 401, 403, 404, 415, 422];
  for (const status of share === 1 ? [...usual, 405, 409, 410, 429] : usual)
    expect(statuses.get(status), `no answer was ${status}`).toBeGreaterThan(0);
});
