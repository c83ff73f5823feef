// Types alone: whatever is loaded before a bug is planted stays as it is.
import type { Key, Rows, Store, Write } from "../../src/store/index.ts";

/** A planted bug between an engine and the store. */
export type StoreMutant = (store: Store, now: () => number) => Store;

/** A bug that somebody could have written: the simulation must find it, or it proves nothing. */
export type Mutant = { readonly name: string; readonly bug: string } & (
  | { readonly store: StoreMutant }
  | {
      /** A file or folder below `src`; empty for all of it. */
      readonly within: string;
      readonly edits: readonly (readonly [find: string | RegExp, replace: string])[];
    }
);

/** Reads and decides first, and writes what was decided later: two updates of one row lose one of them. */
const readThenWrite: StoreMutant = (store, now) => ({
  ...store,
  async update(keys, decide) {
    const decided = await decideOutside(store, keys, (rows) => decide(rows, now()));
    return await store.update(keys, () => decided);
  },
});

/** Answers before the commit: a crash in between takes back what was acknowledged. */
const answerBeforeCommit: StoreMutant = (store, now) => ({
  ...store,
  async update(keys, decide) {
    const decided = await decideOutside(store, keys, (rows) => decide(rows, now()));
    store.update(keys, decide).catch(() => undefined);
    return decided.result;
  },
});

/** Claims after the call: the intent to send is not durable when the message leaves. */
const claimAfterCall: StoreMutant = (store, now) => ({
  ...store,
  async update(keys, decide) {
    if (!keys.some((one) => one.table === "delivery") || keys.length < 2) return store.update(keys, decide);
    const decided = await decideOutside(store, keys, (rows) => decide(rows, now()));
    store.update(keys, decide).catch(() => undefined);
    return decided.result;
  },
});

/** A write whose answer is lost is simply written again with whatever was decided the first time. */
const writeTwice: StoreMutant = (store) => ({
  ...store,
  async update(keys, decide) {
    let last: { writes: readonly Write[] } | null = null;
    try {
      return await store.update(keys, (rows, now) => {
        const decision = decide(rows, now);
        if ("writes" in decision) last = decision;
        return decision;
      });
    } finally {
      const again: { writes: readonly Write[] } | null = last;
      if (again !== null)
        store
          .update([], () => ({ ...(again as { writes: readonly Write[] }), result: 0 }))
          .catch(() => undefined);
    }
  },
});

async function decideOutside<R>(
  store: Store,
  keys: readonly Key[],
  decide: (
    rows: Rows,
  ) => { readonly need: readonly Key[] } | { readonly writes: readonly Write[]; readonly result: R },
): Promise<{ readonly writes: readonly Write[]; readonly result: R }> {
  const loaded = new Map<string, unknown>();
  let missing = keys;
  for (let round = 0; round < 8; round++) {
    for (const one of missing) loaded.set(`${one.table}/${one.id}`, await store.get(one));
    const rows: Rows = {
      has: (one) => loaded.has(`${one.table}/${one.id}`),
      get: (one) => loaded.get(`${one.table}/${one.id}`) as never,
    };
    const decided = decide(rows);
    if ("writes" in decided) return decided;
    missing = decided.need;
  }
  throw new RangeError("the decision asked too often");
}

export const mutants: readonly Mutant[] = [
  { name: "read-then-write", bug: "counters are not atomic", store: readThenWrite },
  {
    name: "answer-before-commit",
    bug: "a 2xx goes out before its rows are durable",
    store: answerBeforeCommit,
  },
  {
    name: "claim-after-call",
    bug: "the provider is called before the claim is durable",
    store: claimAfterCall,
  },
  { name: "write-twice", bug: "a stale write is repeated", store: writeTwice },
  {
    name: "reset-on-resend",
    bug: "a new code gives the checks back",
    within: "verification/sending.ts",
    edits: [
      ["generation: verification.generation + 1,", "generation: verification.generation + 1, checks: [],"],
    ],
  },
  {
    name: "lease-without-epoch",
    bug: "a node that lost its lease writes its result",
    within: "verification/delivery.ts",
    edits: [
      ['delivery.state !== "sending" || delivery.leaseEpoch !== leaseEpoch', 'delivery.state !== "sending"'],
    ],
  },
  {
    name: "code-lives-too-long",
    bug: "> for >= at the end of a code",
    within: "verification/decide.ts",
    edits: [["now >= verification.codeExpiresAt", "now > verification.codeExpiresAt"]],
  },
  {
    name: "verification-lives-too-long",
    bug: "> for >= at the end of a verification",
    within: "verification/verification.ts",
    edits: [["now >= verification.endsAt", "now > verification.endsAt"]],
  },
  {
    name: "one-check-too-many",
    bug: "> for >= at the limit of checks",
    within: "verification/decide.ts",
    edits: [["checks.length >= policy.checksMax", "checks.length > policy.checksMax"]],
  },
  {
    name: "timer-before-effect",
    bug: "a timer is acknowledged in a transaction of its own, before its effect",
    within: "engine/alarms.ts",
    edits: [
      [
        /const transacted = await transact/,
        `await parts.store.update([verificationKey], (rows) => {
          const row = rows.get(verificationKey);
          if (row === undefined || row.status !== "pending") return { writes: [], result: null };
          return { writes: [{ table: "verification", id: row.id, row: { ...row, nextStepAt: null } }], result: null };
        });
        const transacted = await transact`,
      ],
    ],
  },
  {
    name: "timer-rings-twice",
    bug: "a timer that rings twice takes two steps",
    within: "verification/sending.ts",
    edits: [["|| now < verification.nextStepAt", ""]],
  },
  {
    name: "resend-without-bound",
    bug: "an unknown answer is tried again and again",
    within: "verification/delivery.ts",
    edits: [["export const unknownResendsMax = 1;", "export const unknownResendsMax = 9;"]],
  },
  {
    name: "expired-lease-is-new",
    bug: "a crash during a call counts as not sent, and the message is queued anew",
    within: "verification/claim.ts",
    edits: [['answer: "unknown", reason: "lease_expired"', 'answer: "notSent", reason: "lease_expired"']],
  },
  {
    name: "settle-changes-settled",
    bug: "the tenant settles what is settled",
    within: "verification/decide.ts",
    edits: [
      [
        "if (verification.status === command.status) return decided(current, { type: command.status });",
        "return decided(current, { type: command.status }, { verification: { ...verification, status: command.status } });",
      ],
    ],
  },
  {
    name: "continue-without-binding",
    bug: "a start goes on with a stranger's verification",
    within: "verification/start.ts",
    edits: [[/ref\.binding !== null &&\s+ref\.binding === command\.binding &&/, ""]],
  },
  {
    name: "verbs-without-binding",
    bug: "anybody who knows the id may check, resend and cancel",
    within: "verification/decide.ts",
    edits: [["return current.verification.binding === command.binding;", "return true;"]],
  },
  {
    name: "other-code-on-failover",
    bug: "a second attempt draws a code of its own",
    within: "engine/",
    edits: [
      [
        "const code = codeOf(parts.keyring, verification)",
        "const code = codeOf(parts.keyring, { ...verification, generation: verification.generation + delivery.attempts.length - 1 })",
      ],
    ],
  },
  {
    name: "deadline-ignored",
    bug: "what is late is sent all the same",
    // Three guards say the same: any two of them would hide that the third is missing.
    within: "",
    edits: [
      ["stale || now >= delivery.deadline", "stale"],
      ["opensAt >= delivery.deadline", "false"],
      [" && opensAt(provider) < delivery.deadline", ""],
    ],
  },
  {
    name: "sent-after-settlement",
    bug: "the outbox does not look at the verification again",
    within: "engine/",
    edits: [
      [
        /stored\?\.status === "pending" && now < stored\.endsAt \? stored : null/,
        "stored === undefined ? null : ({ generation: delivery.generation, codeKeyId: parts.keyring.currentId, suppliedCode: null, ...stored } as never)",
      ],
    ],
  },
  {
    name: "zombie-sends",
    bug: "a node that stood still sends although its lease is over",
    within: "engine/",
    edits: [["parts.clock.now() >= Math.min(leaseUntil, deadline)", "leaseUntil + deadline < 0"]],
  },
  {
    name: "guesses-not-shared",
    bug: "the recipient's budget of guesses is not counted",
    within: "verification/recipient.ts",
    edits: [
      ["return { ...recipient, wrongAt, lastSeenAt: now };", "return { ...recipient, lastSeenAt: now };"],
    ],
  },
  {
    name: "lock-not-checked",
    bug: "a locked recipient is compared all the same",
    within: "verification/decide.ts",
    edits: [["if (locked !== null) return", "if (locked === -1) return"]],
  },
  {
    name: "sends-not-counted",
    bug: "sends do not wait for one another",
    within: "verification/recipient.ts",
    edits: [
      [
        "askedSends: asked ? recipient.askedSends + 1 : recipient.askedSends",
        "askedSends: recipient.askedSends",
      ],
    ],
  },
  {
    name: "idempotency-ignored",
    bug: "a repeated request is done again",
    within: "engine/transaction.ts",
    edits: [
      [
        "if (record !== undefined && idempotency !== null) {",
        "if (record !== undefined && idempotency === null) {",
      ],
    ],
  },
  {
    name: "rate-ignored",
    bug: "every slot of a carrier's rate is open at once",
    within: "delivery/pacer.ts",
    edits: [["return wholeMs(Math.max(lane.freeAt, now));", "return now;"]],
  },
  {
    name: "look-up-unfenced",
    bug: "what a look-up brought is written by a node that lost its lease",
    within: "verification/delivery.ts",
    edits: [
      [
        'if (delivery.state !== "unknown" || delivery.leaseEpoch !== leaseEpoch) return null;',
        'if (delivery.state !== "unknown") return null;',
      ],
    ],
  },
  {
    name: "code-kept",
    bug: "a settled row keeps what a code can be made of",
    within: "verification/verification.ts",
    edits: [
      ["...identityOf(verification, verification),", "...(verification as never as SettledVerification),"],
    ],
  },
  {
    name: "app-code-twice",
    bug: "< for <= at the step of an app's code: it is accepted again",
    within: "accounts/use.ts",
    edits: [["step <= authenticator.lastStep", "step < authenticator.lastStep"]],
  },
  {
    name: "app-works-once",
    bug: "every later code of an app counts as used",
    within: "accounts/use.ts",
    edits: [["step <= authenticator.lastStep", "step > 0"]],
  },
  {
    name: "wrong-in-row-stands-still",
    bug: "nothing is ever disabled by wrong codes",
    within: "accounts/use.ts",
    edits: [
      ["const wrongInRow = authenticator.wrongInRow + 1;", "const wrongInRow = authenticator.wrongInRow;"],
    ],
  },
  {
    name: "a-use-loses-the-others",
    bug: "a use drops everything else that was enrolled",
    within: "accounts/subscriber.ts",
    edits: [
      [
        "const authenticators = subscriber.authenticators.map((one) => (one.id === changed.id ? changed : one));",
        "const authenticators = [changed];",
      ],
    ],
  },
  {
    name: "locked-for-ever",
    bug: "the first lock of a subscriber never ends",
    within: "accounts/budget.ts",
    edits: [
      ["failures.lockedUntil !== null && now < failures.lockedUntil ?", "failures.lockedUntil !== null ?"],
    ],
  },
  {
    name: "uses-not-counted",
    bug: "a wrong code of a challenge costs its subscriber nothing",
    within: "accounts/use.ts",
    edits: [
      ["failures: oneMore(subscriber.failures, authenticatorWaits, now),", "failures: subscriber.failures,"],
    ],
  },
  {
    name: "subscriber-lock-not-checked",
    bug: "that a subscriber is locked is looked at before the locks of the rows alone",
    within: "accounts/use.ts",
    edits: [[/if \(retryAt !== null\) return refuse/, "if (retryAt === -1) return refuse"]],
  },
  {
    name: "challenge-met-twice",
    bug: "that a challenge is settled is looked at before the locks of the rows alone",
    within: "accounts/challenge.ts",
    edits: [
      [
        "if (refused !== null) return unchanged(refused);",
        'if (refused !== null && found.status === "pending") return unchanged(refused);',
      ],
    ],
  },
  {
    name: "challenge-without-holder",
    bug: "anybody who knows its id may meet a challenge",
    within: "engine/accounts/challenges.ts",
    edits: [[" || challenge.binding !== holderOf(parts, tenantId, request)", ""]],
  },
  {
    name: "use-apart-from-its-code",
    bug: "a text's code is used up in a commit of its own, before what comes of it",
    within: "engine/accounts/uses.ts",
    edits: [
      [
        /last\.used = \{ type: "decided", result \};\s+return writes;/,
        `last.used = { type: "decided", result };
        for (const one of writes) void parts.store.update([one], () => ({ writes: [one], result: undefined })).catch(() => undefined);
        return [];`,
      ],
    ],
  },
  {
    name: "challenge-repeats-are-new",
    bug: "a repeat on its way together with its first is decided again",
    within: "engine/accounts/once.ts",
    edits: [["if (rows.get(record) !== undefined) throw new AnsweredMeanwhile();", "rows.get(record);"]],
  },
];

export function findMutant(name: string): Mutant {
  const found = mutants.find((one) => one.name === name);
  if (found === undefined)
    throw new RangeError(`no such mutant: ${mutants.map((one) => one.name).join(", ")}`);
  return found;
}
