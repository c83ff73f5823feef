import { expect, test } from "vitest";
import { adaWithPassword, day, minute, newPassword, number, password } from "../../../test/support/ada.ts";
import { openTestInstance, type TestInstance } from "../../../test/support/instance.ts";
import { codeOfApp } from "../../../test/support/totp-code.ts";
import { isEnough, type Proof, type ProofKind } from "../../accounts/index.ts";

const enrollable = ["phone", "totp", "recoveryCode", "email"] as const;
type Method = (typeof enrollable)[number] | "password";

function subsets<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = 2 ** all.length;
  return Array.from({ length: count }, (_, n) =>
    all.filter((_one, bit) => Math.floor(n / 2 ** bit) % 2 === 1),
  );
}

/** Somebody who enrolled these, each after the first with a step-up, and how they show what they still have. */
async function enrolled(one: TestInstance, which: readonly Method[], name: string, index: number) {
  const { accounts, tenantId, clock, engine } = one;
  const created = await accounts.createSubscriber({ tenantId, name, password });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const of = { tenantId, subscriberId: created.subscriber.id };
  const number = `+141555501${String(index).padStart(2, "0")}`;
  const address = `${name}@example.com`;
  const has = new Set<Method>();
  let seed = "";
  let codes: readonly string[] = [];
  let usedCodes = 0;
  const arrived = async (to: string): Promise<string> => {
    await engine.tick();
    return one.sandbox?.phones.messages(to).find(({ code }) => code !== null)?.code ?? "";
  };
  const shown: Readonly<Record<Method, () => Promise<string>>> = {
    phone: () => arrived(number),
    email: () => arrived(address),
    totp: async () => codeOfApp(seed, clock.now()),
    recoveryCode: async () => codes[usedCodes++ % 10] ?? "",
    password: async () => password,
  };
  const stepUp = async (): Promise<string | undefined> => {
    await clock.advance(2 * minute);
    const by = (["totp", "phone", "recoveryCode"] as const).find((method) => has.has(method));
    if (by === undefined) return undefined;
    const started = await accounts.startChallenge({ ...of, purpose: "manage" });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const types = { totp: "totp", phone: "phone", recoveryCode: "recoveryCodes" } as const;
    const authenticatorId = started.authenticators.find(({ type }) => type === types[by])?.id ?? "";
    const on = { tenantId, id: started.challenge.id, authenticatorId };
    if (by === "phone") await accounts.sendChallenge(on);
    expect(await accounts.checkChallenge({ ...on, code: await shown[by]() })).toMatchObject({
      outcome: "approved",
    });
    return on.id;
  };
  const confirm = async (authenticatorId: string, method: Method): Promise<void> => {
    const confirmed = await accounts.confirmAuthenticator({
      ...of,
      authenticatorId,
      code: await shown[method](),
    });
    expect(confirmed.outcome).toBe("confirmed");
  };
  for (const method of which) {
    const vouched = { ...of, stepUp: await stepUp() };
    const made =
      method === "phone"
        ? await accounts.enrolPhone({ ...vouched, number })
        : method === "email"
          ? await accounts.enrolEmail({ ...vouched, address })
          : method === "totp"
            ? await accounts.enrolTotp({ ...vouched, issuer: "Acme" })
            : await accounts.makeRecoveryCodes(vouched);
    if (made.outcome !== "enrolled") throw new Error(`${method}: ${made.outcome}`);
    if ("seed" in made) seed = made.seed;
    if ("codes" in made) codes = made.codes;
    else await confirm(made.authenticator.id, method);
    has.add(method);
  }
  return shown;
}

test("L-5: over every set of enrolled authenticators and every loss, two methods recover and one never does", async () => {
  const one = await openTestInstance();
  const { accounts, tenantId, clock } = one;
  let recoveries = 0;
  for (const [index, which] of subsets(enrollable).entries()) {
    const name = `ada${index}`;
    const shown = await enrolled(one, which, name, index);
    // An address that was added without an authenticator is one to write to, and no more.
    const helping = which.filter((method) => method !== "email" || which.length > 1);
    const held: readonly (readonly Method[])[] = subsets<Method>([...helping, "password"]);
    for (const kept of held) {
      await clock.advance(day);
      const { recovery } = await accounts.startRecovery({ tenantId, name });
      const said: string[] = [];
      // There are ten recovery codes only: where two others are kept, those are shown.
      const order = [...kept].sort((a, b) => Number(a === "recoveryCode") - Number(b === "recoveryCode"));
      for (const method of order.slice(0, 3)) {
        if (method === "phone" || method === "email") {
          await accounts.sendRecovery({ tenantId, recovery, method });
        }
        const code = said.length === 2 ? "000000" : await shown[method]();
        const asked = { tenantId, recovery, method, code };
        said.push((await accounts.checkRecovery(asked)).outcome);
      }
      // The first proves, the second is enough, and after that there is nothing more to show.
      const expected = ["proven", "approved", "recoveryInvalid"].slice(0, Math.min(kept.length, 3));
      expect([which, kept, said]).toEqual([which, kept, expected]);
      if (kept.length < 2) {
        expect((await accounts.completeRecovery({ tenantId, recovery })).outcome).toBe("recoveryInvalid");
      }
      recoveries += 1;
    }
    // What they never enrolled helps nobody, and is not told from a wrong code.
    const missing = (["phone", "email", "totp", "recoveryCode"] as const).filter(
      (method) => !(helping as readonly string[]).includes(method),
    );
    const { recovery } = await accounts.startRecovery({ tenantId, name });
    for (const method of missing) {
      const code = method === "recoveryCode" ? "0000-0000-0000-0" : "000000";
      const asked = { tenantId, recovery, method, code };
      expect((await accounts.checkRecovery(asked)).outcome).toBe("codeMismatch");
    }
  }
  // 2 to the number of what helps, and the password: each set of four, but for the address alone.
  expect(recoveries).toBe(2 * 3 ** 4 - 2);
});

test("L-5: an address that took no more than a password gives nobody an account back, and is sent nothing for it", async () => {
  const { accounts, of, tenantId, texts, confirm, codeOn, one } = await adaWithPassword();
  const thief = "mallory@example.com";
  await confirm(await accounts.enrolEmail({ ...of, address: thief }), codeOn(thief));
  await confirm(await accounts.enrolPhone({ ...of, number }), codeOn(number));
  await texts(thief);
  one.sandbox?.phones.clear();
  await one.clock.advance(2 * day);
  const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
  const by = { tenantId, recovery };
  expect((await accounts.checkRecovery({ ...by, method: "password", code: password })).outcome).toBe(
    "proven",
  );
  // As for whoever has no address: it is said to be sent, and nothing is.
  expect(await accounts.sendRecovery({ ...by, method: "email" })).toEqual({ outcome: "sent" });
  expect(await texts(thief)).toEqual([]);
  const code = one.sandbox?.phones.messages(thief).find((text) => text.code !== null)?.code ?? "000000";
  const shown = await accounts.checkRecovery({ ...by, method: "email", code });
  expect(shown).toEqual({ outcome: "codeMismatch", checksLeft: 4 });
  const done = await accounts.completeRecovery({ ...by, password: newPassword });
  expect(done).toEqual({ outcome: "recoveryInvalid" });
  // Her own phone and the password do.
  await accounts.sendRecovery({ ...by, method: "phone" });
  const own = await accounts.checkRecovery({ ...by, method: "phone", code: await codeOn(number)() });
  expect(own.outcome).toBe("approved");
});

test("L-5, A-13: of every set of proofs, a passkey or two different methods are enough, and the telephone alone never is", () => {
  const method: Readonly<Record<ProofKind, string | null>> = {
    password: "password",
    sms: "telephone",
    voice: "telephone",
    totp: "app",
    recoveryCode: "saved code",
    passkey: "passkey",
    email: "mailbox",
    trustedDevice: null,
  };
  for (const kinds of subsets(Object.keys(method) as ProofKind[])) {
    const proofs = kinds.map((kind): Proof => ({ kind, authenticatorId: null, at: 0 }));
    const methods = new Set(kinds.map((kind) => method[kind]).filter((one) => one !== null));
    expect([kinds, isEnough(proofs)]).toEqual([kinds, methods.has("passkey") || methods.size >= 2]);
  }
});
