import { describe, expect, test } from "vitest";
import {
  type CommandName,
  commandNames,
  commands,
  minute,
  pendingCurrent,
  recipientRow,
  type Summary,
  second,
  settledRow,
  settledStatuses,
  statuses,
  summarize,
  t0,
} from "../../test/support/rows.ts";
import { type Current, commandTypes, decide, type Outcome, type Status } from "./index.ts";

type Row = Readonly<Record<CommandName, Summary>>;

const changed = (status: Status, outcome: Outcome, ...deliveries: string[]): Summary => ({
  outcome,
  status,
  writes: ["recipient", "verification", ...deliveries],
});
const unchanged = (status: Status, outcome: Outcome): Summary => ({ outcome, status, writes: [] });

/** Half a minute after the start: a resend is allowed, the next step is not due. */
const pending: Row = {
  "check right": changed("approved", { type: "approved" }),
  "check wrong": changed("pending", { type: "codeMismatch", checksLeft: 4 }),
  "check malformed": unchanged("pending", { type: "codeMalformed" }),
  resend: changed("pending", { type: "sent" }, "delivery:resend"),
  next: changed("pending", { type: "sent" }, "delivery:next"),
  cancel: changed("canceled", { type: "canceled" }),
  "settle approved": changed("approved", { type: "approved" }),
  "settle canceled": changed("canceled", { type: "canceled" }),
  wake: unchanged("pending", { type: "nothing" }),
  deliveryFailed: changed("pending", { type: "stepped" }, "delivery:automatic"),
};

const approved: Row = {
  "check right": unchanged("approved", { type: "settled", status: "approved" }),
  "check wrong": unchanged("approved", { type: "settled", status: "approved" }),
  "check malformed": unchanged("approved", { type: "settled", status: "approved" }),
  resend: unchanged("approved", { type: "settled", status: "approved" }),
  next: unchanged("approved", { type: "settled", status: "approved" }),
  cancel: unchanged("approved", { type: "settled", status: "approved" }),
  "settle approved": unchanged("approved", { type: "approved" }),
  "settle canceled": unchanged("approved", { type: "settled", status: "approved" }),
  wake: unchanged("approved", { type: "nothing" }),
  deliveryFailed: unchanged("approved", { type: "nothing" }),
};

const canceled: Row = {
  "check right": unchanged("canceled", { type: "settled", status: "canceled" }),
  "check wrong": unchanged("canceled", { type: "settled", status: "canceled" }),
  "check malformed": unchanged("canceled", { type: "settled", status: "canceled" }),
  resend: unchanged("canceled", { type: "settled", status: "canceled" }),
  next: unchanged("canceled", { type: "settled", status: "canceled" }),
  cancel: unchanged("canceled", { type: "canceled" }),
  "settle approved": unchanged("canceled", { type: "settled", status: "canceled" }),
  "settle canceled": unchanged("canceled", { type: "canceled" }),
  wake: unchanged("canceled", { type: "nothing" }),
  deliveryFailed: unchanged("canceled", { type: "nothing" }),
};

const expired: Row = {
  "check right": unchanged("expired", { type: "expired" }),
  "check wrong": unchanged("expired", { type: "expired" }),
  "check malformed": unchanged("expired", { type: "expired" }),
  resend: unchanged("expired", { type: "expired" }),
  next: unchanged("expired", { type: "expired" }),
  cancel: unchanged("expired", { type: "expired" }),
  "settle approved": unchanged("expired", { type: "expired" }),
  "settle canceled": unchanged("expired", { type: "expired" }),
  wake: unchanged("expired", { type: "expired" }),
  deliveryFailed: unchanged("expired", { type: "nothing" }),
};

const exhausted: Row = {
  "check right": unchanged("exhausted", { type: "exhausted" }),
  "check wrong": unchanged("exhausted", { type: "exhausted" }),
  "check malformed": unchanged("exhausted", { type: "exhausted" }),
  resend: unchanged("exhausted", { type: "exhausted" }),
  next: unchanged("exhausted", { type: "exhausted" }),
  cancel: unchanged("exhausted", { type: "exhausted" }),
  "settle approved": unchanged("exhausted", { type: "exhausted" }),
  "settle canceled": unchanged("exhausted", { type: "exhausted" }),
  wake: unchanged("exhausted", { type: "nothing" }),
  deliveryFailed: unchanged("exhausted", { type: "nothing" }),
};

const undeliverable: Row = {
  "check right": unchanged("undeliverable", { type: "settled", status: "undeliverable" }),
  "check wrong": unchanged("undeliverable", { type: "settled", status: "undeliverable" }),
  "check malformed": unchanged("undeliverable", { type: "settled", status: "undeliverable" }),
  resend: unchanged("undeliverable", { type: "settled", status: "undeliverable" }),
  next: unchanged("undeliverable", { type: "settled", status: "undeliverable" }),
  cancel: unchanged("undeliverable", { type: "settled", status: "undeliverable" }),
  "settle approved": unchanged("undeliverable", { type: "settled", status: "undeliverable" }),
  "settle canceled": unchanged("undeliverable", { type: "settled", status: "undeliverable" }),
  wake: unchanged("undeliverable", { type: "nothing" }),
  deliveryFailed: unchanged("undeliverable", { type: "nothing" }),
};

const table: Readonly<Record<Status, Row>> = {
  pending,
  approved,
  canceled,
  expired,
  exhausted,
  undeliverable,
};

function currentFor(status: Status): Current {
  if (status === "pending") return pendingCurrent();
  return { recipient: recipientRow(), verification: settledRow(status) };
}

describe("DT-2: every pair of status and command has a row", () => {
  test("no status and no command is missing from the table", () => {
    expect(Object.keys(table).sort()).toEqual([...statuses].sort());
    for (const status of statuses) {
      expect(Object.keys(table[status]).sort(), status).toEqual([...commandNames].sort());
    }
    const types = new Set(commandNames.map((name) => commands[name].type));
    expect([...types].sort()).toEqual([...commandTypes].sort());
  });

  const pairs = statuses.flatMap((status) => commandNames.map((name) => [status, name] as const));
  test.each(pairs)("%s x %s", (status, name) => {
    const current = currentFor(status);
    const decision = decide(current, commands[name], t0 + 30 * second);
    expect(summarize(current, decision)).toEqual(table[status][name]);
  });
});

describe("I3: a settled verification never changes", () => {
  test.each(settledStatuses)("%s is the same object after every command, at any time", (status) => {
    for (const now of [t0 - 60 * minute, t0, t0 + minute, t0 + 60 * minute]) {
      for (const name of commandNames) {
        const current = currentFor(status);
        const decision = decide(current, commands[name], now);
        expect(decision.verification, name).toBe(current.verification);
        expect(decision.recipient, name).toBe(current.recipient);
        expect(decision.deliveries, name).toEqual([]);
      }
    }
  });
});

describe("A-3: what has ended is expired, whether or not a timer ran", () => {
  test.each(commandNames)("pending past its end x %s answers as expired and writes the expiry", (name) => {
    const current = pendingCurrent();
    const decision = decide(current, commands[name], current.verification.endsAt);
    const { outcome } = expired[name];
    expect(summarize(current, decision)).toEqual(changed("expired", outcome));
    expect(decision.recipient.pending).toEqual([]);
    expect(decision.verification).toMatchObject({ settledAt: current.verification.endsAt });
  });
});

describe("A-17: another binding finds nothing", () => {
  const asked = commandNames.filter((name) => "binding" in commands[name]);
  for (const binding of [null, "binding-b"]) {
    test.each(asked)(
      `started with a binding, %s with ${binding ?? "none"}: not found, and nothing counts`,
      (name) => {
        for (const status of statuses) {
          const current =
            status === "pending"
              ? pendingCurrent({ binding: "binding-a" })
              : { recipient: recipientRow(), verification: settledRow(status, { binding: "binding-a" }) };
          const decision = decide(current, { ...commands[name], binding }, t0 + 30 * second);
          expect(summarize(current, decision), status).toEqual(unchanged(status, { type: "notFound" }));
        }
      },
    );
  }

  test("started without a binding, a command with one finds nothing either", () => {
    const current = pendingCurrent();
    const decision = decide(current, { ...commands["check right"], binding: "binding-a" }, t0 + second);
    expect(summarize(current, decision)).toEqual(unchanged("pending", { type: "notFound" }));
  });
});

describe("K-1, I9: what is settled can make no code", () => {
  const ends = ["check right", "cancel", "settle approved", "settle canceled"] as const;
  test.each(ends)("%s drops generation, key id and the sealed code", (name) => {
    const current = pendingCurrent({ suppliedCode: "ciphertext" });
    const decision = decide(current, commands[name], t0 + second);
    for (const field of ["generation", "codeKeyId", "suppliedCode", "codeExpiresAt"]) {
      expect(decision.verification).not.toHaveProperty(field);
    }
  });
});
