import { type Entry, followLedger, type Sent } from "../crash/load.ts";
import { tryPost } from "./node-processes.ts";

/** Starts and checks over several nodes, as a balancer spreads them, for as long as it is wanted. */
export interface NodesLoad {
  /** What was acknowledged, and nothing else. */
  readonly entries: readonly Entry[];
  /** Answers that were none: 503, or no answer at all. */
  readonly unanswered: number;
  /** Resolves when this many more are acknowledged. */
  more(count: number): Promise<void>;
  /** Resolves with the milliseconds from now until each node acknowledged something it was asked after now. */
  servedByAll(): Promise<readonly number[]>;
  /** Lets the workers end what they are at; then all that was sent. */
  stop(): Promise<readonly Sent[]>;
}

const workers = 8;
const patienceMs = 120_000;

interface Scene {
  readonly origins: () => readonly string[];
  readonly codeOf: (reference: string) => string | undefined;
  readonly entries: Entry[];
  /** When a call that was acknowledged had begun, the latest for each node. */
  readonly begun: Map<string, number>;
  unanswered: number;
  isOver: boolean;
}

export function loadNodes(
  origins: () => readonly string[],
  ledgerPath: string,
  nextNumber: () => string,
): NodesLoad {
  const ledger = followLedger(ledgerPath);
  const scene: Scene = {
    origins,
    codeOf: ledger.codeOf,
    entries: [],
    begun: new Map(),
    unanswered: 0,
    isOver: false,
  };
  const follow = setInterval(() => ledger.refresh(), 10);
  const work = async (worker: number): Promise<void> => {
    for (let turn = worker; !scene.isOver; turn++) await oneVerification(scene, nextNumber(), turn);
  };
  const working = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  // A worker that fails is seen at the latest at the stop.
  working.catch(() => undefined);
  return {
    entries: scene.entries,
    get unanswered() {
      return scene.unanswered;
    },
    async more(count) {
      const enough = scene.entries.length + count;
      await until(() => scene.entries.length >= enough, `${count} more are acknowledged`);
    },
    async servedByAll() {
      const startedAt = performance.now();
      return await Promise.all(
        origins().map(async (origin) => {
          await until(() => (scene.begun.get(origin) ?? 0) > startedAt, `${origin} serves`);
          return Math.round(performance.now() - startedAt);
        }),
      );
    },
    async stop() {
      scene.isOver = true;
      await working;
      clearInterval(follow);
      ledger.refresh();
      ledger.close();
      return ledger.sent;
    },
  };
}

/** A start on one node, sometimes a wrong code, then the right one on every node at once. */
async function oneVerification(scene: Scene, to: string, turn: number): Promise<void> {
  const { reply, tries } = await insist(scene, turn, "", { to }, `start-${to}`);
  if (reply.status !== 201)
    throw new Error(`a start was answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  const id = String(reply.body["id"]);
  scene.entries.push({ type: "start", id, to, retried: tries > 1 });
  const code = await codeOf(scene, `${id}.1`);
  if (code === undefined || turn % 7 === 6) return;
  if (turn % 3 === 1) {
    const wrong = await once(scene, turn, `/${id}/check`, { code: code === "000000" ? "000001" : "000000" });
    if (wrong !== null) scene.entries.push({ type: "check", id, right: false, status: wrong.status });
  }
  for (let attempt = 0; !scene.isOver && attempt < 200; attempt++) {
    const replies = await Promise.all(
      scene.origins().map((_, node) => once(scene, turn + node, `/${id}/check`, { code })),
    );
    for (const one of replies) {
      if (one !== null) scene.entries.push({ type: "check", id, right: true, status: one.status });
    }
    if (replies.some((one) => one !== null)) return;
    await pause(20);
  }
}

async function once(scene: Scene, turn: number, path: string, body: object, key?: string) {
  const origins = scene.origins();
  const origin = origins[turn % origins.length] ?? "";
  const begunAt = performance.now();
  const reply = await tryPost(origin, path, body, key);
  if (reply === null) scene.unanswered += 1;
  else scene.begun.set(origin, Math.max(begunAt, scene.begun.get(origin) ?? 0));
  return reply;
}

/** A caller that got no answer asks again, elsewhere, with the same key. */
async function insist(scene: Scene, turn: number, path: string, body: object, key: string) {
  const giveUpAt = performance.now() + patienceMs;
  for (let tries = 1; performance.now() < giveUpAt; tries++) {
    const reply = await once(scene, turn + tries, path, body, key);
    if (reply !== null) return { reply, tries };
    await pause(20);
  }
  throw new Error("a start got no answer for two minutes");
}

async function codeOf(scene: Scene, reference: string): Promise<string | undefined> {
  for (let look = 0; look < 50; look++) {
    const code = scene.codeOf(reference);
    if (code !== undefined) return code;
    await pause(10);
  }
  return undefined;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`never: ${what}`);
    await pause(5);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
