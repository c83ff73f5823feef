import assert from "node:assert/strict";
import {
  type ChallengeOutcome,
  decideChallenge,
  nameRow,
  newChallenge,
  newSession,
  newSubscriber,
  type Session,
  type Subscriber,
  type SubscriberName,
  type Use,
  unknownNameKeptMs,
} from "../../accounts/index.ts";
import { uuidv7Floor } from "../../clock/index.ts";
import { key, type Store, type UpdateDecision, type Write } from "../../store/index.ts";
import type { Chapter } from "./kit.ts";
import { began, dayMs, fill, put, tenantId } from "./rows.ts";

const otherTenantId = "01920000-0000-7000-8000-0000000000ff";
const idOf = (kind: string, n: number): string =>
  `01930000-0000-7000-8000-${kind}${String(n).padStart(11, "0")}`;

const enrolled = { name: "mine", createdAt: began, confirmedAt: began, lastUsedAt: null, wrongInRow: 0 };

/** A subscriber with an app and recovery codes. */
export function subscriberRow(n: number, ofTenant: string = tenantId): Subscriber {
  const id = idOf("a", n);
  const fields = { id, tenantId: ofTenant, nameId: `name-${n}`, sealedName: `sealed-${n}` };
  const fresh = newSubscriber({ ...fields, password: "$argon2id$", mustHaveSecond: true }, began);
  const codes = fill(10, (code) => ({ lookUp: `l${code}`, hash: `h${code}`, usedAt: null }));
  return {
    ...fresh,
    authenticators: [
      {
        ...enrolled,
        disabledAt: null,
        id: `${id}-app`,
        type: "totp",
        sealedSeed: "sealed",
        algorithm: "sha1",
        digits: 6,
        periodSeconds: 30,
        lastStep: null,
      },
      { ...enrolled, disabledAt: null, id: `${id}-codes`, type: "recoveryCodes", codes },
    ],
  };
}

/** The same subscriber with a passkey beside that. */
function withPasskey(subscriber: Subscriber): Subscriber {
  const credential = {
    id: "c",
    publicKey: "key",
    signCount: 7,
    isBackupEligible: true,
    isBackedUp: false,
    transports: ["internal"],
  };
  const passkey = {
    ...enrolled,
    disabledAt: null,
    id: `${subscriber.id}-passkey`,
    request: null,
    credential,
  };
  return {
    ...subscriber,
    authenticators: [...subscriber.authenticators, { ...passkey, type: "passkey" }],
  };
}

export function challengeRow(
  n: number,
  { id: subscriberId, tenantId: ofTenant }: Subscriber,
  at: number = began,
) {
  const earlier = [{ kind: "password", authenticatorId: null, at }] as const;
  const fields = { tenantId: ofTenant, subscriberId, purpose: "login", binding: "b" };
  return newChallenge({ ...fields, id: idOf("b", n), earlier }, at);
}

export function sessionRow(
  n: number,
  { id: subscriberId, tenantId: ofTenant }: Subscriber,
  at: number = began,
) {
  const fields = {
    tenantId: ofTenant,
    subscriberId,
    digest: `d-${n}`,
    challengeId: idOf("b", n),
    proofs: [],
  };
  return newSession({ ...fields, id: idOf("c", n), state: "active" }, at);
}

export function nameOf(n: number, subscriberId: string | null): SubscriberName {
  return { ...nameRow(`name-${n}`, tenantId, began), subscriberId };
}

const write = {
  subscriber: (row: Subscriber): Write => ({ table: "subscriber", id: row.id, row }),
  challenge: (row: ReturnType<typeof challengeRow>): Write => ({ table: "challenge", id: row.id, row }),
  session: (row: Session): Write => ({ table: "session", id: row.id, row }),
  name: (row: SubscriberName): Write => ({ table: "subscriberName", id: row.id, row }),
};

/** What enrolled people have: rows, lists, races and the end of what is over. */
// house: size: a list of checks, each of them short
export function accountChecks({ check }: Chapter): void {
  check("accounts: every row comes back as it was written, and is removed by its key", async ({ store }) => {
    const subscriber = subscriberRow(1);
    const challenge = challengeRow(1, subscriber);
    const proof = { kind: "totp", authenticatorId: "app", at: began } as const;
    const approved = { ...challenge, status: "approved", settledAt: began, proof } as const;
    const sent = { ...challenge, id: idOf("b", 2), sent: { verificationId: "v", authenticatorId: "sim" } };
    const session = { ...sessionRow(1, subscriber), proofs: [proof] };
    const name = nameOf(1, subscriber.id);
    await put(store, [
      write.subscriber(subscriber),
      write.challenge(approved),
      write.challenge(sent),
      write.session(session),
      write.name(name),
    ]);
    assert.deepEqual(await store.get(key("subscriber", subscriber.id)), subscriber);
    assert.deepEqual(await store.get(key("challenge", approved.id)), approved);
    assert.deepEqual(await store.get(key("challenge", sent.id)), sent);
    assert.deepEqual(await store.get(key("session", session.id)), session);
    assert.deepEqual(await store.get(key("subscriberName", name.id)), name);
    await put(store, [{ table: "session", id: session.id, row: null }]);
    assert.equal(await store.get(key("session", session.id)), undefined);
  });

  check("accounts: subscribers are listed by tenant and page, sessions by subscriber", async ({ store }) => {
    const mine = fill(5, (n) => subscriberRow(n));
    const theirs = subscriberRow(9, otherTenantId);
    const [first, second] = mine as [Subscriber, Subscriber];
    const sessions = fill(4, (n) => sessionRow(n, n < 3 ? first : second));
    await put(store, [...[...mine, theirs].map(write.subscriber), ...sessions.map(write.session)]);
    assert.deepEqual(await store.subscribers({ tenantId, limit: 3 }), mine.slice(0, 3));
    const after = mine[2]?.id as string;
    assert.deepEqual(await store.subscribers({ tenantId, after, limit: 3 }), mine.slice(3));
    assert.deepEqual(await store.subscribers({ tenantId: otherTenantId, limit: 3 }), [theirs]);
    const subscriberId = first.id;
    assert.deepEqual(await store.sessionsOf({ subscriberId, limit: 2 }), [sessions[2], sessions[1]]);
    assert.deepEqual(await store.sessionsOf({ subscriberId: second.id, limit: 9 }), [sessions[3]]);
    const young = { id: uuidv7Floor(began), state: "pending", endsAt: began + 1_000 } as const;
    const pending = { ...sessionRow(8, first), ...young };
    await put(store, [write.session(pending)]);
    assert.deepEqual(await store.sessionsOf({ subscriberId, limit: 1 }), [pending]);
    const lasting = { at: began, leastMs: 1_000 };
    assert.deepEqual(await store.sessionsOf({ subscriberId, limit: 1, lasting }), [sessions[2]]);
    const { endsAt } = sessions[0] as Session;
    // Near its end, and begun long ago.
    const late = { at: endsAt - 1, leastMs: 60_000 };
    assert.deepEqual(await store.sessionsOf({ subscriberId, limit: 1, lasting: late }), [sessions[2]]);
    const over = { at: endsAt, leastMs: 60_000 };
    assert.deepEqual(await store.sessionsOf({ subscriberId, limit: 1, lasting: over }), []);
  });

  check("X-1: of 200 parallel answers of one passkey to one challenge one approves it", async ({ store }) => {
    const subscriber = withPasskey(subscriberRow(1));
    const passkey = { challenge: "asked", binding: null, askedAt: began };
    const challenge = { ...challengeRow(1, subscriber), passkey };
    await put(store, [write.subscriber(subscriber), write.challenge(challenge)]);
    assert.deepEqual(await store.get(key("subscriber", subscriber.id)), subscriber);
    assert.deepEqual(await store.get(key("challenge", challenge.id)), challenge);
    const shown = { type: "used", credentialId: "c", signCount: 8, isBackupEligible: true, isBackedUp: true };
    const use = {
      type: "passkey",
      authenticatorId: `${subscriber.id}-passkey`,
      challenge: "asked",
      shown,
    } as Use;
    const outcomes = await Promise.all(fill(200, () => useAt(store, challenge.id, use, began + 1_000)));
    assert.equal(outcomes.filter(({ type }) => type === "approved").length, 1);
    assert.equal(outcomes.filter(({ type }) => type === "challengeSettled").length, 199);
    const kept = await store.get(key("subscriber", subscriber.id));
    const own = kept?.authenticators.find(({ type }) => type === "passkey");
    assert.equal(own?.type === "passkey" ? own.credential?.signCount : null, 8);
  });

  check("X-1: of 200 parallel answers of one passkey, all refused, one is looked at", async ({ store }) => {
    const subscriber = withPasskey(subscriberRow(1));
    const passkey = { challenge: "asked", binding: null, askedAt: began };
    const challenge = { ...challengeRow(1, subscriber), passkey };
    await put(store, [write.subscriber(subscriber), write.challenge(challenge)]);
    const shown = { type: "refused", reason: "signature" };
    const use = {
      type: "passkey",
      authenticatorId: `${subscriber.id}-passkey`,
      challenge: "asked",
      shown,
    } as Use;
    const outcomes = await Promise.all(fill(200, () => useAt(store, challenge.id, use, began + 1_000)));
    const reasons = outcomes.map((one) => (one.type === "passkeyRefused" ? one.reason : one.type));
    assert.equal(reasons.filter((reason) => reason === "signature").length, 1);
    assert.equal(reasons.filter((reason) => reason === "challenge").length, 199);
  });

  for (const one of ["totp", "recoveryCodes"] as const) {
    check(`T-4, L-3: of 200 parallel uses of one code (${one}) one succeeds`, async ({ store }) => {
      const subscriber = subscriberRow(1);
      const challenges = fill(200, (n) => challengeRow(n, subscriber));
      await put(store, [write.subscriber(subscriber), ...challenges.map(write.challenge)]);
      const use: Use =
        one === "totp"
          ? { type: one, authenticatorId: `${subscriber.id}-app`, step: 59_000_000 }
          : { type: one, authenticatorId: `${subscriber.id}-codes`, index: 3 };
      const outcomes = await Promise.all(challenges.map(({ id }) => useAt(store, id, use, began + 1_000)));
      assert.equal(outcomes.filter(({ type }) => type === "approved").length, 1);
      assert.equal(outcomes.filter(({ type }) => type === "codeUsed").length, 199);
      const rows = await Promise.all(challenges.map(({ id }) => store.get(key("challenge", id))));
      assert.equal(rows.filter((row) => row?.status === "approved").length, 1);
    });
  }

  check("T-5: of 200 wrong codes at once over many challenges five are counted", async ({ store }) => {
    const subscriber = subscriberRow(1);
    const challenges = fill(200, (n) => challengeRow(n, subscriber));
    await put(store, [write.subscriber(subscriber), ...challenges.map(write.challenge)]);
    const wrong: Use = { type: "totp", authenticatorId: `${subscriber.id}-app`, step: null };
    const outcomes = await Promise.all(challenges.map(({ id }) => useAt(store, id, wrong, began + 1_000)));
    assert.equal(outcomes.filter(({ type }) => type === "codeMismatch").length, 5);
    assert.equal(outcomes.filter(({ type }) => type === "subscriberLocked").length, 195);
    assert.equal((await store.get(key("subscriber", subscriber.id)))?.failures.inRow, 5);
  });

  check("accounts: what is over is purged, what somebody has stays", async ({ store }) => {
    const subscriber = subscriberRow(1);
    const old = challengeRow(1, subscriber);
    const young = challengeRow(2, subscriber, began + dayMs);
    const session = sessionRow(1, subscriber);
    const [mine, nobodys] = [nameOf(1, subscriber.id), nameOf(2, null)];
    await put(store, [
      write.subscriber(subscriber),
      ...[old, young].map(write.challenge),
      write.session(session),
      ...[mine, nobodys].map(write.name),
    ]);
    const before = { settled: 0, idempotency: 0 };
    assert.equal((await store.purge({ ...before, accounts: began }, 10)).accounts, 0);
    assert.equal(
      (await store.purge({ ...before, accounts: began + unknownNameKeptMs + 1 }, 2)).finished,
      false,
    );
    await store.purge({ ...before, accounts: began + unknownNameKeptMs + 1 }, 10);
    const left = await Promise.all([
      store.get(key("challenge", old.id)),
      store.get(key("challenge", young.id)),
      store.get(key("session", session.id)),
      store.get(key("subscriberName", mine.id)),
      store.get(key("subscriberName", nobodys.id)),
      store.get(key("subscriber", subscriber.id)),
    ]);
    assert.deepEqual(left, [undefined, young, undefined, mine, undefined, subscriber]);
  });
}

/** One use of an authenticator for a challenge, decided on the locked rows at `now`. */
export function useAt(store: Store, id: string, use: Use, now: number): Promise<ChallengeOutcome> {
  const challengeKey = key("challenge", id);
  return store.update<ChallengeOutcome>([challengeKey], (rows): UpdateDecision<ChallengeOutcome> => {
    const challenge = rows.get(challengeKey);
    if (challenge === undefined) throw new TypeError("the suite never removes what it uses");
    const subscriberKey = key("subscriber", challenge.subscriberId);
    if (!rows.has(subscriberKey)) return { need: [subscriberKey] };
    const subscriber = rows.get(subscriberKey);
    if (subscriber === undefined) throw new TypeError("the suite never removes what it uses");
    const decision = decideChallenge({ subscriber, challenge }, use, now);
    const writes = [write.subscriber(decision.subscriber), write.challenge(decision.challenge)];
    return { writes, result: decision.outcome };
  });
}
