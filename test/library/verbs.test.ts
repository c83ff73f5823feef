import { describe, expect, test } from "vitest";
import { StorageUnavailable } from "../../src/index.ts";
import { begin, open, to, wrong } from "./open.ts";

describe("the verbs of the library", () => {
  test("M-14: start, wrong code, right code: approved once, with recipient and subject in the answer", async () => {
    const { countersign } = await open();
    const started = await countersign.start({ to: "+1 415 555 0123", subject: "user-17", binding: "b" });
    if (started.outcome !== "started") throw new Error(started.outcome);
    await countersign.tick();
    const code = countersign.phones?.messages(to)[0]?.code ?? "";
    const asked = { id: started.verification.id, to, subject: "user-17", binding: "b" };
    const missed = await countersign.check({ ...asked, code: wrong(code) });
    expect(missed).toMatchObject({ outcome: "codeMismatch", checksLeft: 4 });
    const approved = await countersign.check({ ...asked, code });
    expect(approved).toMatchObject({
      outcome: "approved",
      verification: { to, subject: "user-17", status: "approved" },
    });
    expect(Object.keys(approved).sort()).toEqual(["outcome", "verification"]);
    expect(await countersign.check({ ...asked, code })).toMatchObject({
      outcome: "settled",
      status: "approved",
    });
  });

  test("M-01, M-10, C-14: a code for another number is wrong, whoever's session it comes from, and counts", async () => {
    const { countersign } = await open();
    const own = await begin(countersign, { to: "+14155550199" });
    const victim = await begin(countersign, { to });
    // The attacker's own verification, presented for the victim's number.
    expect(await countersign.check({ id: own.id, to, code: own.code })).toMatchObject({
      outcome: "codeMismatch",
      checksLeft: 4,
    });
    expect(await countersign.check({ id: victim.id, to, code: own.code })).toMatchObject({
      outcome: "codeMismatch",
    });
  });

  test("M-10: without `to` a check is a mistake of the application and throws; nothing is counted", async () => {
    const { countersign } = await open();
    const { id, code } = await begin(countersign);
    for (const missing of [undefined, null, "", ["+14155550123"]]) {
      const asked = { id, code, to: missing as unknown as string };
      await expect(countersign.check(asked)).rejects.toThrow(/`to` is missing.*from your session/);
    }
    const found = await countersign.get({ id });
    expect(found).toMatchObject({ status: "pending", checksLeft: 5, checks: [] });
  });

  test("M-02, C-09: what a form can bring as code or id is refused without counting", async () => {
    const { countersign } = await open();
    const { id, code } = await begin(countersign);
    for (const odd of [
      "constructor",
      "__proto__",
      "toString",
      "",
      undefined,
      null,
      123456,
      [code],
      { $ne: 1 },
    ]) {
      const asked = { id, to, code: odd as unknown as string };
      expect((await countersign.check(asked)).outcome, String(odd)).toBe("codeMalformed");
      const unknown = await countersign.check({ id: odd as unknown as string, to, code });
      expect(unknown).toEqual({ outcome: "notFound", verification: null });
    }
    expect((await countersign.check({ id, to, code })).outcome).toBe("approved");
  });

  test("A-17: another binding, or none, finds nothing in any verb", async () => {
    const { countersign } = await open();
    const { id, code } = await begin(countersign, { binding: "alice" });
    for (const binding of ["bob", undefined]) {
      const asked = { id, binding };
      const nothing = { outcome: "notFound", verification: null };
      expect(await countersign.check({ ...asked, to, code })).toEqual(nothing);
      expect(await countersign.resend(asked)).toEqual(nothing);
      expect(await countersign.next(asked)).toEqual(nothing);
      expect(await countersign.cancel(asked)).toEqual(nothing);
      expect(await countersign.settle({ ...asked, status: "approved" })).toEqual(nothing);
      expect(await countersign.get(asked)).toBeNull();
    }
    const list = ["alice"] as unknown as string;
    await expect(countersign.get({ id, binding: list })).rejects.toThrow("`binding` must be a text");
    expect((await countersign.check({ id, binding: "alice", to, code })).outcome).toBe("approved");
  });

  test("M-15: resend waits, next calls, cancel ends, and the tenant may settle", async () => {
    const { countersign, clock } = await open();
    const { id, code } = await begin(countersign);
    const early = await countersign.resend({ id });
    expect(early).toMatchObject({ outcome: "resendTooSoon", retryAt: clock.now() + 30_000 });
    await clock.suspend(30_000);
    expect(await countersign.resend({ id })).toMatchObject({ outcome: "sent", verification: { sends: 2 } });
    await clock.suspend(60_000);
    await countersign.tick();
    const channels = countersign.phones?.messages(to).map((one) => [one.channel, one.code]);
    expect(channels).toEqual([
      ["voice", code],
      ["sms", code],
      ["sms", code],
    ]);
    expect(await countersign.next({ id })).toMatchObject({ outcome: "noFurtherStep" });
    expect(await countersign.cancel({ id })).toMatchObject({ outcome: "canceled" });
    expect((await countersign.check({ id, to, code })).outcome).toBe("settled");
    const other = await begin(countersign, { to: "+14155550124" });
    const settled = await countersign.settle({ id: other.id, status: "approved" });
    expect(settled).toMatchObject({ outcome: "approved", verification: { settledByTenant: true } });
    const status = "pending" as unknown as "approved";
    await expect(countersign.settle({ id, status })).rejects.toThrow("approved or canceled");
  });

  test("every refusal of a check but `notFound` carries the verification", async () => {
    const { countersign, clock } = await open();
    const { id, code } = await begin(countersign);
    for (let left = 4; left > 0; left--) await countersign.check({ id, to, code: wrong(code) });
    const last = await countersign.check({ id, to, code: wrong(code) });
    expect(last).toMatchObject({ outcome: "exhausted", verification: { id, checksLeft: 0 } });
    const second = await begin(countersign, { to: "+14155550125" });
    await clock.suspend(600_000);
    const late = await countersign.check({ ...second, to: "+14155550125" });
    expect(late).toMatchObject({ outcome: "expired", verification: { id: second.id, status: "expired" } });
  });

  test("M-07, M-08: what cannot be started says why, and has no verification", async () => {
    const { countersign } = await open();
    const refused = async (more: object): Promise<unknown> => countersign.start({ to, ...more });
    for (const bad of ["12345", "", undefined, [to]]) {
      expect(await refused({ to: bad })).toMatchObject({ outcome: "numberInvalid", verification: null });
    }
    const tooLong = "x".repeat(201);
    const fields = { subject: tooLong, payee: tooLong, clientRef: tooLong, service: "", binding: 7 };
    for (const [field, value] of Object.entries({ ...fields, purpose: "No", metadata: { a: 1 } })) {
      expect(await refused({ [field]: value })).toMatchObject({ outcome: "requestInvalid", field });
    }
    expect(await refused({ codeLength: 4 })).toMatchObject({
      outcome: "requestInvalid",
      field: "codeLength",
    });
    expect(await refused({ service: "none" })).toMatchObject({ outcome: "serviceNotFound" });
  });

  test("R-11: after close every verb throws StorageUnavailable, and close can be called again", async () => {
    const { countersign } = await open();
    const { id, code } = await begin(countersign);
    await countersign.close();
    await countersign.close();
    await expect(countersign.start({ to })).rejects.toThrow(StorageUnavailable);
    await expect(countersign.check({ id, to, code })).rejects.toThrow(StorageUnavailable);
    await expect(countersign.get({ id })).rejects.toThrow(StorageUnavailable);
  });
});
