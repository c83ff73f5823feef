import { describe, expect, test } from "vitest";
import { fromBase32, stepAt, totpCode } from "../../src/authenticators/index.ts";
import { ask, eachLater, expectCode, installation, minute, post } from "./account-calls.ts";
import { addPhone, codeOf, codeOn, pendingOf, person, stepUp, withApp } from "./account-people.ts";

const { clock } = installation;
eachLater();

const pathOf = (id: string): string => `/subscribers/${id}/authenticators`;

async function withPhone(one: { id: string; seed: string }, more: object = {}) {
  const phone = await addPhone(one.id, { stepUp: await stepUp(one), ...more });
  await clock.advance(5 * minute);
  return phone;
}

describe("several authenticators", () => {
  test("are named, preferred, and called by voice where their owner wants that", async () => {
    const one = await withApp();
    const [work, home] = [await withPhone(one), await withPhone(one, { channel: "voice" })];
    const path = `${pathOf(one.id)}/${work.id}`;
    const named = await ask("PATCH", path, { label: "  Work  phone ☎ ", isPreferred: true });
    expect(named.json).toMatchObject({ name: "Work  phone ☎", isPreferred: true, channel: "sms" });
    const listed = (await ask("GET", pathOf(one.id))).json.items;
    expect(listed.map((each: { channel: string }) => each.channel)).toEqual([null, "sms", "voice"]);
    const { id, session } = await pendingOf(one.name);
    const shown = await ask("GET", `/challenges/${id}`, undefined, { "countersign-session": session });
    expect(shown.json.authenticators.map((each: { id: string }) => each.id)).toEqual([
      work.id,
      one.authenticatorId,
      home.id,
    ]);
    const text = await post(`/challenges/${id}/send`, { session });
    expect(text.json).toMatchObject({ channel: "sms" });
    await clock.advance(5 * minute);
    const call = await post(`/challenges/${id}/send`, { session, channel: "voice" });
    expect(call.json).toMatchObject({ channel: "voice" });
    await clock.advance(5 * minute);
    const other = await pendingOf(one.name);
    // Enrolled by a call: nobody reads texts on it.
    const asked = { authenticatorId: home.id, session: other.session };
    expect((await post(`/challenges/${other.id}/send`, asked)).json).toMatchObject({ channel: "voice" });
    const code = { code: await codeOn(home.number), session: other.session };
    expect((await post(`/challenges/${other.id}/check`, code)).json.assurance).toMatchObject({ aal: 2 });
    await clock.advance(5 * minute);
    await ask("PATCH", `${pathOf(one.id)}/${home.id}`, { channel: "sms", isPreferred: true });
    const third = await pendingOf(one.name);
    const sent = await post(`/challenges/${third.id}/send`, { session: third.session });
    expect(sent.json).toMatchObject({ channel: "sms", to: expect.stringContaining(home.number.slice(-4)) });
  });

  test("without a preferred one among several, a send without a name finds nothing", async () => {
    const one = await withApp();
    await withPhone(one);
    await withPhone(one);
    const { id, session } = await pendingOf(one.name);
    await expectCode(post(`/challenges/${id}/send`, { session }), "authenticator_not_found");
  });

  test.each([
    [{ label: "" }, "label"],
    [{ label: "a‮b" }, "label"],
    [{ label: " " }, "label"],
    [{ channel: "voice" }, "channel"],
    [{ channel: "fax" }, "channel"],
    [{ isPreferred: "yes" }, "isPreferred"],
    [{ seed: "A" }, "seed"],
  ])("%j is refused by name", async (body, field) => {
    const one = await withApp();
    const answer = await expectCode(
      ask("PATCH", `${pathOf(one.id)}/${one.authenticatorId}`, body),
      "request_invalid",
    );
    expect(answer.text).toContain(field);
  });

  test("of somebody else, or none, are not found", async () => {
    const [one, other] = [await withApp(), await withApp()];
    const body = { label: "Mine now" };
    await expectCode(
      ask("PATCH", `${pathOf(one.id)}/${other.authenticatorId}`, body),
      "authenticator_not_found",
    );
    const path = `${pathOf(crypto.randomUUID())}/${one.authenticatorId}`;
    await expectCode(ask("PATCH", path, body), "subscriber_not_found");
  });
});

describe("an app", () => {
  test("comes with its QR code, once (T-6, T-8)", async () => {
    const { id } = await person();
    const headers = { "idempotency-key": crypto.randomUUID() };
    const body = { type: "totp", issuer: "Kiosk" };
    const first = await post(pathOf(id), body, headers);
    expect(first.json.qr).toMatch(/^<svg /);
    expect((await post(pathOf(id), body, headers)).json).toMatchObject({ seed: null, uri: null, qr: null });
  });

  test("is taken over with its settings, and works with the codes it made before", async () => {
    const { id, name } = await person();
    const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    const uri = `otpauth://totp/Old%20Shop:ada?secret=${secret}&issuer=Old%20Shop&algorithm=SHA256&digits=8&period=60`;
    const { json } = await post(pathOf(id), { type: "totp", uri });
    const written = new URL(json.uri);
    expect(written.pathname).toBe(`/Old%20Shop:${name}`);
    expect(Object.fromEntries(written.searchParams)).toEqual({
      secret,
      issuer: "Old Shop",
      algorithm: "SHA256",
      digits: "8",
      period: "60",
    });
    const settings = { algorithm: "sha256", digits: 8, periodSeconds: 60 } as const;
    const code = totpCode(fromBase32(secret) as Buffer, settings, stepAt(settings, clock.now()));
    const path = `${pathOf(id)}/${json.authenticator.id}/confirm`;
    await expectCode(post(path, { code: codeOf(secret) }), "code_malformed");
    expect((await post(path, { code })).status).toBe(200);
  });

  test.each([
    [{ uri: "otpauth://hotp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" }, "uri"],
    [{ uri: "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP" }, "uri"],
    [{ uri: "otpauth://totp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", seed: "A" }, "seed"],
    [{ issuer: "Kiosk", account: "ada" }, "account"],
  ])("T-2: %j is refused by name", async (body, field) => {
    const { id } = await person();
    const answer = await expectCode(post(pathOf(id), { type: "totp", ...body }), "request_invalid");
    expect(answer.text).toContain(field);
    expect((await ask("GET", pathOf(id))).json.items).toEqual([]);
  });
});
