import { systemClock } from "../../src/clock/index.ts";
import { codeOfApp } from "../support/totp-code.ts";
import type { Person } from "./enrolled-app.ts";
import { apiKey, type Running } from "./kill-rounds.ts";

const clock = systemClock();

/** Challenges of one after the other, until the server is gone or it is over; how many were met. */
export async function meetChallenges(
  server: Running,
  people: readonly Person[],
  anomalies: string[],
  isOver: () => boolean,
): Promise<number> {
  let met = 0;
  for (let turn = 0; !isOver(); turn++) {
    const person = people[turn % people.length];
    if (person === undefined) return met;
    try {
      if (await meet(server, person, anomalies)) met += 1;
    } catch (cause) {
      if (cause instanceof TypeError) return met;
      throw cause;
    }
  }
  return met;
}

/** Everybody's seed opens; how many challenges were met. */
export async function meetAll(
  server: Running,
  people: readonly Person[],
  anomalies: string[],
): Promise<number> {
  let met = 0;
  for (const person of people) if (await meet(server, person, anomalies)) met += 1;
  return met;
}

/** True where it was met; a code that was used before is right, too: without the seed nobody could tell. */
async function meet(server: Running, { id, seed }: Person, anomalies: string[]): Promise<boolean> {
  const started = await ask(server, "POST", "/challenges", { subscriberId: id, binding: "b" });
  if (started.status !== 201) {
    anomalies.push(`a challenge of ${id} was answered ${started.status}`);
    return false;
  }
  const { id: challenge } = started.body["challenge"] as { readonly id: string };
  const code = codeOfApp(seed, clock.now());
  const { status, body } = await ask(server, "POST", `/challenges/${challenge}/check`, {
    code,
    binding: "b",
  });
  if (status !== 200 && body["code"] !== "code_used") {
    anomalies.push(`the right code of ${id} was answered ${status} ${String(body["code"])}`);
  }
  return status === 200;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function ask(
  { origin }: Running,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      ...headers,
      authorization: `Bearer ${apiKey}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}
