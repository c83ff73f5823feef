import { afterAll, expect, test } from "vitest";
import type { RequestOptions } from "../../src/authenticators/index.ts";
import { createSoftwareAuthenticator, type SoftwareAuthenticator } from "../../src/testing/index.ts";
import { openSite } from "../pages/site.ts";
import { Visitor } from "../pages/visitor.ts";
import { heading, password, said } from "./person.ts";

const site = await openSite();
const { clock, server } = site;
const tenantId = server.instance.tenant.id;
const { accounts } = server.instance;
const origin = `http://localhost:${server.port}`;
afterAll(() => server.remove());

const minute = 60_000;
const failed = "This passkey did not work. Try again, or choose another way.";
const needs = "Passkeys need JavaScript and a browser that has them at this address. Choose another way.";
const software = (): SoftwareAuthenticator => createSoftwareAuthenticator({ origin });

/** What the script of the page asks for before a browser is asked. */
async function ask(one: Visitor) {
  const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(`${origin}/account/recover/passkey/options`, {
    method: "POST",
    redirect: "manual",
    headers: { "sec-fetch-site": "same-origin", origin: "null", cookie },
    body: new URLSearchParams(one.hidden()),
  });
  const json = (await answer.json()) as { readonly options: RequestOptions };
  return { status: answer.status, options: json.options };
}

async function answered(one: Visitor, device: SoftwareAuthenticator): Promise<void> {
  const { options } = await ask(one);
  await one.post("/account/recover/passkey", { id: "", answer: JSON.stringify(device.get(options)) });
}

/** Somebody with a passkey. */
async function enrolled(name: string, device: SoftwareAuthenticator): Promise<void> {
  const made = await accounts.createSubscriber({ tenantId, name, password });
  if (made.outcome !== "created") throw new Error(made.outcome);
  const of = { tenantId, subscriberId: made.subscriber.id, binding: "b" };
  const asked = await accounts.enrolPasskey(of);
  if (asked.outcome !== "enrolled") throw new Error(asked.outcome);
  const passkey = device.create(asked.options);
  const given = { ...of, authenticatorId: asked.authenticator.id, passkey };
  expect((await accounts.confirmAuthenticator(given)).outcome).toBe("confirmed");
}

/** As far as the ways back. */
async function lost(name: string): Promise<Visitor> {
  const one = new Visitor(origin);
  await one.open("/account/recover");
  await one.post("/account/recover/name", { name });
  expect(one.page.text).toContain('action="/account/recover/passkey"');
  return one;
}

test("L-5, W-8: a passkey is a way back alone, offered to everybody alike", async () => {
  const device = software();
  await enrolled("runa", device);
  const nobody = await lost("nobody at all");
  const { options } = await ask(nobody);
  expect(options.allowCredentials).toEqual([]);
  await answered(nobody, device);
  expect([heading(nobody), said(nobody)]).toEqual(["Show that it is you", failed]);
  const one = await lost("runa");
  // Without a script nothing is asked, and another's is no way back.
  await one.post("/account/recover/passkey");
  expect(said(one)).toBe(needs);
  const strange = software();
  await enrolled("sven", strange);
  await answered(one, strange);
  expect(said(one)).toBe(failed);
  await answered(one, device);
  expect(heading(one)).toBe("Choose a new password");
  await one.post("/account/recover/finish", { password: "seven quiet lighthouses" });
  expect(heading(one)).toBe("Protect your account");
  // It is over: nothing more is asked, and the page says where one begins.
  expect((await ask(one)).status).toBe(409);
  // The fifth wrong one ends it.
  await clock.suspend(minute);
  const last = await lost("runa");
  for (let n = 0; n < 5; n++) await answered(last, strange);
  expect(heading(last)).toBe("Get back into your account");
});
