import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { newRotation, secretsStatus } from "../../src/engine/index.ts";
import { stepRotation } from "../../src/engine/rotation/rotation.ts";
import { secretsOf } from "../../src/events/endpoints.ts";
import { type Instance, openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { key, StorageUnavailable, type Store } from "../../src/store/index.ts";
import { rotationId, useDataKeys } from "../../src/tenants/index.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/index.ts";
import { type Filled, fillInstallation, pendingCode } from "../move/filled-installation.ts";
import { alice, quickHashes, testSecret } from "../support/instance-values.ts";

/** Which way of the operator is cut: to the new master secret, or to a start without the former one. */
export type RotationWay = "to the new secret" | "without the former one";

export interface RotationDeath {
  readonly way: RotationWay;
  /** Which commit is the last: it is lost, or done without anybody hearing of it. */
  readonly nth: number;
  readonly when: "before" | "after";
}

export interface RotationScene {
  readonly folder: string;
  /** Makes a database with the rows of a folder in it, whose address it gives; null for the embedded store. */
  readonly databaseOf: ((folder: string) => Promise<string>) | null;
}

const next = new Secret("rotation-deaths-next-secret-0123456789");
const minute = 60_000;
const stepsMax = 400;

/** Kills one installation at every `every`th commit of both ways, in both manners; how often, and what was wrong after it. */
export async function rotationDeaths(
  scene: RotationScene,
  every: number,
): Promise<{ readonly kills: number; readonly anomalies: readonly string[] }> {
  const clock = createFakeClock();
  const before = join(scene.folder, "before");
  const filled = await fillInstallation(before, clock);
  const anomalies: string[] = [];
  let kills = 0;
  for (const way of ["to the new secret", "without the former one"] as const) {
    for (const when of ["before", "after"] as const) {
      for (let nth = 1; ; nth += every) {
        const death = { way, nth, when };
        const one = new Killed(scene, filled, createFakeClock(clock.now()));
        const hasDied = await one.play(before, death);
        anomalies.push(...one.anomalies.map((text) => `${way}, ${when} commit ${nth}: ${text}`));
        if (!hasDied) break;
        kills += 1;
      }
    }
  }
  return { kills, anomalies };
}

/** One installation, killed once. */
class Killed {
  readonly anomalies: string[] = [];
  readonly #scene: RotationScene;
  readonly #filled: Filled;
  readonly #clock: FakeClock;
  #folder = "";
  #database: string | null = null;

  constructor(scene: RotationScene, filled: Filled, clock: FakeClock) {
    this.#scene = scene;
    this.#filled = filled;
    this.#clock = clock;
  }

  async play(before: string, death: RotationDeath): Promise<boolean> {
    this.#folder = mkdtempSync(join(this.#scene.folder, "killed-"));
    cpSync(before, this.#folder, { recursive: true });
    this.#database = (await this.#scene.databaseOf?.(this.#folder)) ?? null;
    const isFirst = death.way === "to the new secret";
    let hasDied = isFirst && (await this.#dies(death, [next, testSecret], rotate));
    await this.#clock.advance(minute);
    await this.#with([next, testSecret], async (one) => {
      await rotate(one, this.#clock);
      await this.#approvesPending(one);
    });
    // Its codes are of the former secret until they are over.
    await this.#clock.suspend(60 * minute);
    if (!isFirst) hasDied = await this.#dies(death, [next], () => Promise.resolve());
    await this.#with([next], (one) => this.#opensAll(one));
    rmSync(this.#folder, { recursive: true });
    return hasDied;
  }

  async #dies(
    { nth, when }: RotationDeath,
    secrets: readonly Secret[],
    work: (one: Instance, clock: FakeClock) => Promise<void>,
  ): Promise<boolean> {
    const dying = dyingAt(nth, when);
    try {
      await this.#with(secrets, (one) => work(one, this.#clock), dying.watch);
    } catch (cause) {
      if (!dying.isDead()) throw cause;
    }
    return dying.isDead();
  }

  async #with(
    secrets: readonly Secret[],
    work: (one: Instance) => Promise<void>,
    watch?: (store: Store) => Store,
  ): Promise<void> {
    const place = this.#database === null ? {} : { databaseUrl: new Secret(this.#database) };
    const one = await openInstance({
      folder: this.#folder,
      ...place,
      secrets,
      clock: this.#clock,
      hashCost: quickHashes,
      sync: (done) => setImmediate(done, null),
      ...(watch === undefined ? {} : { watch }),
    });
    try {
      await work(one);
    } finally {
      await one.close();
    }
  }

  async #approvesPending({ engine, tenant }: Instance): Promise<void> {
    const asked = { tenantId: tenant.id, id: this.#filled.pendingId, code: pendingCode };
    const { outcome } = await engine.check(asked);
    if (outcome !== "approved") this.anomalies.push(`the pending code is answered ${outcome}`);
  }

  /** With the new secret alone. */
  async #opensAll({ engine, accounts, parts, store, tenant }: Instance): Promise<void> {
    const tenantId = tenant.id;
    const found = await engine.get({ tenantId, id: this.#filled.pendingId });
    if (found?.to !== alice || found.status !== "approved") this.anomalies.push("the verification is lost");
    const signedIn = await accounts.signIn({ tenantId, name: "ada", password: "nine rowing margarets" });
    if (signedIn.outcome === "signInRefused") this.anomalies.push("the password is lost");
    for (const endpoint of await store.endpoints(tenantId)) {
      await secretsOf(parts.dataKeyring, endpoint, this.#clock.now());
    }
    const { values, rotation } = await secretsStatus(parts);
    const kept = values.filter(({ keyId }) => keyId !== "dataKey" && keyId !== parts.keyring.currentId);
    if (kept.some(({ value }) => value !== "subscribers.hashes")) {
      this.anomalies.push(`under former keys: ${JSON.stringify(kept)}`);
    }
    if (rotation?.broken !== 0) this.anomalies.push(`${rotation?.broken} values do not open`);
  }
}

/** As an operator asks for it, and works until it is over. */
async function rotate({ parts, store }: Instance, clock: FakeClock): Promise<void> {
  await useDataKeys(store);
  const rotation = key("rotation", rotationId);
  await store.update([rotation], (rows, now) => {
    const row = newRotation(rows, parts, { tenantId: null, replacesDataKeys: true }, now);
    return {
      writes: row === null ? [] : [{ table: "rotation", id: rotationId, row }],
      result: undefined,
    };
  });
  for (let step = 0; step < stepsMax; step++) {
    const { type } = await stepRotation(parts, "w");
    if (type === "idle") return;
    if (type === "waiting") await clock.advance(minute);
  }
  throw new Error("the rotation does not end");
}

/** A process that ends at its nth commit: from then on nothing of it reaches the store. */
function dyingAt(nth: number, when: "before" | "after") {
  let commits = 0;
  let isDead = false;
  const dead = (): never => {
    throw new StorageUnavailable("the process is dead");
  };
  async function commit<R>(work: () => Promise<R>): Promise<R> {
    if (isDead) return dead();
    commits += 1;
    if (commits !== nth) return await work();
    isDead = true;
    if (when === "after") await work();
    return dead();
  }
  return {
    isDead: () => isDead,
    watch: (store: Store): Store => ({
      ...store,
      update: (keys, decide) => commit(() => store.update(keys, decide)),
      writeMeta: (name, value) => commit(() => store.writeMeta(name, value)),
      get: async (asked) => (isDead ? dead() : await store.get(asked)),
      scan: async (...asked) => (isDead ? dead() : await store.scan(...asked)),
    }),
  };
}
