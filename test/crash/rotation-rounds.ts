import { join } from "node:path";
import { systemClock } from "../../src/clock/index.ts";
import { openPostgresStore, openSqliteStore, type Store } from "../../src/store/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { type Audit, audit } from "./audit.ts";
import type { Person } from "./enrolled-app.ts";
import type { Running } from "./kill-rounds.ts";
import { type Installation, type Nodes, openNodes } from "./rotation-nodes.ts";
import { ask, meetAll } from "./rotation-people.ts";

export interface RotationOptions extends Installation {
  /** While everything is brought to another secret. */
  readonly kills: number;
  /** Master secrets that everything is brought to, one after the other. */
  readonly rotations: number;
  readonly seed: number;
  readonly lifeMsMax: number;
  /** Enrolled with an app each, whose seeds are sealed. */
  readonly people: number;
  /**
   * Whether all is played as it happens to an operator: nodes get each new secret one after the other under load, and at
   * the end all of them start without the former one.
   */
  readonly isWhole: boolean;
}

export interface RotationReport extends Audit {
  readonly kills: number;
  readonly rotations: number;
  readonly sealed: number;
  readonly challengesMet: number;
}

const lifeMsMin = 100;
const clock = systemClock();
const secretOf = (generation: number): string =>
  `rotation-master-secret-${String(generation).padStart(12, "0")}`;

interface Scene {
  readonly options: RotationOptions;
  readonly nodes: Nodes;
  readonly indices: readonly number[];
  people: readonly Person[];
  readonly nextLifeMs: () => number;
  sealed: number;
  met: number;
}

/**
 * Kills one node after the other, again and again, while everything sealed is brought to another master secret, under a
 * load of verifications and of challenges (K-4). Then the former secret goes, and everything must open without it.
 */
export async function rotationRounds(options: RotationOptions): Promise<RotationReport> {
  const nodes = openNodes(options);
  const random = seededRandom(options.seed);
  const indices = Array.from({ length: options.nodes }, (_, index) => index);
  const nextLifeMs = (): number => lifeMsMin + random.next() * (options.lifeMsMax - lifeMsMin);
  try {
    const scene: Scene = { options, nodes, indices, people: [], nextLifeMs, sealed: 0, met: 0 };
    for (let generation = 1; generation <= options.rotations; generation++) {
      await bringTo(scene, generation);
    }
    await readEverything(scene);
    const { tenantId } = nodes.one;
    // The rows stand still while they are compared with each other.
    await nodes.kill();
    nodes.ledger.refresh();
    const audited = await withStore(options, (store) =>
      audit(store, tenantId, nodes.journal.entries, nodes.ledger.sent),
    );
    return {
      kills: options.kills,
      rotations: options.rotations,
      sealed: scene.sealed,
      challengesMet: nodes.met + scene.met,
      ...audited,
      anomalies: [...nodes.anomalies, ...audited.anomalies],
    };
  } finally {
    await nodes.kill().catch(() => undefined);
    nodes.close();
  }
}

/** The operator's way from one master secret to the next, with kills on it. */
async function bringTo(scene: Scene, generation: number): Promise<void> {
  const { options, nodes, indices } = scene;
  const [next, former] = [secretOf(generation), secretOf(generation - 1)];
  await putInFront(scene, next, former);
  const { people } = scene;
  await ask(nodes.one, "POST", "/secrets/rotation", {});
  await killInTurn(scene, [next, former], generation);
  await nodes.rest();
  const server = nodes.one;
  scene.sealed += await finished(server, nodes.anomalies);
  const first = await keyedStart(server, generation);
  // Their codes are of the former secret, which has to stay for as long as they are pending.
  await cancelPending(server);
  await refuseUnlessRemovable(server, nodes.anomalies);
  await nodes.kill();
  const back = options.isWhole ? indices : indices.slice(0, 1);
  await Promise.all(back.map((index) => nodes.restart(index, [next])));
  for (const index of back) scene.met += await meetAll(nodes.node(index), people, nodes.anomalies);
  // A request that is repeated is the same request.
  const again = await keyedStart(nodes.one, generation);
  if (again !== first) nodes.anomalies.push(`a repeat of the start of ${first} was answered with ${again}`);
}

/** With one node in one step, since it meets nothing that it cannot open. */
async function putInFront(scene: Scene, next: string, former: string): Promise<void> {
  const { options, nodes, indices } = scene;
  const steps = options.isWhole ? [[former], ...(options.nodes === 1 ? [] : [[former, next]])] : [];
  for (const secrets of [...steps, [next, former]]) {
    for (const index of indices) {
      const isFirst = scene.people.length === 0;
      await nodes.restart(index, secrets, isFirst ? options.people : 0);
      if (isFirst) scene.people = nodes.node(index).people;
      nodes.load(index, scene.people);
    }
  }
}

async function killInTurn(
  { options, nodes, people, nextLifeMs }: Scene,
  secrets: readonly string[],
  generation: number,
): Promise<void> {
  const { kills, rotations } = options;
  const upTo = (count: number): number => Math.round((kills * count) / rotations);
  for (let kill = upTo(generation - 1); kill < upTo(generation); kill++) {
    await clock.sleep(nextLifeMs());
    const index = kill % options.nodes;
    // The last one stays away, where another goes on with what it began.
    const isLast = kill + 1 === upTo(generation) && options.nodes > 1;
    if (isLast) return await nodes.kill(index);
    await nodes.restart(index, secrets);
    nodes.load(index, people);
  }
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
    await Promise.all(items.map(({ id }) => ask(server, "DELETE", `/verifications/${id}`)));
  }
}

async function refuseUnlessRemovable(server: Running, anomalies: string[]): Promise<void> {
  const { body } = await ask(server, "GET", "/secrets");
  const { secrets } = body as {
    readonly secrets: readonly { readonly role: string; readonly removable: boolean }[];
  };
  for (const one of secrets) {
    if (one.role === "former" && !one.removable)
      anomalies.push(`status says that a former secret must stay: ${JSON.stringify(body)}`);
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

/** Everything that was acknowledged is there, with its number. */
async function readEverything({ nodes }: Scene): Promise<void> {
  for (const one of nodes.journal.entries) {
    if (one.type !== "start") continue;
    const { id, to } = one;
    const { status, body } = await ask(nodes.one, "GET", `/verifications/${id}`);
    if (status !== 200 || body["to"] !== to)
      nodes.anomalies.push(`${id} is answered ${status}, its number is lost`);
  }
}

async function withStore<R>(
  { folder, databaseUrl }: Installation,
  work: (store: Store) => Promise<R>,
): Promise<R> {
  const store =
    databaseUrl === null
      ? await openSqliteStore({ folder: join(folder, "data-0"), clock })
      : await openPostgresStore({ url: databaseUrl });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
