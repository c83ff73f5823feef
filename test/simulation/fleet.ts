import type { Chance } from "./chance.ts";
import { Database, type Folders } from "./database.ts";
import type { FaultPlan } from "./faults.ts";
import type { Journal } from "./journal.ts";
import type { StoreMutant } from "./mutants.ts";
import { type Line, Node } from "./node.ts";
import { recordCommits } from "./recording-store.ts";
import type { Commit, Records } from "./records.ts";
import type { Timeline } from "./timeline.ts";

export interface FleetParts {
  readonly folders: Folders;
  readonly mutant: StoreMutant | undefined;
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly journal: Journal;
  readonly records: Records;
  readonly lines: Line[];
  readonly faults: () => FaultPlan;
  readonly onCommit: (commit: Commit) => void;
  /** The wall clock of the machine that starts again is behind by so much. */
  readonly onSetBack: (ms: number) => void;
  readonly onReopened: () => Promise<void>;
  readonly onCrash: () => void;
}

/** The database and the nodes on it: what starts, what crashes, and what comes back after that. */
export class Fleet {
  readonly #parts: FleetParts;
  #database: Database | null = null;
  #databases: Database[] = [];
  #nodes: Node[] = [];
  #crashes = 0;
  #isOver = false;
  #backAtRestartMs = 0;

  constructor(parts: FleetParts) {
    this.#parts = parts;
  }

  /** The open one; null while its machine is down. */
  get database(): Database | null {
    return this.#database;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get alive(): readonly Node[] {
    return this.#nodes.filter((node) => node.isAlive);
  }

  get crashes(): number {
    return this.#crashes;
  }

  get backAtRestartMs(): number {
    return this.#backAtRestartMs;
  }

  /** The open one, or the one that was. */
  last(): Database {
    return this.#database ?? this.#databases.at(-1) ?? this.live();
  }

  live(): Database {
    if (this.#database === null) throw new TypeError("no database is open");
    return this.#database;
  }

  async open(folder: string): Promise<void> {
    const database = await Database.open(
      {
        folders: this.#parts.folders,
        timeline: this.#parts.timeline,
        chance: this.#parts.chance.fork(),
        slowCommit: () => this.#parts.faults().slowCommit,
      },
      folder,
    );
    this.#databases.push(database);
    this.#database = database;
  }

  /** As many nodes as the plan has. */
  start(): void {
    while (this.#database !== null && this.#nodes.length < this.#parts.faults().nodes)
      this.#startNode(this.#database);
  }

  #startNode(database: Database): void {
    const node: Node = new Node({
      timeline: this.#parts.timeline,
      chance: this.#parts.chance.fork(),
      journal: this.#parts.journal,
      faults: () => this.#parts.faults(),
      lines: this.#parts.lines,
      instance: database.instance,
      storeFor: (owner) => {
        const { store } = database.instance;
        const recorded = recordCommits(
          store,
          owner,
          this.#parts.records,
          this.#parts.onCommit,
          () => this.#isOver,
        );
        return this.#parts.mutant?.(recorded, () => this.#parts.timeline.wall()) ?? recorded;
      },
      onCrash: (crashed) => this.crash(crashed),
    });
    this.#parts.journal.note(`node ${node.owner} starts`);
    this.#nodes.push(node);
    node.run();
  }

  crash(node: Node, isMachine = false): void {
    if (!node.isAlive) return;
    this.#crashes += 1;
    const takesMachine = isMachine || this.#parts.chance.happens(this.#parts.faults().crashTakesMachine);
    const gone = takesMachine ? this.#nodes : [node];
    this.#parts.journal.note(`crash of ${takesMachine ? "the machine" : node.owner}`);
    for (const one of gone) one.kill();
    this.#nodes = this.#nodes.filter((one) => one.isAlive);
    this.#parts.onCrash();
    const folder = takesMachine ? this.live().crash() : null;
    if (folder !== null) this.#database = null;
    this.#parts.timeline.after(this.#parts.chance.between(50, 40_000), () => void this.#restart(folder));
  }

  /** A process never sees its clock step back (the product's clock sees to that), the next one does. */
  setBack(ms: number): void {
    const [first] = this.#nodes;
    if (first === undefined) return;
    this.#backAtRestartMs += ms;
    this.crash(first, true);
  }

  async #restart(folder: string | null): Promise<void> {
    if (folder !== null) {
      if (this.#backAtRestartMs > 0) this.#parts.onSetBack(this.#backAtRestartMs);
      this.#backAtRestartMs = 0;
      await this.open(folder);
      await this.#parts.onReopened();
    }
    this.start();
  }

  /** One of them by chance; undefined where none is up. */
  any(): Node | undefined {
    return this.#nodes.length === 0 ? undefined : this.#parts.chance.pick(this.#nodes);
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    for (const node of this.#nodes) node.kill();
    for (const database of this.#databases) await database.dispose();
  }
}
