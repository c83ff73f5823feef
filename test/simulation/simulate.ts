import { codeOf } from "../../src/engine/code.ts";
import type { PendingVerification } from "../../src/verification/index.ts";
import { Asking } from "./asking.ts";
import { createCarriers } from "./carriers.ts";
import { type Chance, createChance } from "./chance.ts";
import { Database, type Folders } from "./database.ts";
import { Enrolled, enrol } from "./enrolled.ts";
import { type FaultPlan, noFaults, planFaults } from "./faults.ts";
import type { AnswerChecks } from "./invariants/answers.ts";
import { audit, auditBytes, auditRest } from "./invariants/audit.ts";
import { checkChallenges } from "./invariants/challenges.ts";
import { checkDelivery } from "./invariants/deliveries.ts";
import { checkPendingRefs, checkRecipients } from "./invariants/recipients.ts";
import { checkVerification } from "./invariants/verifications.ts";
import { Journal, type Violation } from "./journal.ts";
import type { StoreMutant } from "./mutants.ts";
import { type Line, Node, stallMs } from "./node.ts";
import { People } from "./people.ts";
import { recordCommits } from "./recording-store.ts";
import { type Commit, Records } from "./records.ts";
import { Timeline } from "./timeline.ts";

export interface RunOptions {
  readonly seed: number;
  readonly folders: Folders;
  /** How many things people do. */
  readonly acts: number;
  /** A planted bug between the engine and the store. */
  readonly mutant?: StoreMutant | undefined;
  readonly print?: ((line: string) => void) | undefined;
}

export interface RunResult {
  readonly seed: number;
  readonly events: number;
  readonly commits: number;
  readonly crashes: number;
  readonly ways: Records["ways"];
  readonly virtualMs: number;
  /** Of everything that happened, in order. */
  readonly hash: string;
  readonly violation: Violation | null;
}

const hourMs = 3_600_000;
/** Longer than any verification lives. */
const restMs = 50 * 60_000;
const auditEvery = 12;

/** Runs one seed: faults first, then peace, in which everything must come to rest. */
export async function simulate(options: RunOptions): Promise<RunResult> {
  const world = new World(options);
  try {
    await world.run();
  } finally {
    await world.dispose();
  }
  return world.result();
}

class World {
  readonly #options: RunOptions;
  readonly #chance: Chance;
  readonly #timeline: Timeline;
  readonly #journal: Journal;
  readonly #records = new Records();
  readonly #answers: AnswerChecks;
  readonly #lines: Line[];
  readonly #asking: Asking;
  #faults: FaultPlan;
  #people: People | null = null;
  #enrolled: Enrolled | null = null;
  #database: Database | null = null;
  #databases: Database[] = [];
  #nodes: Node[] = [];
  #commits = 0;
  #crashes = 0;
  #isOver = false;
  #setBackMs = 0;
  #backAtRestartMs = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#chance = createChance(options.seed);
    this.#faults = planFaults(this.#chance.fork());
    this.#timeline = new Timeline(this.#chance.fork());
    this.#journal = new Journal(() => this.#timeline.elapsed, options.print ?? null);
    this.#timeline.nextDueAt = async () => (await this.#database?.nextDueAt()) ?? null;
    this.#answers = {
      records: this.#records,
      journal: this.#journal,
      now: () => this.#timeline.wall(),
      bindings: new Map(),
      approvals: new Set(),
    };
    this.#asking = new Asking({
      records: this.#records,
      journal: this.#journal,
      answers: this.#answers,
      anyNode: () => this.#anyNode(),
      onTold: (request, { verification }) => {
        if (verification !== null) this.#people?.told(request, verification);
      },
      onChallenge: (request, id) => this.#enrolled?.told(request, id),
    });
    this.#lines = createCarriers({
      timeline: this.#timeline,
      chance: this.#chance.fork(),
      journal: this.#journal,
      records: this.#records,
      traits: this.#faults.carriers,
      faults: () => this.#faults.carrier,
      codeOf: (verification) => this.#codeOf(verification),
      onArrived: (arrived) => {
        this.#people?.arrived(arrived);
        this.#enrolled?.arrived(arrived);
      },
      onReceipt: (receipt) => {
        const node = this.#anyNode();
        this.#journal.note(`receipt ${receipt.reference} ${receipt.status} for ${node?.owner ?? "nobody"}`);
        if (node === undefined) return;
        this.#records.receiptsGiven.add(receipt.reference);
        node.receipt(receipt, (cause) => this.#asking.checkFault(cause));
      },
    });
  }

  async run(): Promise<void> {
    await this.#openDatabase(await this.#options.folders.fresh());
    const { tenant } = this.#live().instance;
    this.#people = new People({
      timeline: this.#timeline,
      chance: this.#chance.fork(),
      records: this.#records,
      tenantId: tenant.id,
      perform: (act) => this.#asking.perform(act),
    });
    await this.#enrol();
    this.#startNodes();
    await this.#fuss();
    await this.#peace();
  }

  /** In some runs people are enrolled, and meet challenges. */
  async #enrol(): Promise<void> {
    const chance = this.#chance.fork();
    if (!chance.happens(0.4)) return;
    const { instance } = this.#live();
    // Commits happen when the timeline says so.
    let isEnrolled = false;
    void enrol(instance, this.#records).then(() => {
      isEnrolled = true;
    });
    while (!isEnrolled) await this.#timeline.step(this.#timeline.elapsed + 1_000);
    this.#enrolled = new Enrolled({
      timeline: this.#timeline,
      chance,
      records: this.#records,
      tenantId: instance.tenant.id,
      perform: (act) => this.#asking.challenge(act),
    });
  }

  result(): RunResult {
    return {
      seed: this.#options.seed,
      events: this.#journal.events,
      commits: this.#commits,
      crashes: this.#crashes,
      virtualMs: this.#timeline.elapsed,
      hash: this.#journal.digest(),
      ways: this.#records.ways,
      violation: this.#journal.violation,
    };
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    for (const node of this.#nodes) node.kill();
    for (const database of this.#databases) await database.dispose();
  }

  async #fuss(): Promise<void> {
    for (let act = 0; act < this.#options.acts && this.#goesOn(); act++) {
      const together = this.#chance.happens(0.3) ? this.#chance.between(2, 5) : 1;
      for (let one = 0; one < together; one++) this.#act();
      this.#trouble();
      const until = this.#timeline.elapsed + this.#pauseBetweenActs();
      while (this.#goesOn() && (await this.#timeline.step(until)));
      if (this.#goesOn() && this.#timeline.elapsed < until)
        this.#timeline.freeze(until - this.#timeline.elapsed);
      if (act % auditEvery === auditEvery - 1) await this.#audit();
    }
  }

  #act(): void {
    if (this.#enrolled !== null && this.#chance.happens(0.6)) this.#enrolled.act();
    else this.#people?.act();
  }

  #goesOn(): boolean {
    return this.#journal.violation === null;
  }

  #pauseBetweenActs(): number {
    const { below, pick } = this.#chance;
    return below(pick([1, 10, 1_000, 10_000, 60_000]));
  }

  /** Faults that are not tied to a call. */
  #trouble(): void {
    const { chance, faults } = { chance: this.#chance, faults: this.#faults };
    const alive = this.#nodes.filter((node) => node.isAlive);
    if (chance.happens(faults.crash) && alive.length > 0) this.#crash(chance.pick(alive));
    if (chance.happens(faults.pause) && alive.length > 0) {
      const ms = stallMs(chance);
      const node = chance.pick(alive);
      this.#journal.note(`node ${node.owner} stands still for ${ms}`);
      node.pause(ms);
    }
    if (chance.happens(faults.freeze)) {
      this.#journal.note("everything stands still for 30000");
      this.#timeline.freeze(30_000);
    }
    if (chance.happens(faults.clockForward)) this.#jump(hourMs);
    if (chance.happens(faults.clockBack) && this.#nodes[0] !== undefined) {
      // A process never sees its clock step back (the product's clock sees to that), the next one does.
      this.#backAtRestartMs += hourMs;
      this.#crash(this.#nodes[0], true);
    }
  }

  #jump(ms: number): void {
    this.#journal.note(`the wall clock is set by ${ms}`);
    this.#timeline.setWallBy(ms);
    this.#setBackMs += Math.max(0, -ms);
  }

  /** Without faults: what is under way ends, and until then nothing may be left or done twice. */
  async #peace(): Promise<void> {
    if (!this.#goesOn()) return;
    this.#journal.note("peace");
    const { nodes, carriers } = this.#faults;
    this.#faults = { ...noFaults, nodes, carriers };
    for (const node of this.#nodes) if (node.isPaused) node.resume();
    // A timer waits for the wall clock, which may have been set back.
    const until = this.#timeline.elapsed + restMs + this.#setBackMs + this.#backAtRestartMs;
    while (this.#goesOn() && (await this.#timeline.step(until)));
    await this.#audit();
    const { instance } = this.#live();
    if (this.#goesOn()) await auditRest(instance.store, this.#records, this.#journal);
    const codes = [...this.#records.codes.values(), ...(this.#people?.supplied ?? [])];
    auditBytes(this.#live().bytes(), codes, this.#journal);
  }

  async #audit(): Promise<void> {
    if (this.#database === null || !this.#goesOn()) return;
    const { store, tenant } = this.#database.instance;
    await audit(store, tenant.id, this.#records, this.#journal);
  }

  #live(): Database {
    if (this.#database === null) throw new TypeError("no database is open");
    return this.#database;
  }

  async #openDatabase(folder: string): Promise<void> {
    const database = await Database.open(
      {
        folders: this.#options.folders,
        timeline: this.#timeline,
        chance: this.#chance.fork(),
        slowCommit: () => this.#faults.slowCommit,
      },
      folder,
    );
    this.#databases.push(database);
    this.#database = database;
  }

  #startNodes(): void {
    while (this.#database !== null && this.#nodes.length < this.#faults.nodes)
      this.#startNode(this.#database);
  }

  #startNode(database: Database): void {
    const node: Node = new Node({
      timeline: this.#timeline,
      chance: this.#chance.fork(),
      journal: this.#journal,
      faults: () => this.#faults,
      lines: this.#lines,
      instance: database.instance,
      storeFor: (owner) => {
        const { store } = database.instance;
        const recorded = recordCommits(
          store,
          owner,
          this.#records,
          (commit) => this.#check(commit),
          () => this.#isOver,
        );
        return this.#options.mutant?.(recorded, () => this.#timeline.wall()) ?? recorded;
      },
      onCrash: (crashed) => this.#crash(crashed),
    });
    this.#journal.note(`node ${node.owner} starts`);
    this.#nodes.push(node);
    node.run();
  }

  #crash(node: Node, isMachine = false): void {
    if (!node.isAlive) return;
    this.#crashes += 1;
    const takesMachine = isMachine || this.#chance.happens(this.#faults.crashTakesMachine);
    const gone = takesMachine ? this.#nodes : [node];
    this.#journal.note(`crash of ${takesMachine ? "the machine" : node.owner}`);
    for (const one of gone) one.kill();
    this.#nodes = this.#nodes.filter((one) => one.isAlive);
    this.#asking.forgetTheGone();
    const folder = takesMachine ? this.#live().crash() : null;
    if (folder !== null) this.#database = null;
    this.#timeline.after(this.#chance.between(50, 40_000), () => void this.#restart(folder));
  }

  async #restart(folder: string | null): Promise<void> {
    if (folder !== null) {
      if (this.#backAtRestartMs > 0) this.#jump(-this.#backAtRestartMs);
      this.#backAtRestartMs = 0;
      await this.#openDatabase(folder);
      await this.#audit();
    }
    this.#startNodes();
  }

  #anyNode(): Node | undefined {
    return this.#nodes.length === 0 ? undefined : this.#chance.pick(this.#nodes);
  }

  #check(commit: Commit): void {
    this.#commits += 1;
    const checks = {
      records: this.#records,
      journal: this.#journal,
      codeOf: (verification: PendingVerification) => this.#codeOf(verification),
    };
    for (const change of commit.deliveries) {
      const { after } = change;
      this.#journal.note(`commit ${after?.verificationId}.${after?.sequence} ${after?.state}`);
      checkDelivery(this.#records, this.#journal, commit, change);
    }
    for (const change of commit.verifications) {
      this.#journal.note(`commit ${change.after?.id} ${change.after?.status} ${change.after?.checks.length}`);
      checkVerification(checks, commit, change);
    }
    for (const { after } of commit.challenges) this.#journal.note(`commit ${after?.id} ${after?.status}`);
    checkChallenges(this.#records, this.#journal, commit);
    checkRecipients(this.#records, this.#journal, commit);
    checkPendingRefs(this.#records, this.#journal, commit);
  }

  #codeOf(verification: PendingVerification): string {
    const { keyring } = (this.#database ?? this.#databases.at(-1) ?? this.#live()).instance.parts;
    return codeOf(keyring, verification);
  }
}
