import { codeOf } from "../../src/engine/code.ts";
import type { PendingVerification } from "../../src/verification/index.ts";
import { Asking } from "./asking.ts";
import { createCarriers } from "./carriers.ts";
import { type Chance, createChance } from "./chance.ts";
import type { Folders } from "./database.ts";
import { Enrolled, enrol } from "./enrolled.ts";
import { type FaultPlan, noFaults, planFaults } from "./faults.ts";
import { Fleet } from "./fleet.ts";
import type { AnswerChecks } from "./invariants/answers.ts";
import { audit, auditBytes, auditRest } from "./invariants/audit.ts";
import { checkChallenges } from "./invariants/challenges.ts";
import { checkDelivery } from "./invariants/deliveries.ts";
import { checkPendingRefs, checkRecipients } from "./invariants/recipients.ts";
import { checkVerification } from "./invariants/verifications.ts";
import { Journal, type Violation } from "./journal.ts";
import type { StoreMutant } from "./mutants.ts";
import { type Line, stallMs } from "./node.ts";
import { People } from "./people.ts";
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
  readonly #fleet: Fleet;
  #commits = 0;
  #setBackMs = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#chance = createChance(options.seed);
    this.#faults = planFaults(this.#chance.fork());
    this.#timeline = new Timeline(this.#chance.fork());
    this.#journal = new Journal(() => this.#timeline.elapsed, options.print ?? null);
    this.#timeline.nextDueAt = async () => (await this.#fleet.database?.nextDueAt()) ?? null;
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
      anyNode: () => this.#fleet.any(),
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
        const node = this.#fleet.any();
        this.#journal.note(`receipt ${receipt.reference} ${receipt.status} for ${node?.owner ?? "nobody"}`);
        if (node === undefined) return;
        this.#records.receiptsGiven.add(receipt.reference);
        node.receipt(receipt, (cause) => this.#asking.checkFault(cause));
      },
    });
    this.#fleet = new Fleet({
      folders: options.folders,
      mutant: options.mutant,
      timeline: this.#timeline,
      chance: this.#chance,
      journal: this.#journal,
      records: this.#records,
      lines: this.#lines,
      faults: () => this.#faults,
      onCommit: (commit) => this.#check(commit),
      onSetBack: (ms) => this.#jump(-ms),
      onReopened: () => this.#audit(),
      onCrash: () => this.#asking.forgetTheGone(),
    });
  }

  async run(): Promise<void> {
    await this.#fleet.open(await this.#options.folders.fresh());
    const { tenant } = this.#fleet.live().instance;
    this.#people = new People({
      timeline: this.#timeline,
      chance: this.#chance.fork(),
      records: this.#records,
      tenantId: tenant.id,
      perform: (act) => this.#asking.perform(act),
    });
    await this.#enrol();
    this.#fleet.start();
    await this.#fuss();
    await this.#peace();
  }

  /** In some runs people are enrolled, and meet challenges. */
  async #enrol(): Promise<void> {
    const chance = this.#chance.fork();
    if (!chance.happens(0.4)) return;
    const { instance } = this.#fleet.live();
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
      crashes: this.#fleet.crashes,
      virtualMs: this.#timeline.elapsed,
      hash: this.#journal.digest(),
      ways: this.#records.ways,
      violation: this.#journal.violation,
    };
  }

  async dispose(): Promise<void> {
    await this.#fleet.dispose();
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
    const { alive } = this.#fleet;
    if (chance.happens(faults.crash) && alive.length > 0) this.#fleet.crash(chance.pick(alive));
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
    if (chance.happens(faults.clockBack)) this.#fleet.setBack(hourMs);
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
    for (const node of this.#fleet.nodes) if (node.isPaused) node.resume();
    // A timer waits for the wall clock, which may have been set back.
    const until = this.#timeline.elapsed + restMs + this.#setBackMs + this.#fleet.backAtRestartMs;
    while (this.#goesOn() && (await this.#timeline.step(until)));
    await this.#audit();
    const { instance } = this.#fleet.live();
    if (this.#goesOn()) await auditRest(instance.store, this.#records, this.#journal);
    const codes = [...this.#records.codes.values(), ...(this.#people?.supplied ?? [])];
    auditBytes(this.#fleet.live().bytes(), codes, this.#journal);
  }

  async #audit(): Promise<void> {
    const { database } = this.#fleet;
    if (database === null || !this.#goesOn()) return;
    const { store, tenant } = database.instance;
    await audit(store, tenant.id, this.#records, this.#journal);
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
    const { keyring } = this.#fleet.last().instance.parts;
    return codeOf(keyring, verification);
  }
}
