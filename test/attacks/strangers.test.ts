import { describe, expect, test } from "vitest";
import { alice, mallory, openTestInstance, wrongCode } from "../support/instance.ts";
import { openApi } from "./http.ts";

const second = 1_000;

describe("C-49: two browsers, one number", () => {
  test("a stranger neither sees, burns nor cancels the victim's verification; both share the budgets", async () => {
    const one = await openTestInstance();
    const { tenantId, engine } = one;
    const policy = { ifPending: "continue", resendWaitsMs: [] } as const;
    const a = { tenantId, binding: "browser-a" };
    const mine = await one.start({ to: alice, policy, binding: "browser-a" });
    const codeOfA = one.codeOn(alice);

    for (const binding of ["browser-b", undefined]) {
      const stranger = await one.start({ to: alice, policy, ...(binding === undefined ? {} : { binding }) });
      expect(stranger.id).not.toBe(mine.id);
      expect(stranger.checksLeft).toBe(5);
      const codeOfB = one.codeOn(alice);
      const b = { tenantId, binding };
      // With A's id he finds nothing: not its state, not its checks, no message, no cancel.
      expect(await engine.get({ ...b, id: mine.id })).toBeNull();
      for (const verb of ["resend", "next", "cancel"] as const) {
        expect(await engine[verb]({ ...b, id: mine.id })).toMatchObject({
          outcome: "notFound",
          verification: null,
        });
      }
      expect(await engine.settle({ ...b, id: mine.id, status: "canceled" })).toMatchObject({
        outcome: "notFound",
      });
      const stolen = await engine.check({ ...b, id: mine.id, code: codeOfA });
      expect(stolen).toMatchObject({ outcome: "notFound", verification: null });
      // On his own he may guess, ask again and cancel.
      expect(codeOfB).not.toBe(codeOfA);
      expect((await engine.check({ ...b, id: stranger.id, code: wrongCode(codeOfB) })).outcome).toBe(
        "codeMismatch",
      );
      expect((await engine.resend({ ...b, id: stranger.id })).outcome).toBe("sent");
      expect((await engine.cancel({ ...b, id: stranger.id })).outcome).toBe("canceled");
    }

    expect(await engine.get({ ...a, id: mine.id })).toMatchObject({
      status: "pending",
      checksLeft: 5,
      sends: 1,
    });
    const again = await one.tryStart({ to: alice, policy, binding: "browser-a" });
    expect(again).toMatchObject({ outcome: "continued", verification: { id: mine.id } });
    await engine.tick();
    // Five sends before, one now: the recipient counts them all.
    expect(one.codesOn(alice)).toHaveLength(6);
    expect((await engine.check({ ...a, id: mine.id, code: codeOfA })).outcome).toBe("approved");
  });

  test("refuse tells the stranger that something is pending, and not what", async () => {
    const one = await openTestInstance();
    const policy = { ifPending: "refuse", resendWaitsMs: [] } as const;
    const mine = await one.start({ to: alice, policy, binding: "browser-a" });
    for (const binding of ["browser-b", undefined]) {
      const refused = await one.tryStart({
        to: alice,
        policy,
        ...(binding === undefined ? {} : { binding }),
      });
      expect(JSON.stringify(refused)).not.toContain(mine.id);
      expect(refused.outcome).toBe("verificationPending");
    }
    const told = await one.tryStart({ to: alice, policy, binding: "browser-a" });
    expect(told).toMatchObject({ outcome: "verificationPending", verificationId: mine.id });
  });
});

describe("another tenant, another verification", () => {
  test("A-4: a code is good for its own verification alone, though the number is the same", async () => {
    const one = await openTestInstance();
    const { tenantId, engine } = one;
    const first = await one.start({ to: alice, policy: { resendWaitsMs: [] }, codeLength: 8 });
    const second_ = await one.start({ to: alice, policy: { resendWaitsMs: [] }, codeLength: 8 });
    const [codeOne = "", codeTwo = ""] = one.codesOn(alice);
    expect((await engine.check({ tenantId, id: second_.id, code: codeOne })).outcome).toBe("codeMismatch");
    expect((await engine.check({ tenantId, id: first.id, code: codeTwo })).outcome).toBe("codeMismatch");
    expect((await engine.check({ tenantId, id: first.id, code: codeOne })).outcome).toBe("approved");
  });

  test("W-2: another tenant finds nothing", async () => {
    const one = await openTestInstance();
    const { id } = await one.start({ to: alice });
    const foreign = { tenantId: "0199f000-0000-7000-8000-000000000000", id };
    expect((await one.engine.check({ ...foreign, code: one.codeOn(alice) })).outcome).toBe("notFound");
    expect(await one.engine.get(foreign)).toBeNull();
    expect((await one.engine.cancel(foreign)).outcome).toBe("notFound");
  });

  test("C-14: an approval names the recipient and the subject that it is for", async () => {
    const one = await openTestInstance();
    const { tenantId } = one;
    const { id } = await one.start({ to: mallory, subject: "mallory", purpose: "login" });
    const code = one.codeOn(mallory);
    const swapped = { tenantId, id, code, to: alice, subject: "alice" };
    expect((await one.engine.check(swapped)).outcome).toBe("codeMismatch");
    const approved = await one.engine.check({ tenantId, id, code });
    expect(approved).toMatchObject({
      outcome: "approved",
      verification: { to: mallory, subject: "mallory", purpose: "login" },
    });
  });
});

describe("C-40: the clock steps back one hour", () => {
  test("what had expired stays so, what was approved too, and new verifications work", async () => {
    const one = await openTestInstance();
    const { tenantId, engine } = one;
    const first = await one.start({ to: alice });
    const code = one.codeOn(alice);
    one.clock.jumpTo(first.endsAt);
    expect((await engine.check({ tenantId, id: first.id, code })).outcome).toBe("expired");
    one.clock.jumpTo(first.endsAt - 3_600 * second);
    expect((await engine.check({ tenantId, id: first.id, code })).outcome).toBe("expired");

    const next = await one.start({ to: mallory });
    const check = await engine.check({ tenantId, id: next.id, code: one.codeOn(mallory) });
    expect(check.outcome).toBe("approved");
  });

  test("nor does one revive whose expiry nobody had seen", async () => {
    const one = await openTestInstance();
    const { tenantId, engine } = one;
    const { id, endsAt } = await one.start({ to: alice });
    const code = one.codeOn(alice);
    one.clock.jumpTo(endsAt + second);
    one.clock.jumpTo(endsAt + second - 3_600 * second);
    expect((await engine.get({ tenantId, id }))?.status).toBe("expired");
    expect((await engine.check({ tenantId, id, code })).outcome).toBe("expired");
    expect((await engine.resend({ tenantId, id })).outcome).toBe("expired");
  });

  test("a lock does not open because the clock went back", async () => {
    const one = await openTestInstance();
    const { tenantId, engine } = one;
    const policy = { resendWaitsMs: [] as readonly number[] };
    for (let round = 0; round < 2; round++) {
      const { id } = await one.start({ to: alice, policy });
      const right = one.codeOn(alice);
      for (let nth = 1; nth <= 5; nth++) await engine.check({ tenantId, id, code: wrongCode(right, nth) });
    }
    one.clock.jumpTo(one.clock.now() - 3_600 * second);
    expect((await one.tryStart({ to: alice, policy })).outcome).toBe("recipientLocked");
  });
});

describe("C-17: what a client is told decides nothing", () => {
  test("an answer is 200 only when the code was right, whatever the body says", async () => {
    const one = await openTestInstance();
    const api = openApi(one);
    const { id } = await one.start({ to: alice });
    const wrong = wrongCode(one.codeOn(alice));
    const path = `/verifications/${id}/check`;
    const forged = { code: wrong, status: "approved", approved: true, checks: [] };
    expect((await api.post(path, forged)).statusCode).toBe(422);
    const refused = await api.post(path, { code: wrong });
    expect([refused.statusCode, refused.json().code]).toEqual([422, "code_mismatch"]);
    expect((await api.get(`/verifications/${id}`)).json().status).toBe("pending");
    expect((await api.post(path, { code: one.codeOn(alice) })).json()).toMatchObject({
      status: "approved",
      to: alice,
    });
    expect((await api.post(path, { code: one.codeOn(alice) })).statusCode).toBe(409);
    expect((await api.post(path, { code: wrong })).statusCode).toBe(409);
  });
});
