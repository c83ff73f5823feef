import { expect } from "vitest";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { type Operation, operationsOf } from "./contract.ts";
import { type Answer, type Installation, openInstallation } from "./installation.ts";

/** One installation a test file, and what its people do. */
export const installation: Installation = await openInstallation();
const { call, clock, instance } = installation;
const { json: document } = await installation.send({ path: "/api/openapi.json", key: null });
export const operations: readonly Operation[] = operationsOf(document).filter(({ operation }) =>
  ["Subscribers", "Authenticators", "Challenges", "Sessions", "Recovery"].includes(operation.tags[0]),
);

export const password: string = "nine rowing margarets";
export const minute: number = 60_000;

/** Every problem code by operation, and all that was ever answered. */
export const seen: Set<string> = new Set();
let everything = "";

/** All that was answered so far. */
export const said = (): string => everything;

function operationOf(method: string, path: string): Operation | undefined {
  const [plain = ""] = path.split("?");
  const all = operations.filter((one) => {
    const pattern = new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return one.method === method && pattern.test(plain);
  });
  return all.sort((a, b) => Number(a.path.includes("{")) - Number(b.path.includes("{")))[0];
}

export async function ask(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  key?: string,
): Promise<Answer> {
  const answer = await call({
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(key === undefined ? {} : { key }),
  });
  everything += answer.text;
  if (answer.status >= 400) {
    const id = operationOf(method, path)?.operation.operationId;
    seen.add(`${id}: ${answer.json.code}`);
  }
  return answer;
}

export const post = (
  path: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<Answer> => ask("POST", path, body, headers);

export async function expectCode(answering: Promise<Answer>, code: string): Promise<Answer> {
  const answer = await answering;
  expect(answer.json?.code, answer.text).toBe(code);
  return answer;
}

let people = 0;

export async function person(more: object = {}): Promise<{ id: string; name: string }> {
  people += 1;
  const name = `ada-${people}`;
  const { json } = await post("/subscribers", { name, password, ...more });
  return { id: json.id, name };
}

export const codeOf = (seed: string): string =>
  totpCode(fromBase32(seed) as Buffer, totpDefaults, stepAt(totpDefaults, clock.now()));

export async function codeOn(number: string): Promise<string> {
  await instance.engine.tick();
  return String(instance.sandbox?.phones.messages(number)[0]?.code);
}

/** Signs somebody up with an app, and in. */
export async function withApp(): Promise<{
  id: string;
  name: string;
  seed: string;
  authenticatorId: string;
  session: string;
}> {
  const { id, name } = await person();
  const first = await expectCode(post("/sessions", { name, password }), "enrolment_required");
  const enrolled = await post(`/subscribers/${id}/authenticators`, { type: "totp", issuer: "Acme" });
  const { seed, authenticator } = enrolled.json;
  const confirmed = await post(`/subscribers/${id}/authenticators/${authenticator.id}/confirm`, {
    code: codeOf(seed),
    session: first.json.pending.bearer,
  });
  expect(confirmed.status).toBe(200);
  await clock.advance(minute);
  return { id, name, seed, authenticatorId: authenticator.id, session: confirmed.json.session.bearer };
}

/** The pending session and the challenge of a right password. */
export async function pendingOf(name: string): Promise<{ id: string; session: string }> {
  const { json } = await expectCode(post("/sessions", { name, password }), "challenge_required");
  return { id: json.challengeId, session: json.pending.bearer };
}

export async function stepUp(one: { id: string; seed: string }): Promise<string> {
  const started = await post("/challenges", { subscriberId: one.id, purpose: "manage", binding: "b" });
  const path = `/challenges/${started.json.challenge.id}/check`;
  expect((await post(path, { code: codeOf(one.seed), binding: "b" })).status).toBe(200);
  await clock.advance(minute);
  return started.json.challenge.id;
}

export const wrongFor = (code: string): string => (code === "000000" ? "000001" : "000000");
export const current = (session: string, query = ""): Promise<Answer> =>
  ask("GET", `/sessions/current${query}`, undefined, { "countersign-session": session });
