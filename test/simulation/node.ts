import { type Clock, uuidv7 } from "../../src/clock/index.ts";
import type { OutgoingMessage, Provider } from "../../src/delivery/index.ts";
import {
  type Accounts,
  createAccounts,
  createEngine,
  type Engine,
  type EngineParts,
  type Receipt,
} from "../../src/engine/index.ts";
import type { Instance } from "../../src/instance/instance.ts";
import { StorageUnavailable, type Store } from "../../src/store/index.ts";
import { createDataKeyring, createDirectory } from "../../src/tenants/index.ts";
import type { LookupAnswer, ProviderAnswer } from "../../src/verification/index.ts";
import { noCapabilities } from "../support/recorder.ts";
import type { Chance } from "./chance.ts";
import type { FaultPlan } from "./faults.ts";
import type { Journal } from "./journal.ts";
import type { Ticket, Timeline } from "./timeline.ts";

/** A carrier as a node calls it: which node calls belongs to what it writes down. */
export interface Line {
  readonly id: string;
  readonly channels: Provider["channels"];
  readonly ratePerSecond?: number;
  send(message: OutgoingMessage, owner: string): Promise<ProviderAnswer>;
  lookup?(reference: string): Promise<LookupAnswer>;
}

export interface NodeParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly journal: Journal;
  readonly faults: () => FaultPlan;
  readonly lines: readonly Line[];
  readonly instance: Instance;
  /** The store as this node sees it, before faults. */
  readonly storeFor: (owner: string) => Store;
  /** The node is gone, and perhaps its machine with it. */
  readonly onCrash: (node: Node) => void;
}

const hourMs = 3_600_000;
const pollMsMax = 1_000;
/** Shorter than a lease, far longer, or such that the node is back while another one works on what it held. */
export const stallMs = (chance: Chance): number =>
  chance.pick([2_000, 30_000, chance.between(15_000, 24_000)]);

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const bugs = /TypeError|RangeError|ReferenceError|SealBroken|SecretInvalid|InvariantError/;

/**
 * One running engine. Everything between it and the world passes through here, so that it can be gone, or stand still,
 * before and after each thing it does: its calls of the store and of carriers, its sleep, its answers.
 */
export class Node {
  readonly owner: string;
  readonly #parts: NodeParts;
  readonly #engine: Engine;
  readonly #accounts: Accounts;
  readonly #tickets = new Set<Ticket>();
  #stalled: (() => void)[] | null = null;
  #isAlive = true;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    const { instance, timeline, chance } = parts;
    this.owner = uuidv7(timeline.wall(), chance.random);
    const clock: Clock = {
      now: () => timeline.wall(),
      sleep: (ms, signal) => this.#sleep(ms, signal),
      after: (ms, act) => this.#after(ms, act),
    };
    const store = this.#faulty(parts.storeFor(this.owner));
    const { keyring } = instance.parts;
    const { random } = chance;
    const log: EngineParts["log"] = {
      info: () => undefined,
      warn: (...said) => this.#said(...said),
      error: (...said) => this.#said(...said),
    };
    const meter = { count: () => undefined };
    const engineParts: EngineParts = {
      ...instance.parts,
      store,
      dataKeyring: createDataKeyring({ store, keyring, random, log, meter }),
      directory: createDirectory(store, clock),
      clock,
      random,
      providers: parts.lines.map((line) => this.#provider(line)),
      log,
      meter,
    };
    this.#engine = createEngine(engineParts, this.owner);
    this.#accounts = createAccounts(engineParts, this.#engine);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#stalled !== null;
  }

  run(): void {
    this.#engine.run();
  }

  /** Everything in its memory is lost; what it asked of the store may still be written. */
  kill(): void {
    this.#isAlive = false;
    this.#stalled = null;
    for (const ticket of this.#tickets) ticket.canceled = true;
    this.#tickets.clear();
  }

  /** A long collection of garbage: the node notices nothing, and what it waits for arrives when it goes on. */
  pause(ms: number): void {
    if (this.isPaused) return;
    this.#stalled = [];
    this.#parts.timeline.after(ms, () => this.resume());
  }

  resume(): void {
    const stalled = this.#stalled ?? [];
    this.#stalled = null;
    for (const go of stalled) this.#enter("resume", go);
  }

  /** Asks the engine, or the verbs of enrolled people; neither callback is called when the node goes first. */
  ask<R>(
    run: (engine: Engine, accounts: Accounts) => Promise<R>,
    onAnswer: (answer: R) => void,
    onFault: (cause: unknown) => void,
  ): void {
    run(this.#engine, this.#accounts).then(
      (answer) => this.#enter("answer", () => onAnswer(answer)),
      (cause: unknown) => this.#enter("answer", () => onFault(cause)),
    );
  }

  receipt(receipt: Receipt, onFault: (cause: unknown) => void): void {
    this.ask(
      (engine) => engine.receipt(receipt),
      () => undefined,
      onFault,
    );
  }

  #said(fields: Readonly<Record<string, unknown>>, message: string): void {
    const text = `${message} ${String(fields["error"] ?? "")}`;
    this.#parts.journal.expect(!bugs.test(text), "R-01", () => text);
  }

  #enter(what: string, go: () => void): void {
    if (!this.#isAlive) return;
    const { chance, faults, journal } = this.#parts;
    const { pauseAtCrossing, pauseAtAnswer } = faults();
    const mayStall = what.startsWith("provider.")
      ? Math.max(pauseAtCrossing, pauseAtAnswer)
      : pauseAtCrossing;
    if (this.#stalled === null && chance.happens(mayStall)) {
      journal.note(`node ${this.owner} stands still at ${what}`);
      this.pause(stallMs(chance));
    }
    if (this.#stalled !== null) this.#stalled.push(go);
    else if (!this.#mayCrash(what)) go();
  }

  #mayCrash(what: string): boolean {
    const { chance, faults, journal, onCrash } = this.#parts;
    if (!this.#isAlive) return true;
    if (!chance.happens(faults().crashAtCrossing)) return false;
    journal.note(`node ${this.owner} is gone at ${what}`);
    onCrash(this);
    return true;
  }

  #call<T>(what: string, run: () => Promise<T>): Promise<T> {
    if (this.#mayCrash(what)) return never();
    return new Promise<T>((resolve, reject) => {
      run().then(
        (value) => this.#enter(what, () => resolve(value)),
        (cause: unknown) => this.#enter(what, () => reject(cause)),
      );
    });
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const { timeline } = this.#parts;
      const end = (): void => {
        ticket.canceled = true;
        this.#tickets.delete(ticket);
        signal?.removeEventListener("abort", aborted);
      };
      const wake = (): void => {
        end();
        this.#enter("sleep", resolve);
      };
      const aborted = (): void => {
        end();
        resolve();
      };
      const ticket =
        signal !== undefined && ms <= pollMsMax
          ? timeline.poll(ms, wake)
          : timeline.after(ms, wake, ms >= hourMs);
      this.#tickets.add(ticket);
      signal?.addEventListener("abort", aborted);
    });
  }

  #after(ms: number, act: () => void): () => void {
    const take = (): void => {
      ticket.canceled = true;
      this.#tickets.delete(ticket);
    };
    const ticket = this.#parts.timeline.after(ms, () => {
      take();
      this.#enter("timer", act);
    });
    this.#tickets.add(ticket);
    return take;
  }

  #faulty(store: Store): Store {
    const { chance, faults } = this.#parts;
    const read = <T>(what: string, run: () => Promise<T>): Promise<T> =>
      this.#call(what, () => {
        if (chance.happens(faults().readFails)) return Promise.reject(new StorageUnavailable("cannot read"));
        return run();
      });
    return {
      ...store,
      update: (keys, decide) =>
        this.#call("store.update", async () => {
          const { storeFailsBefore, storeFailsAfter } = faults();
          if (chance.happens(storeFailsBefore)) throw new StorageUnavailable("cannot write");
          const isAnswerLost = chance.happens(storeFailsAfter);
          const result = await store.update(keys, decide);
          if (isAnswerLost) throw new StorageUnavailable("the answer of the commit was lost");
          return result;
        }),
      get: (key) => read("store.get", () => store.get(key)),
      deliveriesOf: (id) => read("store.deliveriesOf", () => store.deliveriesOf(id)),
      due: (queue, now, limit) => read("store.due", () => store.due(queue, now, limit)),
      services: (tenantId) => read("store.services", () => store.services(tenantId)),
      purge: (before, limit) => read("store.purge", () => store.purge(before, limit)),
    };
  }

  #provider(line: Line): Provider {
    const { id, channels, ratePerSecond, lookup } = line;
    return {
      id,
      channels,
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
      capabilities: {
        ...noCapabilities,
        clientReference: true,
        lookupByReference: lookup !== undefined,
        receipts: true,
      },
      send: (message) => this.#call("provider.send", () => line.send(message, this.owner)),
      ...(lookup === undefined
        ? {}
        : { lookup: (reference) => this.#call("provider.lookup", () => lookup(reference)) }),
    };
  }
}
