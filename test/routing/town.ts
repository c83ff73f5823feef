import type { OutgoingMessage, Provider, ProviderCapabilities } from "../../src/delivery/index.ts";
import { createFakeClock, type FakeClock, seededRandom } from "../../src/testing/index.ts";
import type { ProviderAnswer } from "../../src/verification/index.ts";
import { openTestInstance, type TestInstance, type TestInstanceOptions } from "../support/instance.ts";
import { noCapabilities } from "../support/recorder.ts";

const second = 1_000;

/** What a carrier does with a message at an instant. */
export type Behaviour =
  | "ok"
  /** Nobody answers the door. */
  | "down"
  /** Takes the request and says nothing, and the message never leaves. */
  | "hang"
  /** Breaks before it takes anything. */
  | "breaks"
  /** Delivers, and its answer is lost. */
  | "answerLost"
  /** Accepts, and nothing ever arrives. */
  | "swallow"
  /** Answers and delivers ten minutes later. */
  | "tenMinutes"
  | "refusesAccount";

export interface TownCarrier {
  readonly provider: Provider;
  readonly calls: { readonly at: number; readonly behaviour: Behaviour }[];
  /** Messages whose answer was lost although they were delivered. */
  readonly lost: { count: number };
}

interface Phone {
  readonly arrived: { readonly at: number; readonly code: string; readonly reference: string }[];
  /** Called when a message arrives. */
  ring: () => void;
}

/** People who verify their numbers through carriers that misbehave as planned, on a clock that is turned. */
export interface Town {
  readonly one: TestInstance;
  readonly clock: FakeClock;
  readonly carriers: readonly TownCarrier[];
  readonly phones: ReadonlyMap<string, Phone>;
  readonly people: Person[];
  /** So many people begin, one after the other. */
  live(people: number, everyMs: number): Promise<void>;
}

export interface Person {
  readonly startedAt: number;
  readonly to: string;
  id: string;
  approvedAt: number | null;
}

export interface TownCarrierPlan {
  readonly behave: (sinceStartMs: number, nth: number) => Behaviour;
  readonly capabilities?: Partial<ProviderCapabilities>;
  readonly ratePerSecond?: number;
}

export interface TownOptions extends TestInstanceOptions {
  readonly plans: Readonly<Record<string, TownCarrierPlan>>;
  /** Where the people are: their numbers begin with it. */
  readonly prefix?: string;
}

/** Begins with the node asleep: `live` wakes it. */
export async function openTown({ plans, prefix = "+1415555", ...options }: TownOptions): Promise<Town> {
  const clock = options.clock ?? createFakeClock();
  const startsAt = clock.now();
  const phones = new Map<string, Phone>();
  const receiver: { one: TestInstance | null } = { one: null };
  const carriers = Object.entries(plans).map(([id, plan]) =>
    townCarrier({ id, plan, clock, startsAt, phones, receiver }),
  );
  const one = await openTestInstance({
    sandbox: false,
    ...options,
    clock,
    providers: carriers.map((carrier) => carrier.provider),
  });
  receiver.one = one;
  const people: Person[] = [];
  const random = seededRandom(7);

  /** Waits for a code and types it; asks again after 35 s without one, three times at most. */
  async function person(to: string): Promise<void> {
    const { tenantId, engine } = one;
    const began = clock.now();
    const workflow = [{ channel: "sms", waitMs: 300 * second }] as const;
    const started = await engine.start({ tenantId, to, workflow });
    if (started.verification === null) throw new Error(`refused: ${JSON.stringify(started)}`);
    const me: Person = { startedAt: began, to, id: started.verification.id, approvedAt: null };
    people.push(me);
    let asked = 0;
    const reactsMs = 4_000 + (random.bytes(1)[0] ?? 0) * 40;
    const gone = began + 280 * second;
    while (clock.now() < gone) {
      const before = phones.get(to)?.arrived.at(-1);
      const patience = asked < 3 ? began + 35_000 + asked * 65_000 : gone;
      const until = Math.min(gone, before === undefined ? patience : before.at + reactsMs);
      await ringOr(clock, phoneOf(phones, to), until);
      const newest = phones.get(to)?.arrived.at(-1);
      if (newest !== undefined && clock.now() >= newest.at + reactsMs) {
        const { outcome } = await engine.check({ tenantId, id: me.id, code: newest.code, to });
        if (outcome !== "approved") throw new Error(`a code that arrived was answered with ${outcome}`);
        me.approvedAt = clock.now();
        return;
      }
      if (newest === undefined && asked < 3 && clock.now() >= patience) {
        asked += 1;
        await engine.resend({ tenantId, id: me.id });
      }
    }
  }

  return {
    one,
    clock,
    carriers,
    phones,
    people,
    async live(count, everyMs) {
      one.engine.run();
      const lives: Promise<void>[] = [];
      for (let n = 0; n < count; n++) {
        lives.push(person(`${prefix}${String(1_000 + n).padStart(4, "0")}`));
        await clock.advance(everyMs);
      }
      await clock.advance(300 * second);
      await Promise.all(lives);
    },
  };
}

/** Until a message arrives, and no later than that: to look each second took half of a scenario's time. */
async function ringOr(clock: FakeClock, phone: Phone, until: number): Promise<void> {
  const rung = new AbortController();
  phone.ring = () => rung.abort();
  await clock.sleep(until - clock.now(), rung.signal);
}

function phoneOf(phones: Map<string, Phone>, to: string): Phone {
  const phone = phones.get(to) ?? { arrived: [], ring: () => {} };
  phones.set(to, phone);
  return phone;
}

interface CarrierScene {
  readonly id: string;
  readonly plan: TownCarrierPlan;
  readonly clock: FakeClock;
  readonly startsAt: number;
  readonly phones: Map<string, Phone>;
  readonly receiver: { readonly one: TestInstance | null };
}

function townCarrier(scene: CarrierScene): TownCarrier {
  const { id, plan, clock, startsAt, phones, receiver } = scene;
  const calls: TownCarrier["calls"] = [];
  const lost = { count: 0 };
  const known = new Set<string>();

  function arrive({ to, code, reference }: OutgoingMessage, afterMs: number): void {
    if (plan.capabilities?.idempotencyKey === true && known.has(reference)) return;
    known.add(reference);
    clock.after(afterMs, () => {
      const phone = phoneOf(phones, to);
      phone.arrived.push({ at: clock.now(), code: code ?? "", reference });
      phone.ring();
    });
    clock.after(afterMs + second, () => {
      const receipt = { reference, status: "delivered", providerMessageId: `${id}-${reference}` } as const;
      void receiver.one?.engine.receipt(receipt);
    });
  }

  function answer(message: OutgoingMessage, behaviour: Behaviour): ProviderAnswer | Promise<ProviderAnswer> {
    const accepted: ProviderAnswer = { type: "accepted", providerMessageId: `${id}-${message.reference}` };
    switch (behaviour) {
      case "ok":
        arrive(message, second);
        return accepted;
      case "swallow":
        return accepted;
      case "down":
        return { type: "refused", kind: "notSent", reason: "carrier_unreachable" };
      case "refusesAccount":
        return { type: "refused", kind: "rejected", reason: "credentials_refused" };
      case "breaks":
        return { type: "unknown", detail: "the carrier answered 500" };
      case "answerLost":
        if (!known.has(message.reference)) lost.count += 1;
        arrive(message, second);
        return new Promise(() => {});
      case "hang":
        return new Promise(() => {});
      case "tenMinutes":
        arrive(message, 600 * second);
        return clock.sleep(600 * second).then(() => accepted);
      default:
        throw new TypeError(behaviour satisfies never);
    }
  }

  const provider: Provider = {
    id,
    channels: ["sms"],
    capabilities: { ...noCapabilities, clientReference: true, receipts: true, ...plan.capabilities },
    ...(plan.ratePerSecond === undefined ? {} : { ratePerSecond: plan.ratePerSecond }),
    send(message) {
      const behaviour = plan.behave(clock.now() - startsAt, calls.length);
      calls.push({ at: clock.now(), behaviour });
      return Promise.resolve(answer(message, behaviour));
    },
  };
  return { provider, calls, lost };
}

/** What people saw. */
export interface Seen {
  readonly people: number;
  /** Share of people who were approved. */
  readonly success: number;
  /** The longest wait from a start to the first message, among those who got one without asking again. */
  readonly slowestMs: number;
  /** Messages that brought nobody anything new: a second one of one delivery. */
  readonly duplicates: number;
  readonly messages: number;
  /** People who asked again. */
  readonly askedAgain: number;
  /** Verifications of which two codes arrived. */
  readonly twoCodes: number;
}

export async function seenIn({ one, people, phones }: Town): Promise<Seen> {
  let slowestMs = 0;
  let duplicates = 0;
  let messages = 0;
  let twoCodes = 0;
  let askedAgain = 0;
  for (const { to, startedAt, id } of people) {
    const arrived = phones.get(to)?.arrived ?? [];
    messages += arrived.length;
    duplicates += arrived.length - new Set(arrived.map((message) => message.reference)).size;
    if (new Set(arrived.map((message) => message.code)).size > 1) twoCodes += 1;
    const deliveries = await one.store.deliveriesOf(id);
    if (deliveries.length > 1) askedAgain += 1;
    else if (arrived[0] !== undefined) slowestMs = Math.max(slowestMs, arrived[0].at - startedAt);
  }
  const approved = people.filter((person) => person.approvedAt !== null).length;
  return {
    people: people.length,
    success: approved / people.length,
    slowestMs,
    duplicates,
    messages,
    askedAgain,
    twoCodes,
  };
}
