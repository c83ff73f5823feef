import { describe, expect, test } from "vitest";
import type { Operation } from "./contract.ts";
import { type Answer, type Call, freshNumber, type Installation } from "./installation.ts";

/** Sends what an operation must refuse, and remembers with which problem it did. */
export type Provoke = (operationId: string, asked: Call) => Promise<Answer>;

const verbs = [
  "checkVerification",
  "resendVerification",
  "advanceVerification",
  "settleVerification",
  "cancelVerification",
];

interface Verbs {
  expectOf(operationId: string, id: string, code: string, body?: unknown): Promise<Answer>;
  wrongCodes(id: string, code: string, count: number): Promise<void>;
}

function verbsOf(byId: ReadonlyMap<string, Operation>, provoke: Provoke): Verbs {
  /** Sends a verb about a verification and expects a problem. */
  async function expectOf(operationId: string, id: string, code: string, body?: unknown): Promise<Answer> {
    const one = byId.get(operationId);
    if (one === undefined) throw new Error(`there is no operation ${operationId}`);
    const given = body ?? (operationId === "checkVerification" ? { code: "000000" } : undefined);
    const asked = operationId === "settleVerification" ? { status: "approved" } : given;
    const answer = await provoke(operationId, {
      method: one.method,
      path: one.path.replace("{id}", id),
      ...(asked === undefined ? {} : { body: asked }),
    });
    expect(answer.json?.code, `${operationId}: ${answer.text}`).toBe(code);
    return answer;
  }

  async function wrongCodes(id: string, code: string, count: number): Promise<void> {
    const wrong = code === "000000" ? "000001" : "000000";
    for (let index = 0; index < count; index++) {
      await provoke("checkVerification", {
        method: "POST",
        path: `/verifications/${id}/check`,
        body: { code: wrong },
      });
    }
  }

  return { expectOf, wrongCodes };
}

/** What starts, and the verbs about a verification, refuse with. */
export function problemsOfVerifications(
  installation: Installation,
  byId: ReadonlyMap<string, Operation>,
  provoke: Provoke,
): void {
  const all = verbsOf(byId, provoke);
  problemsOfVerbs(installation, all);
  problemsOfStarts(installation, all, provoke);
}

function problemsOfVerbs(
  { call, clock, ...installation }: Installation,
  { expectOf, wrongCodes }: Verbs,
): void {
  describe("a verification refuses", () => {
    test.each([...verbs, "getVerification"])("%s where there is none", async (verb) => {
      await expectOf(verb, "019b796d-d600-7b75-97b3-db45180a1f55", "verification_not_found");
    });

    test.each(verbs)("%s once it is settled", async (verb) => {
      const { id } = await installation.start();
      const status = verb === "cancelVerification" ? "approved" : "canceled";
      await call({ method: "POST", path: `/verifications/${id}/settle`, body: { status } });
      await expectOf(verb, id, "verification_settled");
    });

    test.each(verbs)("%s once it has expired", async (verb) => {
      const { id } = await installation.start();
      const endedAt = new Date(clock.now() + 5 * 60_000).toISOString();
      await clock.advance(46 * 60_000);
      const { json } = await expectOf(verb, id, "verification_expired");
      expect(json.detail).toContain(endedAt);
    });

    test.each(verbs)("%s once it is exhausted", async (verb) => {
      const { id, code } = await installation.start();
      await wrongCodes(id, code, 5);
      await expectOf(verb, id, "verification_exhausted");
    });

    test("a wrong code with what is left, one that is none, and one that is too old", async () => {
      const { id, code } = await installation.start({ service: "short" });
      const wrong = code === "000000" ? "000001" : "000000";
      const answer = await expectOf("checkVerification", id, "code_mismatch", { code: wrong });
      expect(answer.json.checksLeft).toBe(4);
      await expectOf("checkVerification", id, "code_malformed", { code: "12345" });
      await clock.advance(30_000);
      await expectOf("checkVerification", id, "code_expired", { code });
    });

    test("a resend that comes too soon, or is one too many, with the time to come back", async () => {
      const { id } = await installation.start();
      for (const verb of ["resendVerification", "advanceVerification"]) {
        const answer = await expectOf(verb, id, "resend_too_soon");
        expect(Number(answer.headers["retry-after"])).toBe(30);
        expect(Date.parse(answer.json.retryAt)).toBe(clock.now() + 30_000);
        const single = await installation.start({ service: "once" });
        await expectOf(verb, single.id, "send_limit_reached");
      }
    });

    test("a next step where there is none, and a cancel that comes too early", async () => {
      const { id } = await installation.start({ channel: "sms" });
      await expectOf("advanceVerification", id, "no_further_step");
      const slow = await installation.start({ service: "slow" });
      expect((await expectOf("cancelVerification", slow.id, "cancel_refused")).json).toHaveProperty(
        "retryAt",
      );
    });
  });
}

function problemsOfStarts(
  { call, clock, ...installation }: Installation,
  { expectOf, wrongCodes }: Verbs,
  provoke: Provoke,
): void {
  describe("a start refuses", () => {
    const start = async (body: object, code: string): Promise<Answer> => {
      const answer = await provoke("startVerification", { method: "POST", path: "/verifications", body });
      expect(answer.json?.code, answer.text).toBe(code);
      return answer;
    };

    test("what is no number, a number that is never sent to, and a service that is not there", async () => {
      expect((await start({ to: "+1415" }, "number_invalid")).json.reason).toBe("too_short");
      expect((await start({ to: "+870773111632" }, "number_not_allowed")).json.reason).toBe("range_denied");
      await start({ to: freshNumber(), service: "nobody" }, "service_not_found");
    });

    test("a second message that comes too soon, and a rival of a pending verification", async () => {
      const to = freshNumber();
      await installation.start({ to });
      expect((await start({ to }, "send_limit_reached")).json.limit).toBe("wait");
      const other = freshNumber();
      const rival = { to: other, service: "refusing" };
      const { id } = await installation.start({ ...rival, binding: "mine" });
      const told = (await start({ ...rival, binding: "mine" }, "verification_pending")).json.detail;
      expect(told).toContain(
        `Verification ${id} is pending until ${new Date(clock.now() + 5 * 60_000).toISOString()}`,
      );
      const hidden = (await start({ ...rival, binding: "theirs" }, "verification_pending")).json.detail;
      expect(hidden).toMatch(
        /^A verification of this recipient is pending, started with another binding or with none: [^\d]*$/,
      );
    });

    test("a locked recipient, whose checks are refused too, until the tenant opens it", async () => {
      const to = freshNumber();
      const first = await installation.start({ to, channel: "sms" });
      await wrongCodes(first.id, first.code, 5);
      await clock.advance(60_000);
      const second = await installation.start({ to, channel: "sms" });
      await clock.advance(60_000);
      const third = await installation.start({ to, channel: "sms" });
      await wrongCodes(second.id, second.code, 5);
      await expectOf("checkVerification", third.id, "recipient_locked", { code: third.code });
      await start({ to }, "recipient_locked");
      const lock = { method: "DELETE", path: `/numbers/${encodeURIComponent(to)}/lock` };
      expect((await call(lock)).status).toBe(204);
      const path = `/verifications/${third.id}/check`;
      expect((await call({ method: "POST", path, body: { code: third.code } })).status).toBe(200);
    });
  });
}
