import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commands, day, hour, minute, pendingRow, policyWith, second, t0 } from "../../test/support/rows.ts";
import {
  asOf,
  type CodeReuse,
  type Delivery,
  decide,
  decideStart,
  type IfPending,
  pendingToLoad,
  type Recipient,
  type Verification,
} from "./index.ts";

const histories = 5_000;

/** One thing that somebody does, and how long before it nothing happens. */
interface Action {
  readonly afterMs: number;
  readonly verb: "start" | "check" | "resend" | "next" | "cancel" | "settle" | "wake" | "deliveryFailed";
  /** Which of the verifications so far. */
  readonly pick: number;
  /** The generation whose code is submitted, relative to the current one; null for a guess. */
  readonly codeOf: 0 | -1 | null;
  /** How often in a row: an attacker does not stop after one guess. */
  readonly times: number;
  readonly binding: string | null;
  readonly ifPending: IfPending;
}

interface World {
  readonly codeReuse: CodeReuse;
  now: number;
  recipient: Recipient | undefined;
  readonly rows: Map<string, Verification>;
  readonly deliveries: Delivery[];
  /** When a code was compared and found wrong, since the last success. */
  wrongAt: number[];
  started: number;
}

const waits = fc.oneof(
  fc.constantFrom(0, 1, second, 30 * second, minute, 4 * minute, 5 * minute, 20 * minute, day),
  fc.integer({ min: 0, max: 3 * minute }),
);

const action: fc.Arbitrary<Action> = fc.record({
  afterMs: waits,
  verb: fc.constantFrom<Action["verb"]>(
    "start",
    "check",
    "check",
    "check",
    "resend",
    "next",
    "cancel",
    "settle",
    "wake",
    "deliveryFailed",
  ),
  pick: fc.constantFrom(0, 0, 0, 1, 2, 3),
  codeOf: fc.constantFrom(0, -1, null, null, null, null, null, null),
  times: fc.constantFrom(1, 1, 2, 4, 5, 7),
  binding: fc.constantFrom(null, null, "binding-a"),
  ifPending: fc.constantFrom<IfPending>("separate", "separate", "continue", "replace", "refuse"),
});

const workflow = [
  { channel: "sms", waitMs: 4 * minute },
  { channel: "voice", waitMs: 6 * minute },
  { channel: "sms", waitMs: 10 * minute },
] as const;

function start(world: World, { binding, ifPending }: Action): void {
  world.started += 1;
  const { type, id, createdAt, endsAt, ...row } = { ...pendingRow(), type: "start" as const };
  const command = {
    ...row,
    type,
    id: `v${world.started}`,
    binding,
    claimants: binding === null ? [] : [binding],
    sealedAddress: "sealed",
    policy: policyWith({ ifPending, codeReuse: world.codeReuse, workflow }),
  };
  const pendingId = pendingToLoad(world.recipient, command, world.now);
  const pending = pendingId === null ? undefined : world.rows.get(pendingId);
  const decision = decideStart({ recipient: world.recipient, pending }, command, world.now);
  world.recipient = decision.recipient;
  for (const one of [decision.verification, decision.replaced]) if (one !== null) replaceRow(world, one);
  world.deliveries.push(...decision.deliveries);
}

/** Every write goes through here, so that what must never change is seen to stay. */
function replaceRow(world: World, next: Verification): void {
  const before = world.rows.get(next.id);
  if (before !== undefined) {
    if (before.status !== "pending") assert.ok(next === before);
    assert.ok(next.endsAt === before.endsAt);
    assert.ok(next.checks.length >= before.checks.length);
    assert.ok(next.sends >= before.sends);
  }
  assert.ok(next.checks.length <= next.policy.checksMax);
  assert.ok(next.sends <= next.policy.sendsMax);
  world.rows.set(next.id, next);
}

function proceed(world: World, one: Action): void {
  const ids = [...world.rows.keys()];
  const before = world.rows.get(ids.at(-1 - (one.pick % Math.max(1, ids.length))) ?? "");
  if (before === undefined || world.recipient === undefined || one.verb === "start") return;
  const { verb, binding } = one;
  const submitsCurrent = one.codeOf === 0;
  const known = before.binding === null ? [] : [before.binding];
  const command =
    verb === "check"
      ? { ...commands["check right"], matches: submitsCurrent, binding, claimants: known }
      : verb === "settle"
        ? { ...commands["settle canceled"], binding }
        : verb === "wake"
          ? commands.wake
          : verb === "deliveryFailed"
            ? { ...commands.deliveryFailed, step: before.step }
            : { ...commands[verb], binding };
  const decision = decide({ recipient: world.recipient, verification: before }, command, world.now);
  world.recipient = decision.recipient;
  if (decision.verification !== null) replaceRow(world, decision.verification);
  world.deliveries.push(...decision.deliveries);
  if (verb === "check") judgeCheck(world, before, submitsCurrent, binding, decision.outcome.type);
}

/** I1 and I2: what a check may answer, told from the outside. */
function judgeCheck(
  world: World,
  before: Verification,
  submitsCurrent: boolean,
  binding: string | null,
  outcome: string,
): void {
  if (outcome === "approved") {
    assert.ok(submitsCurrent === true);
    assert.ok(before.status === "pending");
    assert.ok(before.binding === binding);
    assert.ok(world.now < before.endsAt);
    if (before.status === "pending") assert.ok(world.now < before.codeExpiresAt);
    assert.ok(before.checks.length < before.policy.checksMax);
    world.wrongAt = [];
  }
  if (outcome === "codeMismatch" || outcome === "exhausted") {
    const counted = asOf(before, world.now).status === "pending" && !submitsCurrent;
    if (counted) world.wrongAt.push(world.now);
    const within = (ms: number): number => world.wrongAt.filter((at) => at > world.now - ms).length;
    // One binding is known at most, and it has three guesses a day of its own.
    assert.ok(within(hour) <= 10 + 3);
    assert.ok(within(day) <= 25 + 3);
    if (world.recipient?.known.length === 0) {
      assert.ok(within(hour) <= 10);
      assert.ok(within(day) <= 25);
    }
  }
}

function afterwards(world: World): void {
  const sentAt = world.deliveries.map((one) => one.createdAt);
  for (const [index, at] of sentAt.entries()) {
    const inDay = sentAt.filter((other, place) => place <= index && other > at - day).length;
    assert.ok(inDay <= 10);
  }
  const keys = world.deliveries.map((one) => `${one.verificationId}.${one.sequence}`);
  assert.ok(new Set(keys).size === keys.length);
  for (const one of world.deliveries) assert.ok(one.deadline <= one.createdAt + 90 * second);
  const pending = [...world.rows.values()].filter((row) => asOf(row, world.now).status === "pending");
  const listed = world.recipient?.pending.map((ref) => ref.id) ?? [];
  for (const row of pending) assert.ok(listed.includes(row.id));
  assert.ok((world.recipient?.wrongAt.length ?? 0) <= 25);
  assert.ok((world.recipient?.sentAt.length ?? 0) <= 10);
}

describe(`${histories} random histories of one recipient`, () => {
  test("I1, I2, I3, A-3, A-8, C-07, F-3: every limit holds and nothing settled moves", () => {
    let approvals = 0;
    let exhausted = 0;
    let locked = 0;
    const reuse = fc.constantFrom<CodeReuse>("same", "perStep", "whenExpired");
    fc.assert(
      fc.property(reuse, fc.array(action, { minLength: 5, maxLength: 60 }), (codeReuse, actions) => {
        const world: World = {
          codeReuse,
          now: t0,
          recipient: undefined,
          rows: new Map(),
          deliveries: [],
          wrongAt: [],
          started: 0,
        };
        for (const one of actions) {
          world.now += one.afterMs;
          if (one.verb === "start" || world.rows.size === 0) start(world, one);
          else for (let time = 0; time < one.times; time++) proceed(world, one);
        }
        afterwards(world);
        const statuses = [...world.rows.values()].map((row) => row.status);
        if (statuses.includes("approved")) approvals += 1;
        if (statuses.includes("exhausted")) exhausted += 1;
        if ((world.recipient?.wrongAt.length ?? 0) >= 10) locked += 1;
      }),
      { numRuns: histories },
    );
    // The histories reach what they are meant to prove.
    expect(approvals).toBeGreaterThan(100);
    expect(exhausted).toBeGreaterThan(10);
    expect(locked).toBeGreaterThan(0);
  }, 60_000);
});
