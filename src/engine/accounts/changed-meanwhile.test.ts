import { describe, expect, test } from "vitest";
import { ada, adaWithPassword, minute, newPassword, password } from "../../../test/support/ada.ts";
import { importedPerson } from "../../../test/support/imported-hash.ts";
import type { TestInstance } from "../../../test/support/instance.ts";
import type { Key, Rows, Store, UpdateDecision } from "../../store/index.ts";
import { createEngine } from "../index.ts";
import { type Accounts, createAccounts } from "./index.ts";

/**
 * The same accounts through a slow node: whatever `act` does is committed right before its first update that locks rows of
 * all these tables, and so after what that verb has read and hashed.
 */
function overtaken(
  { parts, store }: Pick<TestInstance, "parts" | "store">,
  tables: readonly Key["table"][],
  act: () => Promise<void>,
): Accounts {
  let isDone = false;
  const slow: Store = {
    ...store,
    async update<R>(
      keys: readonly Key[],
      decide: (rows: Rows, now: number) => UpdateDecision<R>,
    ): Promise<R> {
      const isIt = tables.every((table) => keys.some((one) => one.table === table));
      if (isIt && !isDone) {
        isDone = true;
        await act();
      }
      return await store.update<R>(keys, decide);
    },
  };
  const behind = { ...parts, store: slow };
  return createAccounts(behind, createEngine(behind, "behind"));
}

describe("P-6: a password that changes while it is compared", () => {
  test("signs nobody in any more", async () => {
    const { one, accounts, of, tenantId } = await adaWithPassword();
    const slow = overtaken(one, ["subscriberName"], async () => {
      const change = { ...of, password: newPassword, current: password };
      expect((await accounts.changePassword(change)).outcome).toBe("changed");
    });
    const given = { tenantId, name: "ada" };
    expect(await slow.signIn({ ...given, password })).toEqual({ outcome: "signInRefused" });
    const right = await accounts.signIn({ ...given, password: newPassword });
    expect(right.outcome).toBe("enrolmentRequired");
  });

  test("is not changed by whoever knows the one before", async () => {
    const { one, accounts, of, tenantId } = await adaWithPassword();
    const slow = overtaken(one, ["subscriberName"], async () => {
      const change = { ...of, password: newPassword, current: password };
      expect((await accounts.changePassword(change)).outcome).toBe("changed");
    });
    const another = "three patient anchors";
    const late = await slow.changePassword({ ...of, password: another, current: password });
    expect(late).toEqual({ outcome: "signInRefused" });
    const signIn = async (given: string) =>
      (await accounts.signIn({ tenantId, name: "ada", password: given })).outcome;
    expect([await signIn(another), await signIn(newPassword)]).toEqual([
      "signInRefused",
      "enrolmentRequired",
    ]);
  });

  test("L-5: proves nothing in a recovery, nor where a clock that goes back lets the recovery seem the later one", async () => {
    const { one, accounts, of, tenantId, stepUp } = await ada();
    const allowed = await stepUp();
    await one.clock.advance(minute);
    const slow = overtaken(one, ["subscriberName", "challenge"], async () => {
      one.clock.jumpTo(one.clock.now() - 1_000);
      const change = { ...of, password: newPassword, stepUp: allowed };
      expect((await accounts.changePassword(change)).outcome).toBe("changed");
    });
    const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
    const shown = await slow.checkRecovery({ tenantId, recovery, method: "password", code: password });
    expect(shown).toEqual({ outcome: "codeMismatch", checksLeft: 4 });
  });
});

test("P-3: a hash that is made anew at a sign-in brings no password back that was changed meanwhile", async () => {
  const { one, accounts, tenantId } = await adaWithPassword();
  const { imported, old } = await importedPerson({ accounts, tenantId });
  // The sign-in itself locks the name; what makes the hash anew, the subscriber alone.
  const slow = overtaken(one, ["subscriber"], async () => {
    const change = { ...old, password: newPassword, current: imported };
    expect((await accounts.changePassword(change)).outcome).toBe("changed");
  });
  expect((await slow.signIn({ ...old, password: imported })).outcome).toBe("signedIn");
  expect((await accounts.signIn({ ...old, password: imported })).outcome).toBe("signInRefused");
  expect((await accounts.signIn({ ...old, password: newPassword })).outcome).toBe("signedIn");
});

describe("P-5, P-6: a session that ends while a code is compared is not raised by it", () => {
  test.each(["pending", "active"] as const)("one that is %s", async (state) => {
    const { one, accounts, of, tenantId, app, appCode } = await ada();
    const begin = async () => {
      await one.clock.advance(minute);
      const begun = await accounts.signIn({ tenantId, name: "ada", password });
      if (begun.outcome !== "challengeRequired") throw new Error(begun.outcome);
      return { tenantId, id: begun.challengeId, session: begun.pending.bearer, authenticatorId: app };
    };
    const raise = async () => {
      const check = await begin();
      const signedIn = await accounts.checkChallenge({ ...check, code: appCode() });
      if (signedIn.outcome !== "approved" || signedIn.session === null) throw new Error(signedIn.outcome);
      const session = signedIn.session.bearer;
      const started = await accounts.startChallenge({ ...of, session, purpose: "payout" });
      if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
      await one.clock.advance(minute);
      return { tenantId, id: started.challenge.id, session, authenticatorId: app };
    };
    const check = state === "pending" ? await begin() : await raise();
    const slow = overtaken(one, ["session"], async () => {
      expect(await accounts.endSessions(of)).toBe(true);
      await one.clock.advance(1);
    });
    const late = await slow.checkChallenge({ ...check, code: appCode() });
    expect(late).toEqual({ outcome: "challengeNotFound" });
    expect(await accounts.sessions(of)).toEqual([]);
  });
});
