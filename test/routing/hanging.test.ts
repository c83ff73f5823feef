import { expect, test } from "vitest";
import { openTestInstance } from "../support/instance.ts";
import { notSent, scriptedProvider } from "../support/scripted-provider.ts";

test("R-11: a mail server that hangs under a thousand messages holds back no text, not even one that is tried again", async () => {
  const texts = scriptedProvider("texts", ["sms"]);
  const mail = scriptedProvider("mail", ["email"]);
  mail.plan(...Array.from({ length: 2_000 }, () => "silent" as const));
  texts.plan("accept", notSent);
  const one = await openTestInstance({ sandbox: false, providers: [texts, mail] });
  one.engine.run();
  await Promise.all(
    Array.from({ length: 1_000 }, (_, n) => one.tryStart({ to: `p${n}@example.com`, channel: "email" })),
  );
  // Half of the room, and what was decided in the turn that filled it.
  expect(mail.received.length).toBeGreaterThanOrEqual(256);
  expect(mail.received.length).toBeLessThan(512);
  await one.tryStart({ to: "+14155550123", channel: "sms" });
  await one.clock.advance(0);
  expect(texts.received).toHaveLength(1);
  await one.tryStart({ to: "+14155550124", channel: "sms" });
  await one.clock.advance(1_000);
  expect(texts.received.map(({ to }) => to.slice(-1))).toEqual(["3", "4", "4"]);
  // Whoever waits has its turn when the carrier has let go of others.
  const before = mail.received.length;
  await one.clock.advance(5_000);
  expect(mail.received.length).toBeGreaterThan(before + 200);
});
