import { expect, test } from "vitest";
import { openTestInstance, wrongCode } from "../../test/support/instance.ts";

const to = "Ada.Lovelace@Example.com";
const sent = "ada.lovelace@example.com";

test("an e-mail address is verified by the code that came to it, within the limits of a number", async () => {
  const one = await openTestInstance();
  const { id, channel, to: shown } = await one.start({ to });
  expect([channel, shown]).toEqual(["email", sent]);
  const code = one.codeOn(sent);
  const { tenantId } = one;
  for (let n = 1; n < 5; n++) {
    const wrong = await one.engine.check({ tenantId, id, code: wrongCode(code, n) });
    expect(wrong.outcome).toBe("codeMismatch");
  }
  expect((await one.engine.check({ tenantId, id, code, to: "other@example.com" })).outcome).toBe("exhausted");
  await one.clock.advance(5 * 60_000);
  const again = await one.start({ to, channel: "email" });
  const right = await one.engine.check({ tenantId, id: again.id, code: one.codeOn(sent), to });
  expect(right.outcome).toBe("approved");
});

test("what cannot be reached in this way is refused by name, before anything is sent", async () => {
  const one = await openTestInstance();
  const waitMs = 60_000;
  const [sms, email] = [
    { channel: "sms", waitMs },
    { channel: "email", waitMs },
  ] as const;
  for (const [field, request] of [
    ["workflow", { to: "+14155550123", workflow: [sms, email] }],
    ["channel", { to: "+14155550123", workflow: [email] }],
    ["channel", { to, workflow: [email, sms] }],
    ["channel", { to, channel: "voice" }],
    ["to", { to: "ada@" }],
    ["to", { to: "ada@example.com,bob@example.com" }],
    ["to", { to: "ada@example.com\nbcc: bob@example.com" }],
  ] as const) {
    const refused = await one.tryStart(request);
    expect(refused, JSON.stringify(request)).toMatchObject({ outcome: "requestInvalid", field });
  }
  expect(one.sandbox?.phones.list()).toEqual([]);
});
