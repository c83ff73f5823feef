import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Instance, openInstance } from "../../src/instance/instance.ts";
import { Secret } from "../../src/secrets/index.ts";
import { createChance } from "./chance.ts";
import { Timeline } from "./timeline.ts";

const files = ["countersign.db", "countersign.db-wal"];
const secret = new Secret("q7Wc0Zp3JtYx9Ls5Vn2Rb8Kd4Hf6Mg1A");

/** Folders of this process: in memory where the system offers it, since only crashes of our own making are simulated. */
export class Folders {
  readonly #root = mkdtempSync(
    join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "countersign-simulation-"),
  );
  #made = 0;
  #template: Buffer | null = null;

  /** A folder with a database that was bootstrapped once, so that each run begins with the same tenant. */
  async fresh(): Promise<string> {
    this.#template ??= await this.#bootstrap();
    const folder = this.#make();
    writeFileSync(join(folder, "countersign.db"), this.#template);
    return folder;
  }

  /** What a machine finds after a crash: the files as they are, with nothing of the memory. */
  copyOf(folder: string): string {
    const copy = this.#make();
    for (const file of files) {
      if (existsSync(join(folder, file))) copyFileSync(join(folder, file), join(copy, file));
    }
    return copy;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #make(): string {
    this.#made += 1;
    const folder = join(this.#root, String(this.#made));
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  }

  async #bootstrap(): Promise<Buffer> {
    const folder = this.#make();
    const chance = createChance(1);
    const timeline = new Timeline(chance);
    const instance = await openInstance({ ...settings(folder), ...impure(timeline, chance) });
    await instance.close();
    const bytes = readFileSync(join(folder, "countersign.db"));
    rmSync(folder, { recursive: true });
    return bytes;
  }
}

function settings(folder: string): { folder: string; secrets: Secret[]; sandbox: false } {
  return { folder, secrets: [secret], sandbox: false };
}

function impure(
  timeline: Timeline,
  chance: ReturnType<typeof createChance>,
): Pick<Parameters<typeof openInstance>[0], "clock" | "random"> {
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void timeline.after(ms, resolve));
  const after = (ms: number, act: () => void): (() => void) => {
    const ticket = timeline.after(ms, act);
    return () => {
      ticket.canceled = true;
    };
  };
  return { clock: { now: () => timeline.wall(), sleep, after }, random: chance.random };
}

export interface DatabaseParts {
  readonly folders: Folders;
  readonly timeline: Timeline;
  readonly chance: ReturnType<typeof createChance>;
  /** Chance that a commit takes long. */
  readonly slowCommit: () => number;
}

/** The embedded store on its file, and the moments at which its group commits happen. */
export class Database {
  readonly #parts: DatabaseParts;
  readonly #folder: string;
  readonly #turns = new Set<() => void>();
  #instance: Instance | null = null;
  /** Asked for between any two steps, most of which write nothing. */
  #nextDue: Promise<number | null> | null = null;
  #isDead = false;

  private constructor(parts: DatabaseParts, folder: string) {
    this.#parts = parts;
    this.#folder = folder;
  }

  static async open(parts: DatabaseParts, folder: string): Promise<Database> {
    const database = new Database(parts, folder);
    database.#instance = await openInstance({
      ...settings(folder),
      ...impure(parts.timeline, parts.chance),
      defer: (turn) => database.#defer(turn),
      // Batches are small here: each goes through the journal, so that crashes find rows in it.
      journaledMin: 1,
      // The simulator looks at the store between two steps, and looking waits for a flush: none may need a step. That
      // a node is gone after the commit and before its answer is among the faults of its calls.
      sync: (done) => setImmediate(done, null),
    });
    return database;
  }

  get instance(): Instance {
    if (this.#instance === null) throw new TypeError("the database is not open yet");
    return this.#instance;
  }

  nextDueAt(): Promise<number | null> {
    this.#nextDue ??= this.instance.store.nextDueAt();
    return this.#nextDue;
  }

  /** The machine is gone: no further commit of it happens. Returns the folder that is left. */
  crash(): string {
    this.#isDead = true;
    return this.#parts.folders.copyOf(this.#folder);
  }

  /** All bytes that are on the disk. */
  bytes(): Buffer {
    const paths = files.map((file) => join(this.#folder, file)).filter((path) => existsSync(path));
    return Buffer.concat(paths.map((path) => readFileSync(path)));
  }

  /** Lets go of files; what was still queued is written where nobody looks any more. */
  async dispose(): Promise<void> {
    this.#isDead = true;
    const closed = this.instance.close();
    for (let isClosed = false; !isClosed; ) {
      for (const turn of this.#turns) this.#run(turn);
      isClosed = await Promise.race([
        closed.then(() => true),
        new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
      ]);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #defer(turn: () => void): void {
    this.#turns.add(turn);
    const { chance, timeline, slowCommit } = this.#parts;
    const ms = chance.happens(slowCommit()) ? chance.between(20, 400) : Math.max(0, chance.between(-3, 3));
    timeline.after(ms, () => {
      if (!this.#isDead) this.#run(turn);
    });
  }

  #run(turn: () => void): void {
    if (!this.#turns.delete(turn)) return;
    this.#nextDue = null;
    turn();
  }
}
