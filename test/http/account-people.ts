import { expect } from "vitest";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { ask, expectCode, installation, minute, post } from "./account-calls.ts";
import { type Answer, freshNumber } from "./installation.ts";

/** People who sign up and in at the installation of the file. */
const { clock, instance } = installation;
export const password: string = "nine rowing margarets";
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

/** Enrols a phone, and reads its first code. */
export async function addPhone(
  subscriberId: string,
  more: object = {},
): Promise<{ id: string; number: string }> {
  const number = freshNumber();
  const path = `/subscribers/${subscriberId}/authenticators`;
  const { json } = await post(path, { type: "phone", number, ...more });
  const { id } = json.authenticator;
  const confirmed = await post(`${path}/${id}/confirm`, { code: await codeOn(number) });
  expect(confirmed.status).toBe(200);
  return { id, number };
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
