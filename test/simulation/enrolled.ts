import { type Authenticator, newSubscriber, type Subscriber } from "../../src/accounts/index.ts";
import { stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { contextOf, sealed } from "../../src/engine/accounts/parts.ts";
import type { Accounts } from "../../src/engine/index.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { key } from "../../src/store/index.ts";
import type { Arrived } from "./carriers.ts";
import type { Chance } from "./chance.ts";
import type { ChallengeRequest, Records } from "./records.ts";
import type { Timeline } from "./timeline.ts";

/** What somebody was answered, and whether from memory. */
export interface ChallengeAnswer {
  readonly outcome: string;
  readonly challengeId: string | null;
  readonly isReplayed: boolean;
  /** Where it says so. */
  readonly retryAt?: number | undefined;
}

export interface ChallengeAct {
  readonly request: ChallengeRequest;
  readonly run: (accounts: Accounts) => Promise<ChallengeAnswer>;
}

export interface EnrolledParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly records: Records;
  readonly tenantId: string;
  readonly perform: (act: ChallengeAct) => void;
}

interface Person {
  readonly id: string;
  readonly phoneId: string;
  readonly appId: string;
  readonly number: string;
}

/** The first two are also numbers that strangers start verifications of. */
const persons: readonly Person[] = ["0", "1"].map((digit) => ({
  id: `01920000-0000-7000-8000-00000000000${digit}`,
  phoneId: `01920000-0000-7000-8000-00000000001${digit}`,
  appId: `01920000-0000-7000-8000-00000000002${digit}`,
  number: `+1415555012${digit}`,
}));
const knownMax = 8;

const nothingSaid: { readonly outcome: string; readonly challenge?: unknown } = { outcome: "nothing" };

/** Each app has a seed of its own. */
const seedOf = (appId: string): Buffer => Buffer.from(appId.slice(-20));

/** The code that an app shows at a step. */
export const appCodeAt = (appId: string, step: number): string => totpCode(seedOf(appId), totpDefaults, step);

/** Puts two people with a phone and an app each into the store, as if they had been there for long. */
export async function enrol({ parts, store, tenant }: Instance, records: Records): Promise<void> {
  const now = parts.clock.now();
  for (const person of persons) {
    const row = rowOf(person, now);
    await store.update([key("subscriber", row.id)], () => ({
      writes: [{ table: "subscriber", id: row.id, row }],
      result: undefined,
    }));
    records.subscribers.set(row.id, row);
  }

  function rowOf({ id, phoneId, appId, number }: Person, at: number): Subscriber {
    const enrolled = { createdAt: at, confirmedAt: at, lastUsedAt: null, wrongInRow: 0, disabledAt: null };
    const seal = (column: "number" | "seed" | "name", of: string, text: string): string =>
      sealed(parts, contextOf(column, of, tenant.id), text);
    const phone: Authenticator = {
      ...enrolled,
      id: phoneId,
      name: "phone",
      type: "phone",
      sealedNumber: seal("number", phoneId, number),
      verificationId: null,
    };
    const app: Authenticator = {
      ...enrolled,
      ...totpDefaults,
      id: appId,
      name: "app",
      type: "totp",
      sealedSeed: seal("seed", appId, seedOf(appId).toString("base64")),
      lastStep: null,
    };
    const sealedName = seal("name", id, `person ${id}`);
    const fields = { id, tenantId: tenant.id, nameId: id, sealedName, password: null, mustHaveSecond: true };
    return { ...newSubscriber(fields, at), authenticators: [phone, app] };
  }
}

/** A challenge that somebody was told about. */
interface Known {
  readonly id: string;
  readonly person: Person;
  readonly binding: string | undefined;
}

/** Enrolled people and those who would like to be them, each doing at random what they do at a sign-in. */
export class Enrolled {
  readonly #parts: EnrolledParts;
  readonly #known: Known[] = [];
  readonly #arrived: Arrived[] = [];
  readonly #keyed: ChallengeAct[] = [];
  #keys = 0;

  constructor(parts: EnrolledParts) {
    this.#parts = parts;
  }

  act(): void {
    const { chance } = this.#parts;
    const kind = chance.weighted({ start: 3, send: 1, text: 3, app: 3, guess: 4, cancel: 0.5, repeat: 1.5 });
    const known = this.#known.length === 0 ? undefined : chance.pick(this.#known.slice(-4));
    if (kind === "start" || known === undefined) this.#start();
    else if (kind === "repeat") {
      if (this.#keyed.length > 0) this.#repeat(chance.pick(this.#keyed));
    } else if (kind === "send" || kind === "cancel") this.#plain(kind, known);
    else this.#answer(kind, known);
  }

  /** A message came: its reader may type the code, sooner or later. */
  arrived(arrived: Arrived): void {
    const { chance, timeline, records } = this.#parts;
    const challengeId = records.challengeOf.get(arrived.verificationId);
    if (challengeId === undefined) return;
    this.#arrived.push(arrived);
    if (!chance.happens(0.5)) return;
    timeline.after(chance.between(500, 30_000), () => {
      const known = this.#known.find(({ id }) => id === challengeId);
      if (known !== undefined) this.#check(known, arrived.code, null);
    });
  }

  /** Somebody was told of a challenge. */
  told({ kind, subscriberId, binding }: ChallengeRequest, id: string): void {
    const person = persons.find((one) => one.id === subscriberId);
    if (kind !== "challenge" || person === undefined || this.#known.some((one) => one.id === id)) return;
    this.#known.push({ id, person, binding });
    if (this.#known.length > knownMax) this.#known.shift();
  }

  #start(): void {
    const { chance, tenantId } = this.#parts;
    const person = chance.pick(persons);
    const binding = chance.happens(0.2) ? undefined : `session of ${person.number}`;
    const send = chance.happens(0.5) ? { send: true, authenticatorId: person.phoneId } : {};
    const request = this.#request("challenge", person.id, { binding });
    const asked = { tenantId, idempotency: idempotency(request) };
    const start = { tenantId, subscriberId: person.id, passwordChecked: true, binding, ...send };
    this.#perform({
      request,
      run: async (accounts) => answerOf(await accounts.once(asked, (verbs) => verbs.startChallenge(start))),
    });
  }

  #plain(kind: "send" | "cancel", { id, person, binding: own }: Known): void {
    const { chance, tenantId } = this.#parts;
    const binding = chance.happens(0.15) ? "a thief" : own;
    const on = { tenantId, id, binding };
    if (kind === "cancel") {
      const request = this.#request("cancel", person.id, { challengeId: id, binding });
      const run = async (accounts: Accounts): Promise<ChallengeAnswer> => {
        const { outcome } = await accounts.cancelChallenge(on);
        return { outcome, challengeId: id, isReplayed: false };
      };
      this.#perform({ request, run });
      return;
    }
    const request = this.#request("send", person.id, { challengeId: id, binding });
    const asked = { tenantId, idempotency: idempotency(request) };
    const send = { ...on, authenticatorId: person.phoneId };
    this.#perform({
      request,
      run: async (accounts) => answerOf(await accounts.once(asked, (verbs) => verbs.sendChallenge(send))),
    });
  }

  #answer(kind: "text" | "app" | "guess", known: Known): void {
    const { chance, records, timeline } = this.#parts;
    const times = chance.happens(0.3) ? chance.between(2, 5) : 1;
    if (kind === "text") {
      const own = this.#arrived.filter(
        ({ verificationId }) => records.challengeOf.get(verificationId) === known.id,
      );
      const code = own.length === 0 ? "000000" : chance.pick(own.slice(-2)).code;
      for (let time = 0; time < times; time++) this.#check(known, code, null);
      return;
    }
    if (kind === "guess") {
      const by = chance.pick([known.person.phoneId, known.person.appId]);
      for (let time = 0; time < times; time++) this.#check(known, this.#wrongCode(), by);
      return;
    }
    const step = stepAt(totpDefaults, timeline.wall()) + chance.pick([0, 0, 0, 0, 1, -1, -2]);
    // One code for several challenges of one person: one of them gets it (T-4).
    const others = this.#known.filter(({ person }) => person === known.person);
    for (let time = 0; time < times; time++) {
      const on = time === 0 ? known : chance.pick(others);
      this.#check(on, appCodeAt(known.person.appId, step), known.person.appId);
    }
  }

  /** Right for somebody else's challenge at the best. */
  #wrongCode(): string {
    const { chance } = this.#parts;
    if (this.#arrived.length > 0 && chance.happens(0.3)) return chance.pick(this.#arrived).code;
    return chance.pick(["000000", "123456", "999999", "", "constructor", "12 34 56"]);
  }

  #check({ id, person, binding: own }: Known, code: string, authenticatorId: string | null): void {
    const { chance, tenantId } = this.#parts;
    const binding = chance.happens(0.1) ? "a thief" : own;
    const request = this.#request("check", person.id, { challengeId: id, binding, code, authenticatorId });
    const asked = { tenantId, idempotency: idempotency(request) };
    const by = authenticatorId === null ? {} : { authenticatorId };
    const check = { tenantId, id, binding, code, ...by };
    this.#perform({
      request,
      run: async (accounts) => answerOf(await accounts.once(asked, (verbs) => verbs.checkChallenge(check))),
    });
  }

  #request(
    kind: ChallengeRequest["kind"],
    subscriberId: string,
    fields: Partial<ChallengeRequest>,
  ): ChallengeRequest {
    const isKeyed = kind !== "cancel" && this.#parts.chance.happens(0.4);
    if (isKeyed) this.#keys += 1;
    return {
      kind,
      subscriberId,
      challengeId: null,
      binding: undefined,
      code: null,
      authenticatorId: null,
      idempotencyKey: isKeyed ? `challenge key ${this.#keys}` : null,
      askedAt: 0,
      state: "underWay",
      ...fields,
    };
  }

  #perform(act: ChallengeAct): void {
    if (act.request.idempotencyKey !== null) this.#keyed.push(act);
    if (this.#keyed.length > knownMax) this.#keyed.shift();
    this.#parts.records.challengeRequests.push(act.request);
    this.#parts.perform(act);
  }

  /** The same request once more, as a client does that got no answer, or that is impatient. */
  #repeat({ request: first, run }: ChallengeAct): void {
    const request: ChallengeRequest = { ...first, state: "underWay" };
    if (request.kind === "challenge") request.challengeId = null;
    this.#parts.records.challengeRequests.push(request);
    this.#parts.perform({ request, run });
  }
}

function answerOf(once: {
  readonly outcome: string;
  readonly replayed?: boolean;
  readonly result?: { readonly outcome: string; readonly challenge?: unknown; readonly retryAt?: unknown };
}): ChallengeAnswer {
  const { result = nothingSaid, replayed = false } = once;
  if (once.outcome !== "answered") return { outcome: once.outcome, challengeId: null, isReplayed: true };
  const { id = null } = (("challenge" in result ? result.challenge : null) ?? {}) as { readonly id?: string };
  const retryAt = "retryAt" in result ? Number(result.retryAt) : undefined;
  return { outcome: result.outcome, challengeId: id, isReplayed: replayed, retryAt };
}

function idempotency({ idempotencyKey }: ChallengeRequest): { id: string; fingerprint: string } | undefined {
  return idempotencyKey === null ? undefined : { id: idempotencyKey, fingerprint: idempotencyKey };
}
