import { expect } from "vitest";
import type { AccountSettings } from "../../src/accounts/index.ts";
import { fromBase32, stepAt, totpCode, totpDefaults } from "../../src/authenticators/index.ts";
import { openTestInstance } from "./instance.ts";

export const password = "nine rowing margarets";
export const newPassword = "seven quiet lighthouses";
export const number = "+14155550123";
export const mail = "ada@example.com";
const pagesUrl = "https://id.example.com/account";
export const minute = 60_000;
export const day = 86_400_000;

/** Ada with a password, and what she does with her phone and mail. */
export async function adaWithPassword(options: Partial<AccountSettings> = {}) {
  const one = await openTestInstance({ accounts: { pagesUrl, ...options } });
  const { accounts, tenantId } = one;
  const created = await accounts.createSubscriber({ tenantId, name: "Ada", password });
  if (created.outcome !== "created") throw new Error(created.outcome);
  const of = { tenantId, subscriberId: created.subscriber.id };
  const texts = async (to: string): Promise<readonly string[]> => {
    await one.engine.tick();
    return one.sandbox?.phones.messages(to).map(({ text }) => text) ?? [];
  };
  const confirm = async (enrolled: { readonly outcome: string }, code: () => Promise<string>) => {
    const { authenticator } = enrolled as unknown as { readonly authenticator: { readonly id: string } };
    const given = { ...of, authenticatorId: authenticator.id, code: await code() };
    const confirmed = await accounts.confirmAuthenticator(given);
    expect(confirmed.outcome).toBe("confirmed");
    return authenticator.id;
  };
  const codeOn = (to: string) => async (): Promise<string> => {
    await one.engine.tick();
    return one.codeOn(to);
  };
  return { one, accounts, tenantId, of, texts, confirm, codeOn };
}

/** Ada with a phone, an app, recovery codes and an e-mail address that she added with a step-up. */
export async function ada(options: Partial<AccountSettings> = {}) {
  const all = await adaWithPassword(options);
  const { one, accounts, tenantId, of, confirm, codeOn } = all;
  const phone = await confirm(await accounts.enrolPhone({ ...of, number }), codeOn(number));
  const stepUp = async (): Promise<string> => {
    await one.clock.advance(2 * minute);
    const started = await accounts.startChallenge({ ...of, purpose: "manage" });
    if (started.outcome !== "challengeStarted") throw new Error(started.outcome);
    const { id } = started.challenge;
    const app = seed === null ? null : appCode();
    if (app === null) {
      await accounts.sendChallenge({ tenantId, id, authenticatorId: phone });
      await one.engine.tick();
    }
    const authenticatorId = app === null ? phone : appId;
    const code = app ?? one.codeOn(number);
    expect((await accounts.checkChallenge({ tenantId, id, authenticatorId, code })).outcome).toBe("approved");
    return id;
  };
  let seed: string | null = null;
  let appId = "";
  const appCode = (): string =>
    totpCode(fromBase32(seed ?? "") as Buffer, totpDefaults, stepAt(totpDefaults, one.clock.now()));
  const first = await stepUp();
  const app = await accounts.enrolTotp({ ...of, issuer: "Acme", stepUp: first });
  if (app.outcome !== "enrolled") throw new Error(app.outcome);
  seed = app.seed;
  appId = await confirm(app, async () => appCode());
  const email = await confirm(
    await accounts.enrolEmail({ ...of, address: mail, stepUp: first }),
    codeOn(mail),
  );
  const made = await accounts.makeRecoveryCodes({ ...of, stepUp: first });
  if (made.outcome !== "enrolled") throw new Error(made.outcome);
  await one.engine.tick();
  one.sandbox?.phones.clear();
  await one.clock.advance(2 * day);
  return { ...all, phone, app: appId, email, codes: made.codes, stepUp, appCode };
}

export type Ada = Awaited<ReturnType<typeof ada>>;

export function noticeIn(text: string | undefined): string {
  const notice = /\/account\/not-me\?notice=(csn_[\w-]+)/.exec(text ?? "")?.[1];
  if (notice === undefined) throw new Error(`no link in ${text}`);
  return notice;
}

export async function recover({ one, accounts, tenantId, codes, appCode }: Ada, methods: readonly string[]) {
  const { recovery } = await accounts.startRecovery({ tenantId, name: "ada" });
  let last: { readonly outcome: string } = { outcome: "none" };
  for (const method of methods) {
    const of = { tenantId, recovery };
    if (method === "email" || method === "phone") {
      expect(await accounts.sendRecovery({ ...of, method })).toEqual({ outcome: "sent" });
      await one.engine.tick();
    }
    const newest = (to: string) => (): string =>
      one.sandbox?.phones.messages(to).find(({ code }) => code !== null)?.code ?? "none";
    const given: Record<string, () => string> = {
      email: newest(mail),
      phone: newest(number),
      recoveryCode: () => codes[0] ?? "",
      totp: appCode,
      password: () => password,
    };
    const code = given[method]?.() ?? "";
    last = await accounts.checkRecovery({ ...of, method: method as "email", code });
  }
  return { recovery, last };
}
