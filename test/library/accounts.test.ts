import { expect, test } from "vitest";
import { instanceOf } from "../../src/library/countersign.ts";
import { alice, bob } from "../support/instance-values.ts";
import { open } from "./open.ts";

test("an application with a users table of its own enrols a phone, and challenges it at login", async () => {
  const { countersign, clock } = await open();
  const { subscribers, challenges } = countersign;
  const name = "user-17";
  expect((await subscribers.create({ name })).outcome).toBe("created");
  expect(await challenges.start({ name, binding: "session-1" })).toEqual({ outcome: "notEnrolled" });
  const enrolled = await subscribers.enrolPhone({ name, number: alice });
  if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
  await countersign.tick();
  const code = (): string => /\d{6}/.exec(countersign.phones?.messages(alice)[0]?.text ?? "")?.[0] ?? "";
  const { id: authenticatorId } = enrolled.authenticator;
  const binding = `authenticator:${authenticatorId}`;
  expect(await countersign.get({ id: enrolled.verification.id, binding })).toBeNull();
  expect(await countersign.start({ to: bob, binding })).toMatchObject({
    outcome: "requestInvalid",
    field: "binding",
  });
  const confirmed = await subscribers.confirm({ name, authenticatorId, code: code() });
  expect(confirmed).toMatchObject({ outcome: "confirmed", session: null });

  await clock.suspend(300_000);
  for (const wrong of [undefined, 7, {}, "no such language"]) {
    const refused = await subscribers.update({ name, locale: wrong as string });
    expect(refused).toMatchObject({ outcome: "requestInvalid", field: "locale" });
  }
  expect(await subscribers.update({ name, locale: "de" })).toMatchObject({ subscriber: { locale: "de" } });
  const started = await challenges.start({ name, binding: "session-1", passwordChecked: true });
  if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
  const { id } = started.challenge;
  expect((await challenges.send({ id, binding: "session-1", authenticatorId })).outcome).toBe("sent");
  await countersign.tick();
  expect(countersign.phones?.messages(alice)[0]?.text).toContain("ist Ihr");
  const stolen = await challenges.check({ id, binding: "session-2", code: code() });
  expect(stolen).toEqual({ outcome: "challengeNotFound" });
  const approved = await challenges.check({ id, binding: "session-1", code: code() });
  expect(approved).toMatchObject({
    outcome: "approved",
    assurance: { aal: 2, restricted: true, phishingResistant: false },
    session: null,
  });
  expect(await subscribers.list()).toMatchObject([{ name, authenticators: [{ type: "phone" }] }]);
  for (const wrong of ["true", 1, null]) {
    const asked = { name, erase: wrong as unknown as boolean };
    await expect(subscribers.remove(asked)).rejects.toThrow("`erase` must be true or false");
  }
  const { store } = instanceOf(countersign);
  expect(await store.scan("verification", null, 10)).not.toEqual([]);
  expect(await subscribers.remove({ name, erase: true })).toBe(true);
  expect([await store.scan("verification", null, 10), await store.scan("recipient", null, 10)]).toEqual([
    [],
    [],
  ]);
});

test("what a form makes of its fields signs nobody in, and throws nothing", async () => {
  const { sessions, challenges } = (await open()).countersign;
  for (const wrong of [undefined, null, 7, ["a", "b"], {}, "x".repeat(100_000)]) {
    const given = wrong as string;
    expect((await sessions.signIn({ name: given, password: given })).outcome).toMatch(/^signIn/);
    expect((await sessions.check({ session: given })).outcome).toBe("sessionInvalid");
    expect((await challenges.check({ id: given, code: given })).outcome).toBe("challengeNotFound");
  }
});
