import { join } from "node:path";
import { systemClock } from "../../src/clock/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { codeOfApp } from "../support/totp-code.ts";
import { apiKey, killServer, type Running, startServer } from "./kill-rounds.ts";
import { followLedger, load, openJournal, type Unanswered } from "./load.ts";

export interface RotationOptions {
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  readonly lifeMsMax: number;
  /** Enrolled with an app each, whose seeds are sealed. */
  readonly people: number;
}

export interface RotationReport {
  readonly kills: number;
  /** Master secrets that everything was brought to, one after the other. */
  readonly rotations: number;
  readonly sealed: number;
  readonly acknowledgedStarts: number;
  readonly acknowledgedChecks: number;
  readonly challengesMet: number;
  readonly anomalies: readonly string[];
}

interface Person {
  readonly id: string;
  readonly seed: string;
}

const lifeMsMin = 100;
const stepMs = 30_000;
const clock = systemClock();
const secretOf = (generation: number): string =>
  `rotation-master-secret-${String(generation).padStart(12, "0")}`;

/**
 * Kills a server again and again while everything sealed is brought to another master secret, under a load of
 * verifications and of challenges (K-4). Then the former secret goes, and everything must open without it.
 */
export async function rotationRounds(options: RotationOptions): Promise<RotationReport> {
  const { folder, kills } = options;
  const journal = openJournal(join(folder, "journal"));
  const ledger = followLedger(join(folder, "ledger"));
  const random = seededRandom(options.seed);
  const anomalies: string[] = [];
  const done = { rotations: 0, sealed: 0, challengesMet: 0 };
  let numbers = 0;
  const nextNumber = (): string => `+1415${2_000_000 + numbers++}`;
  let unanswered: Unanswered[] = [];
  let killed = 0;
  let server = await startServer(folder, [secretOf(0)]);
  try {
    const people = await enrol(server, options.people);
    while (killed < kills) {
      await killServer(server);
      const secrets = [secretOf(done.rotations + 1), secretOf(done.rotations)];
      server = await startServer(folder, secrets);
      await ask(server, "POST", "/secrets/rotation", {});
      // Two rotations at the least, and several kills in each.
      for (let kill = Math.ceil(kills / 2); kill > 0 && killed < kills; kill--) {
        const running = server;
        const loading = load({ journal, ledger, apiKey, nextNumber }, running.origin, unanswered);
        const meeting = meetChallenges(running, people, anomalies);
        await clock.sleep(lifeMsMin + random.next() * (options.lifeMsMax - lifeMsMin));
        await killServer(running);
        killed += 1;
        unanswered = await loading;
        done.challengesMet += await meeting;
        server = await startServer(folder, secrets);
      }
      done.sealed += await finished(server, anomalies);
      done.rotations += 1;
      const first = await keyedStart(server, done.rotations);
      // Their codes are of the former secret, which has to stay for as long as they are pending.
      await cancelPending(server);
      await killServer(server);
      // Without the former one.
      server = await startServer(folder, secrets.slice(0, 1));
      await killServer(server);
      // And with the next one in front: a request that is repeated is the same request.
      server = await startServer(folder, [secretOf(done.rotations + 1), secretOf(done.rotations)]);
      const again = await keyedStart(server, done.rotations);
      if (again !== first) anomalies.push(`a repeat of the start of ${first} was answered with ${again}`);
      done.challengesMet += await meetAll(server, people, anomalies);
    }
    for (const { id, to } of journal.entries.filter((one) => one.type === "start")) {
      const { status, body } = await ask(server, "GET", `/verifications/${id}`);
      if (status !== 200 || body["to"] !== to)
        anomalies.push(`${id} is answered ${status}, its number is lost`);
    }
    const entries = journal.entries;
    return {
      kills: killed,
      ...done,
      acknowledgedStarts: entries.filter((one) => one.type === "start").length,
      acknowledgedChecks: entries.filter((one) => one.type === "check").length,
      anomalies,
    };
  } finally {
    await killServer(server).catch(() => undefined);
    journal.close();
    ledger.close();
  }
}

async function enrol(server: Running, count: number): Promise<readonly Person[]> {
  const people: Person[] = [];
  for (let n = 0; n < count; n++) {
    const { body: subscriber } = await ask(server, "POST", "/subscribers", { name: `person-${n}` });
    const path = `/subscribers/${String(subscriber["id"])}/authenticators`;
    const { body: app } = await ask(server, "POST", path, { type: "totp", issuer: "Acme" });
    const seed = String(app["seed"]);
    const { id } = app["authenticator"] as { readonly id: string };
    // A code of the step before, so that this one's is good for a challenge.
    const code = codeOfApp(seed, clock.now() - stepMs);
    const { status } = await ask(server, "POST", `${path}/${id}/confirm`, { code });
    if (status !== 200) throw new Error(`an app was confirmed with ${status}`);
    people.push({ id: String(subscriber["id"]), seed });
  }
  return people;
}

/** Challenges of one after the other, until the server is gone; how many were met. */
async function meetChallenges(
  server: Running,
  people: readonly Person[],
  anomalies: string[],
): Promise<number> {
  let met = 0;
  for (let turn = 0; ; turn++) {
    const person = people[turn % people.length];
    if (person === undefined) return met;
    try {
      if (await meet(server, person, anomalies)) met += 1;
    } catch (cause) {
      if (cause instanceof TypeError) return met;
      throw cause;
    }
  }
}

/** Everybody's seed opens. */
async function meetAll(server: Running, people: readonly Person[], anomalies: string[]): Promise<number> {
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

async function keyedStart(server: Running, nth: number): Promise<string> {
  const key = { "idempotency-key": `"start ${nth}"` };
  const { body } = await ask(server, "POST", "/verifications", { to: `+1416555${1_000 + nth}` }, key);
  return String(body["id"] ?? body["code"]);
}

async function cancelPending(server: Running): Promise<void> {
  for (;;) {
    const { body } = await ask(server, "GET", "/verifications?status=pending&limit=100");
    const { items } = body as { readonly items: readonly { readonly id: string }[] };
    if (items.length === 0) return;
    for (const { id } of items) await ask(server, "DELETE", `/verifications/${id}`);
  }
}

const looksMax = 600;
const lookMs = 100;

/** Waits for the end of the rotation; then nothing is under the former secret. How much was sealed anew. */
async function finished(server: Running, anomalies: string[]): Promise<number> {
  for (let look = 0; look < looksMax; look++) {
    const { body } = await ask(server, "GET", "/secrets/rotation");
    const rotation = body["rotation"] as {
      readonly finishedAt: string | null;
      readonly sealed: number;
      readonly broken: number;
    };
    if (rotation.finishedAt === null) {
      await clock.sleep(lookMs);
      continue;
    }
    if (rotation.broken > 0) anomalies.push(`${rotation.broken} values do not open`);
    return rotation.sealed;
  }
  anomalies.push("the rotation did not end");
  return 0;
}

async function ask(
  { origin }: Running,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      ...headers,
      authorization: `Bearer ${apiKey}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
}
