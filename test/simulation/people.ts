import type { Engine, StartRequest, VerificationView } from "../../src/engine/index.ts";
import type { Payment, Policy } from "../../src/verification/index.ts";
import type { Arrived } from "./carriers.ts";
import type { Chance } from "./chance.ts";
import { type Habits, planHabits } from "./habits.ts";
import type { Answer } from "./invariants/answers.ts";
import type { Records, Request } from "./records.ts";
import type { Timeline } from "./timeline.ts";

/** A request and how to make it, so that it can be repeated word for word. */
export interface Act {
  readonly request: Request;
  readonly run: (engine: Engine) => Promise<Answer>;
}

export interface PeopleParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly records: Records;
  readonly tenantId: string;
  readonly perform: (act: Act) => void;
}

/** A verification that somebody was told about. */
interface Known {
  readonly id: string;
  readonly start: Request;
  view: VerificationView;
}

const numbers = ["+14155550120", "+14155550121", "+14155550122"];
const knownMax = 12;

/** Owners of phones and strangers, each doing at random what people do. */
export class People {
  readonly #parts: PeopleParts;
  readonly #habits: Habits;
  readonly #known: Known[] = [];
  readonly #arrived: Arrived[] = [];
  readonly #keyed: Act[] = [];
  #keys = 0;

  constructor(parts: PeopleParts) {
    this.#parts = parts;
    this.#habits = planHabits(parts.chance);
  }

  /** Codes that came from callers: they must never be found on the disk. */
  readonly supplied = new Set<string>();

  /** The next thing somebody does. */
  act(): void {
    const { chance } = this.#parts;
    const kind = chance.weighted(this.#habits.acts);
    const known = this.#known.length === 0 ? undefined : chance.pick(this.#known.slice(-4));
    if (kind === "repeat" && this.#keyed.length > 0) {
      this.#repeat(chance.pick(this.#keyed));
      return;
    }
    if (kind === "start" || known === undefined) {
      this.#start();
      return;
    }
    switch (kind) {
      case "guess":
        this.#guess(known);
        return;
      case "answer":
        this.#checkWith(known, this.#codeFor(known));
        return;
      case "snipe":
        this.#snipe(known);
        return;
      case "settle":
        this.#verb(known, "settle", chance.pick(["approved", "canceled"] as const));
        return;
      case "repeat":
        this.#start();
        return;
      default:
        this.#verb(known, kind, null);
        return;
    }
  }

  /** A message arrived: its reader may type the code, sooner or later. */
  arrived(arrived: Arrived): void {
    const { chance, timeline } = this.#parts;
    this.#arrived.push(arrived);
    if (!chance.happens(this.#habits.answersMessages)) return;
    timeline.after(chance.between(500, 30_000), () => {
      const known = this.#known.find((one) => one.id === arrived.verificationId);
      if (known !== undefined) this.#checkWith(known, arrived.code);
    });
  }

  /** Somebody was told something. */
  told(request: Request, view: VerificationView): void {
    const known = this.#known.find((one) => one.id === view.id);
    if (known !== undefined) known.view = view;
    else if (request.kind === "start") this.#known.push({ id: view.id, start: request, view });
    if (this.#known.length > knownMax) this.#known.shift();
  }

  #start(): void {
    const { chance, tenantId } = this.#parts;
    const number = chance.pick(numbers.slice(0, this.#habits.numbers));
    const by = chance.happens(this.#habits.strangers) ? "stranger" : "owner";
    const binding = chance.happens(0.25) ? undefined : `${by} of ${number}`;
    const subject = chance.happens(0.3) ? `subject of ${number}` : undefined;
    const payment = chance.happens(0.15) ? { amount: "EUR 1050", payee: "Acme" } : null;
    const policy = this.#policy();
    const code = chance.happens(0.1) ? `own-${chance.between(10_000_000, 99_999_999)}` : null;
    if (code !== null) this.supplied.add(code);
    const request = this.#request("start", by, { number, binding, subject, payment });
    const start: StartRequest = {
      tenantId,
      to: number,
      binding,
      subject,
      policy: code === null ? policy : { ...policy, codeLength: 6, checksMax: 3 },
      ...(code === null ? {} : { code }),
      ...paymentFields(payment),
      idempotency: idempotency(request),
    };
    this.#perform({ request, run: (engine) => engine.start(start) });
  }

  #policy(): Partial<Policy> {
    const { chance } = this.#parts;
    const kind = chance.below(6);
    const common = { ...this.#habits.policy, ifPending: this.#habits.ifPending };
    if (kind === 0)
      return { ...common, alphabet: "crockford", codeLength: 10, checksMax: chance.between(1, 5) };
    if (kind === 1) return { ...common, allowWeakCodes: true, codeLength: 4, checksMax: 3 };
    if (kind === 2) return { ...common, workflow: [{ channel: "sms", waitMs: 120_000 }] };
    if (kind === 3) {
      const workflow = [15_000, 20_000, 45_000].map((waitMs) => ({ channel: "sms" as const, waitMs }));
      return { ...common, workflow, codeLifetimeMs: 60_000 };
    }
    return common;
  }

  /** Somebody tries codes, several at once. */
  #guess(known: Known): void {
    const { chance } = this.#parts;
    const count = chance.happens(0.5) ? 1 : chance.between(2, 7);
    for (let one = 0; one < count; one++) this.#checkWith(known, this.#wrongCode(known));
  }

  #wrongCode(known: Known): string {
    const { chance } = this.#parts;
    if (chance.happens(0.1)) return chance.pick(["", "constructor", "12345678901", "12 34 56"]);
    // Codes of another verification, or of a generation that is over: no better than any other wrong code.
    const others = this.#arrived.filter((one) => one.verificationId !== known.id);
    if (others.length > 0 && chance.happens(0.3)) return chance.pick(others).code;
    return chance.pick(["000000", "123456", "0000", "AAAAAAAAAA", "999999"]);
  }

  #codeFor(known: Known): string {
    const { chance } = this.#parts;
    const own = this.#arrived.filter((one) => one.verificationId === known.id);
    const newest = own.at(-1);
    if (newest === undefined) return "000000";
    return chance.happens(0.25) ? chance.pick(own).code : newest.code;
  }

  /** Right at the end of a code's or a verification's life, and a millisecond before. */
  #snipe(known: Known): void {
    const { chance, timeline } = this.#parts;
    const end = chance.happens(0.7) ? known.view.codeExpiresAt : known.view.endsAt;
    const ms = (end ?? 0) - timeline.wall() - (chance.happens(0.7) ? 0 : 1);
    if (ms < 0 || ms > 900_000) return;
    timeline.after(ms, () => {
      if (chance.happens(0.2)) return this.#verb(known, "cancel", null);
      const code = this.#arrived.findLast((one) => one.verificationId === known.id)?.code;
      if (code !== undefined) this.#check(known, code, known.start.binding, known.start.subject);
    });
  }

  /** Mostly as the owner would; now and then with another binding or subject, or many times at once. */
  #checkWith(known: Known, code: string): void {
    const { chance } = this.#parts;
    const binding = chance.happens(0.1) ? `thief ${chance.below(2)}` : known.start.binding;
    const subject = chance.happens(0.05) ? "somebody else" : known.start.subject;
    const times = chance.happens(0.15) ? chance.between(2, 5) : 1;
    for (let time = 0; time < times; time++) this.#check(known, code, binding, subject);
  }

  #check(known: Known, code: string, binding: string | undefined, subject: string | undefined): void {
    const { chance, tenantId } = this.#parts;
    const { number, payment } = known.start;
    const paid = chance.happens(0.05) ? null : payment;
    const request = this.#request("check", binding === known.start.binding ? "owner" : "stranger", {
      number,
      binding,
      subject,
      payment: paid,
      code,
      verificationId: known.id,
    });
    const { id } = known;
    const check = {
      tenantId,
      id,
      code,
      binding,
      subject,
      ...paymentFields(paid),
      idempotency: idempotency(request),
    };
    this.#perform({ request, run: (engine) => engine.check(check) });
  }

  #verb(
    known: Known,
    kind: "resend" | "next" | "cancel" | "settle" | "get" | "unlock",
    status: "approved" | "canceled" | null,
  ): void {
    const { chance, tenantId } = this.#parts;
    const { number } = known.start;
    if (kind === "unlock") {
      const request = this.#request("unlock", "owner", { number });
      const unlocked = { verification: null, replayed: false };
      const run = async (engine: Engine): Promise<Answer> => ({
        ...(await engine.unlockRecipient({ tenantId, to: number })),
        ...unlocked,
      });
      this.#perform({ request, run });
      return;
    }
    const binding = chance.happens(0.15) ? `thief ${chance.below(2)}` : known.start.binding;
    const request = this.#request(kind, "owner", { number, binding, verificationId: known.id, status });
    const verb = { tenantId, id: known.id, binding, idempotency: idempotency(request) };
    if (kind === "get") {
      const run = async (engine: Engine): Promise<Answer> => {
        const verification = await engine.get(verb);
        return { outcome: verification === null ? "notFound" : "shown", verification, replayed: false };
      };
      this.#perform({ request, run });
      return;
    }
    if (kind === "settle") {
      this.#perform({
        request,
        run: (engine) => engine.settle({ ...verb, status: status ?? "canceled" }),
      });
      return;
    }
    this.#perform({ request, run: (engine) => engine[kind](verb) });
  }

  #request(kind: Request["kind"], by: Request["by"], fields: Partial<Request>): Request {
    const isKeyed = kind !== "get" && kind !== "unlock" && this.#parts.chance.happens(this.#habits.keyed);
    if (isKeyed) this.#keys += 1;
    return {
      kind,
      by,
      number: "",
      verificationId: null,
      binding: undefined,
      subject: undefined,
      payment: null,
      code: null,
      status: null,
      idempotencyKey: isKeyed ? `key ${this.#keys}` : null,
      askedAt: 0,
      state: "underWay",
      ...fields,
    };
  }

  #perform(act: Act): void {
    if (act.request.idempotencyKey !== null) this.#keyed.push(act);
    if (this.#keyed.length > knownMax) this.#keyed.shift();
    this.#parts.records.addRequest(act.request);
    this.#parts.perform(act);
  }

  /** The same request once more, as a client does that got no answer, or that is impatient. */
  #repeat(act: Act): void {
    const request: Request = { ...act.request, state: "underWay" };
    if (request.kind === "start") request.verificationId = null;
    this.#parts.records.addRequest(request);
    this.#parts.perform({ request, run: act.run });
  }
}

function paymentFields(payment: Payment | null): Pick<StartRequest, "amount" | "payee"> {
  if (payment === null) return {};
  return { amount: { currency: "EUR", value: "10.50" }, payee: payment.payee };
}

function idempotency(request: Request): { id: string; fingerprint: string } | undefined {
  const { idempotencyKey } = request;
  return idempotencyKey === null ? undefined : { id: idempotencyKey, fingerprint: idempotencyKey };
}
