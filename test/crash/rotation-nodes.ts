import { join } from "node:path";
import type { Person } from "./enrolled-app.ts";
import { apiKey, killServer, type Running, startServer } from "./kill-rounds.ts";
import { followLedger, type Journal, type Ledger, load, openJournal, type Unanswered } from "./load.ts";
import { meetChallenges } from "./rotation-people.ts";

/** Where secrets are rotated: an installation in a folder, or one on a database with several nodes. */
export interface Installation {
  readonly folder: string;
  readonly databaseUrl: string | null;
  readonly nodes: number;
}

/** The nodes of an installation, each under a load of its own for as long as it is wanted. */
export interface Nodes {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly anomalies: string[];
  /** How many challenges were met under load. */
  readonly met: number;
  /** One that runs. */
  node(index: number): Running;
  /** Any one that runs. */
  readonly one: Running;
  /**
   * Kills it if it runs, and starts it with these master secrets, the current one first; where people are to be enrolled,
   * under the last one.
   */
  restart(index: number, secrets: readonly string[], people?: number): Promise<void>;
  /** Verifications, and challenges of a part of the people, until it is killed. */
  load(index: number, people: readonly Person[]): void;
  /** Lets all of them end what they are at. */
  rest(): Promise<void>;
  /** Kills one, or all that run. */
  kill(index?: number): Promise<void>;
  close(): void;
}

interface Work {
  isOver: boolean;
  readonly done: Promise<void>;
}

interface Scene extends Installation {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly anomalies: string[];
  readonly running: (Running | null)[];
  readonly working: (Work | null)[];
  /** Starts whose answer never came: asked again, on whichever node is under load next. */
  unanswered: Unanswered[];
  numbers: number;
  met: number;
}

export function openNodes(installation: Installation): Nodes {
  const { folder, databaseUrl, nodes } = installation;
  const scene: Scene = {
    ...installation,
    journal: openJournal(join(folder, "journal")),
    ledger: followLedger(join(folder, "ledger")),
    anomalies: [],
    running: Array.from({ length: nodes }, () => null),
    working: Array.from({ length: nodes }, () => null),
    unanswered: [],
    numbers: 0,
    met: 0,
  };
  const kill = async (index: number): Promise<void> => {
    const one = scene.running[index];
    scene.running[index] = null;
    if (one !== null && one !== undefined) await killServer(one);
    await scene.working[index]?.done;
    scene.working[index] = null;
  };
  return {
    journal: scene.journal,
    ledger: scene.ledger,
    anomalies: scene.anomalies,
    get met() {
      return scene.met;
    },
    get one() {
      return runningOne(
        scene,
        scene.running.findIndex((each) => each !== null),
      );
    },
    node: (index) => runningOne(scene, index),
    async restart(index, secrets, people = 0) {
      await kill(index);
      const options = { secrets, data: `data-${index}`, databaseUrl, people };
      scene.running[index] = await startServer(folder, options);
    },
    load: (index, people) => loadOne(scene, index, people),
    async rest() {
      for (const one of scene.working) if (one !== null) one.isOver = true;
      await Promise.all(scene.working.map((one) => one?.done));
      scene.working.fill(null);
    },
    async kill(index) {
      if (index !== undefined) await kill(index);
      else await Promise.all(scene.running.map((_one, each) => kill(each)));
    },
    close() {
      scene.journal.close();
      scene.ledger.close();
    },
  };
}

function runningOne({ running }: Scene, index: number): Running {
  const one = running[index];
  if (one === null || one === undefined) throw new Error(`node ${index} does not run`);
  return one;
}

function loadOne(scene: Scene, index: number, people: readonly Person[]): void {
  const one = runningOne(scene, index);
  const work = { isOver: false };
  const isOver = (): boolean => work.isOver;
  const retries = scene.unanswered;
  scene.unanswered = [];
  const nextNumber = (): string => `+1415${2_000_000 + scene.numbers++}`;
  const loading = load({ ...scene, apiKey, nextNumber }, one.origin, retries, isOver);
  const own = people.filter((_person, turn) => turn % scene.nodes === index);
  const meeting = meetChallenges(one, own, scene.anomalies, isOver);
  const done = Promise.all([loading, meeting]).then(([unanswered, met]) => {
    scene.unanswered.push(...unanswered);
    scene.met += met;
  });
  // One that fails is seen at the latest when its node is killed.
  done.catch(() => undefined);
  scene.working[index] = Object.assign(work, { done });
}
