import { describe, expect, test } from "vitest";
import type { Clock } from "../../src/clock/index.ts";
import { createEngine, type Engine, type EngineParts } from "../../src/engine/index.ts";
import { bootstrap } from "../../src/instance/bootstrap.ts";
import { createKeyring, Secret } from "../../src/secrets/index.ts";
import { key, openSqliteStore, StorageUnavailable, type Store } from "../../src/store/index.ts";
import { createDataKeyring, createDirectory } from "../../src/tenants/index.ts";
import { createFakeClock, createMemoryStore, type FakeClock, seededRandom } from "../../src/testing/index.ts";
import { isOpen, type ProviderAnswer } from "../../src/verification/index.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { recorder } from "../support/recorder.ts";
import { audit } from "./audit.ts";
import { type CrashingStore, crashAt } from "./crashing-store.ts";
import type { Entry, Sent } from "./load.ts";

/** What a scenario works with. Each call is repeated after a crash with the same Idempotency-Key, as a client would. */
interface World {
  readonly clock: FakeClock;
  readonly tenantId: string;
  /** Performs a verb; after a crash in it, restarts and performs it again. Returns the outcome. */
  call(
    verb: (engine: Engine, idempotency: { id: string; fingerprint: string }) => Promise<Called>,
  ): Promise<Called>;
  /** Lets time pass and the engine work on what is due. */
  pass(ms: number, stepMs?: number): Promise<void>;
  code(): string;
  answers: ProviderAnswer[];
}

interface Called {
  readonly outcome: string;
  readonly verification: { readonly id: string } | null;
}

type Scenario = (world: World, start: () => Promise<string>) => Promise<void>;

const wrongCode = (code: string): string => (code === "000000" ? "000001" : "000000");

function verb(name: "resend" | "next" | "cancel", { tenantId, call }: World, id: string): Promise<Called> {
  return call((engine, idempotency) => engine[name]({ tenantId, id, idempotency }));
}

function check({ tenantId, call }: World, id: string, code: string): Promise<Called> {
  return call((engine, idempotency) => engine.check({ tenantId, id, code, idempotency }));
}

const scenarios: Readonly<Record<string, Scenario>> = {
  "a start whose message is accepted": async (_world, start) => void (await start()),
  "a right check": async (world, start) => {
    const id = await start();
    expect((await check(world, id, world.code())).outcome).toBe("approved");
  },
  "a wrong check, then the right one": async (world, start) => {
    const id = await start();
    expect((await check(world, id, wrongCode(world.code()))).outcome).toBe("codeMismatch");
    expect((await check(world, id, world.code())).outcome).toBe("approved");
  },
  "wrong checks until it is exhausted": async (world, start) => {
    const id = await start();
    for (let n = 0; n < 5; n++) await check(world, id, wrongCode(world.code()));
    expect((await check(world, id, world.code())).outcome).toBe("exhausted");
  },
  "a resend": async (world, start) => {
    const id = await start();
    await world.pass(31_000);
    expect((await verb("resend", world, id)).outcome).toBe("sent");
  },
  "the next step, asked for": async (world, start) => {
    const id = await start();
    await world.pass(31_000);
    expect((await verb("next", world, id)).outcome).toBe("sent");
  },
  "the next step, by itself": async (world, start) => {
    await start();
    await world.pass(61_000);
  },
  "a cancel": async (world, start) => {
    const id = await start();
    expect((await verb("cancel", world, id)).outcome).toBe("canceled");
  },
  "a tenant that settles": async (world, start) => {
    const id = await start();
    const { tenantId } = world;
    await world.call((engine, idempotency) =>
      engine.settle({ tenantId, id, status: "approved", idempotency }),
    );
  },
  "a refusal, and the next step because of it": async (world, start) => {
    world.answers.push({ type: "refused", kind: "rejected", reason: "no_such_number" });
    await start();
    await world.pass(2_000);
  },
  "an answer that was lost, and the one repeat": async (world, start) => {
    world.answers.push({ type: "unknown", detail: "lost" });
    await start();
    await world.pass(5_000);
  },
  "a verification that nobody goes on with": async (world, start) => {
    await start();
    await world.pass(301_000);
  },
};

const stores: Readonly<Record<string, (clock: Clock) => Promise<Store>>> = {
  memory: async (clock) => createMemoryStore({ clock }),
  SQLite: (clock) => openSqliteStore({ folder: tempFolder(), clock, freezeRows: true }),
};

interface Ran {
  readonly status: string;
  /** Messages beyond the first of a delivery. */
  readonly repeats: number;
  readonly hasCrashed: boolean;
}

const keyring = createKeyring([new Secret("crash-point-master-secret-0123456789")]);

/** Plays a scenario with a crash at the nth update, and audits what is left when all has come to rest. */
async function play(
  open: (clock: Clock) => Promise<Store>,
  scenario: Scenario,
  crash: CrashPoint | null,
): Promise<Ran> {
  const clock = createFakeClock();
  const store = await open(clock);
  const random = seededRandom(3);
  const { tenant } = await bootstrap(store, clock, random, { apiKey: null, brand: "Acme", keyring });
  const sent: Sent[] = [];
  const answers: ProviderAnswer[] = [];
  const entries: Entry[] = [];
  const engineOn = (on: Store, owner: string): Engine =>
    createEngine(partsOn(on, clock, random, sent, answers), owner);
  const dying: CrashingStore | null = crash === null ? null : crashAt(store, crash.nth, crash.when);
  let engine = engineOn(dying?.store ?? store, "first");
  let isRestarted = false;
  const restartIfDead = (): boolean => {
    if (isRestarted || dying?.hasCrashed !== true) return false;
    isRestarted = true;
    engine = engineOn(store, "second");
    return true;
  };
  let calls = 0;
  const world: World = {
    clock,
    tenantId: tenant.id,
    answers,
    code: () => sent.at(-1)?.code ?? "none",
    async call(verbOn) {
      calls += 1;
      const idempotency = { id: `call-${calls}`, fingerprint: "body" };
      const called = await verbOn(engine, idempotency).catch((cause: unknown) => {
        if (!(cause instanceof StorageUnavailable) || !restartIfDead()) throw cause;
        return verbOn(engine, idempotency);
      });
      await world.pass(1);
      return called;
    },
    async pass(ms, stepMs = 1_000) {
      // Small steps: whatever is due on the way happens on the way, on whichever process lives.
      for (let left = ms; left > 0; left -= stepMs) {
        await clock.advance(Math.min(left, stepMs));
        await engine.tick().catch(() => {});
        if (restartIfDead()) await engine.tick();
      }
    },
  };
  const start = async (): Promise<string> => {
    const to = "+14155550123";
    const called = await world.call((on, idempotency) => on.start({ tenantId: tenant.id, to, idempotency }));
    const id = called.verification?.id ?? "";
    entries.push({ type: "start", id, to, retried: false });
    // A delivery that the crash cut off is taken over when its lease has run out.
    if (isRestarted) await world.pass(20_000);
    return id;
  };
  try {
    await scenario(world, start);
    // Longer than a verification lives, and than any lease after that: all that can happen has happened.
    await world.pass(400_000, 10_000);
    return await rest(store, tenant.id, entries, sent, dying?.hasCrashed ?? false);
  } finally {
    await store.close();
  }
}

async function rest(
  store: Store,
  tenantId: string,
  entries: Entry[],
  sent: Sent[],
  hasCrashed: boolean,
): Promise<Ran> {
  const { anomalies } = await audit(store, tenantId, entries, sent);
  expect(anomalies).toEqual([]);
  const rows = await store.verifications({ tenantId, limit: 10 });
  expect(rows).toHaveLength(1);
  const [row] = rows;
  const deliveries = await store.deliveriesOf(row?.id ?? "");
  expect(deliveries.filter(isOpen)).toEqual([]);
  expect(await store.get(key("idempotency", "call-1"))).toMatchObject({ verificationId: row?.id });
  const repeats = sent.length - new Set(sent.map(({ reference }) => reference)).size;
  return { status: row?.status ?? "none", repeats, hasCrashed };
}

function partsOn(
  store: Store,
  clock: Clock,
  random: ReturnType<typeof seededRandom>,
  sent: Sent[],
  answers: ProviderAnswer[],
): EngineParts {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const meter = { count: () => {} };
  return {
    store,
    directory: createDirectory(store, clock),
    keyring,
    dataKeyring: createDataKeyring({ store, keyring, random, log, meter }),
    clock,
    random,
    providers: [
      recorder(({ reference, code }) => {
        sent.push({ reference, code: code ?? "" });
        return answers.shift() ?? { type: "accepted", providerMessageId: `m${sent.length}` };
      }),
    ],
    numberPolicy: { countries: "all" },
    numberOverrides: [],
    log,
    meter,
  };
}

interface CrashPoint {
  readonly nth: number;
  readonly when: "before" | "after";
}

const crashesMax = 60;

for (const [name, open] of Object.entries(stores)) {
  describe(`R-03, D-1, D-2: after a crash at every update, on ${name}, all or nothing:`, () => {
    for (const [title, scenario] of Object.entries(scenarios)) {
      test(title, async () => {
        const calm = await play(open, scenario, null);
        for (const when of ["before", "after"] as const) {
          let nth = 1;
          for (; nth <= crashesMax; nth++) {
            const ran = await play(open, scenario, { nth, when });
            if (!ran.hasCrashed) break;
            expect(ran.status, `${when} update ${nth}`).toBe(calm.status);
            // At most one message more: the one of which nobody knows whether it left.
            expect(ran.repeats, `${when} update ${nth}`).toBeLessThanOrEqual(calm.repeats + 1);
          }
          expect(nth).toBeGreaterThan(2);
          expect(nth).toBeLessThan(crashesMax);
        }
      });
    }
  });
}
