import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, installation, minute, operations, post } from "./account-calls.ts";
import { codeOf, password, pendingOf, stepUp, withApp } from "./account-people.ts";
import type { Answer } from "./installation.ts";
import { makeTargets, requestFor, type Targets } from "./requests.ts";

const { call, clock, firstKey } = installation;
afterAll(() => installation.close());

type Person = Awaited<ReturnType<typeof withApp>>;

let one: Person;
let targets: Targets;
/** What somebody may present who is not signed in as `one`, or not any more. */
const wrong: Record<string, string> = {};

async function prepare(): Promise<void> {
  targets = await makeTargets(installation, firstKey);
  one = await withApp();
  const other = await withApp();
  wrong["another subscriber's session"] = other.session;
  wrong["the pending session of another subscriber"] = (await pendingOf(other.name)).session;
  wrong["a session of before a change of the password"] = one.session;
  const stepped = await stepUp(one);
  const changed = await post(`/subscribers/${one.id}/password`, { password, stepUp: stepped });
  expect(changed.status).toBe(200);
  await clock.advance(minute);
  const out = await signIn();
  await ask("DELETE", "/sessions/current", undefined, { "countersign-session": out });
  wrong["a session that was signed out"] = out;
  wrong["a session with another secret"] = `${(await signIn()).slice(0, 40)}${"A".repeat(18)}`;
  const tenant = await ask("POST", "/tenants", { name: "Elsewhere" });
  const there = { name: "eve", password, mustHaveSecond: false };
  await ask("POST", "/subscribers", there, {}, tenant.json.key.key);
  const theirs = await ask("POST", "/sessions", { name: "eve", password }, {}, tenant.json.key.key);
  wrong["a session of another tenant"] = theirs.json.bearer;
  wrong["no session of ours"] = "anything";
  // Last: it is to be alive while the others are tried.
  wrong["their own pending session"] = (await pendingOf(one.name)).session;
}

async function signIn(): Promise<string> {
  const { id, session } = await pendingOf(one.name);
  await clock.advance(minute);
  const done = await post(`/challenges/${id}/check`, { code: codeOf(one.seed), session });
  expect(done.status).toBe(200);
  return done.json.session.bearer;
}

/** Calls with a session, right but for it: each opens with a session of `one` that is signed in. */
const calls: Readonly<Record<string, (session: string) => Promise<Answer>>> = {
  checkSession: (session) => ask("GET", "/sessions/current", undefined, { "countersign-session": session }),
  stateSession: (session) =>
    ask("POST", "/sessions/current/statement", { audience: "ledger" }, { "countersign-session": session }),
  startChallenge: (session) => post("/challenges", { subscriberId: one.id, session }),
  getChallenge: async (session) =>
    ask("GET", `/challenges/${await challenge()}`, undefined, { "countersign-session": session }),
  checkChallenge: async (session) => {
    const id = await challenge();
    return post(`/challenges/${id}/check`, { code: codeOf(one.seed), session });
  },
  cancelChallenge: async (session) =>
    ask("DELETE", `/challenges/${await challenge()}`, undefined, { "countersign-session": session }),
  changePassword: async (session) =>
    post(`/subscribers/${one.id}/password`, { password, stepUp: await stepUp(one), session }),
};

/** Begun by a session of their own that is good. */
let own = "";
async function challenge(): Promise<string> {
  await clock.advance(minute);
  own = await signIn();
  await clock.advance(minute);
  return (await post("/challenges", { subscriberId: one.id, session: own })).json.challenge.id;
}

/** Calls that say whose session it is: those of others are theirs. */
const aboutItself = ["checkSession", "stateSession"];
const isTheirs = (name: string, who: string): boolean =>
  aboutItself.includes(name) && who === "another subscriber's session";

const refusals = ["session_invalid", "challenge_not_found"];

// Sessions end with time, of which other files of the suite spend days: they begin with these tests, not with the file.
describe("sessions that are not of who presents them", () => {
  beforeAll(prepare);
  describe.each(Object.entries(calls))("P-5: %s", opensToNobodyElse);
  test("P-5, P-6: no call that takes a session answers 2xx to one of those, whatever it is", noCallOpens);
});

function opensToNobodyElse(name: string, send: (session: string) => Promise<Answer>): void {
  test("opens to nobody who is not signed in as this subscriber now", async () => {
    for (const [who, session] of Object.entries(wrong)) {
      if (isTheirs(name, who)) continue;
      const answer = await send(session);
      expect([who, refusals.includes(answer.json?.code)]).toEqual([who, true]);
    }
  });

  test("opens to who is", async () => {
    await clock.advance(minute);
    const right = await signIn();
    await clock.advance(minute);
    // A challenge is opened by the session that began it.
    const answer = await send(right).then((first) => (first.status < 300 ? first : null));
    if (answer === null) {
      const started = await post("/challenges", { subscriberId: one.id, session: right });
      const shown = await ask("GET", `/challenges/${started.json.challenge.id}`, undefined, {
        "countersign-session": right,
      });
      expect(shown.status).toBe(200);
    }
  });
}

async function noCallOpens(): Promise<void> {
  const document = (await installation.send({ path: "/api/openapi.json", key: null })).json;
  const inBody = operations.filter(({ operation }) => {
    const schema = operation.requestBody?.content?.["application/json"]?.schema;
    const name = schema?.$ref?.split("/").at(-1);
    return (document.components.schemas[name] ?? schema)?.properties?.session !== undefined;
  });
  const inHeader = operations.filter(({ operation }) =>
    JSON.stringify(operation).includes("Countersign-Session"),
  );
  const all = [...new Set([...inHeader, ...inBody])];
  expect(all.length).toBeGreaterThanOrEqual(Object.keys(calls).length);
  for (const operation of all) {
    // Whoever signs out shows that it was theirs: a pending session may be given up, too.
    if (operation.operation.operationId === "signOut") continue;
    for (const [who, session] of Object.entries(wrong)) {
      if (isTheirs(operation.operation.operationId, who)) continue;
      const right = requestFor(operation, targets);
      const body = inBody.includes(operation) ? { ...(right.body as object), session } : right.body;
      const headers = { ...right.headers, "countersign-session": session };
      const answer = await call({ ...right, headers, ...(body === undefined ? {} : { body }) });
      const opened = `${operation.operation.operationId}, ${who}: ${answer.status < 400 || answer.status >= 500}`;
      expect(opened).toBe(`${operation.operation.operationId}, ${who}: false`);
    }
  }
}
