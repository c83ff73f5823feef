import { expect, test } from "vitest";
import { openTestInstance } from "../../../test/support/instance.ts";

const password = "nine rowing margarets";

test("nobody new is called what looks like somebody else", async () => {
  const { accounts, tenantId } = await openTestInstance();
  const create = async (name: string) =>
    (await accounts.createSubscriber({ tenantId, name, password })).outcome;
  expect(await create("ada lovelace")).toBe("created");
  // Selectors, fillers, joiners and blanks that leave nothing on a page.
  for (const hidden of [
    "\ufe0f",
    "\u034f",
    "\u115f",
    "\u3164",
    "\u180b",
    "\u17b4",
    "\u2800",
    "\u200b",
    "\u00ad",
  ]) {
    expect(await create(`ada${hidden} lovelace`)).toBe("requestInvalid");
  }
  expect(await create("ada  lovelace")).toBe("requestInvalid");
  // What is composed in another way, wider or in capitals is the same name.
  expect(await create("ＡDA\u00a0Lovelace ")).toBe("nameTaken");
  expect(await create("adä")).toBe("created");
});

test("what something is called holds nothing that is not seen, on enrolment as later", async () => {
  const { accounts, tenantId } = await openTestInstance();
  const created = await accounts.createSubscriber({ tenantId, name: "ada", password, mustHaveSecond: false });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const { id: subscriberId } = created.subscriber;
  const enrol = async (label: string) => {
    const enrolled = await accounts.enrolTotp({ tenantId, subscriberId, label, issuer: label });
    return enrolled.outcome === "enrolled" ? enrolled.authenticator.name : enrolled.outcome;
  };
  expect(await enrol("My\u202e app\0")).toBe("My app");
  expect(await enrol("half \ud83d")).toBe("half \ufffd");
  expect(await enrol(" \u0007 ")).toBe("Authenticator app");
  expect(await enrol("👩\u200d💻")).toBe("👩\u200d💻");
  const signedIn = await accounts.signIn({
    tenantId,
    name: "ada",
    password,
    browser: "Fire\u001b[2Jfox\u202e",
  });
  expect(signedIn).toMatchObject({ outcome: "signedIn", session: { session: { browser: "Fire[2Jfox" } } });
});
