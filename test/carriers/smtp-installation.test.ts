import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { openTestInstance } from "../support/instance.ts";
import { type MailFault, openMailServer, readMail } from "./mail-server.ts";

describe("an installation whose only carrier is a mail server", () => {
  async function openOne(fault: MailFault | null = null) {
    const server = await openMailServer({ fault });
    const smtp = {
      host: "localhost",
      port: server.port,
      security: "off",
      login: null,
      from: "no-reply@acme.example",
      envelopeFrom: "no-reply@acme.example",
      connectionsMax: 2,
    } as const;
    const one = await openTestInstance({
      sandbox: false,
      carriers: { order: ["smtp"], smtp },
      accounts: { pagesUrl: "https://id.example.com/account" },
    });
    const mails = () => server.taken.map(({ raw }) => readMail(raw));
    return { one, server, mails, engine: one.engine, tenantId: one.tenantId };
  }

  test("verifies an address, in its language, with the code in the text alone", async () => {
    const { one, engine, tenantId, mails } = await openOne();
    const { id } = await one.start({ to: "ada@example.com", locale: "de", brand: "Bäcker" });
    const [mail] = mails();
    expect(mail?.headers.get("subject")).toBe("Ihr Code für Bäcker");
    expect(mail?.headers.get("from")).toBe("Bäcker <no-reply@acme.example>");
    const code = /^\d{6}/.exec(mail?.text ?? "")?.[0] ?? "";
    expect(mail?.text).toBe(
      `${code} ist Ihr Code für Bäcker. Er gilt 5 Minuten. Geben Sie ihn nicht weiter.`,
    );
    expect((await engine.check({ tenantId, id, code })).outcome).toBe("approved");
    expect(await one.tryStart({ to: "+491701234567" })).not.toMatchObject({ outcome: "started" });
  });

  test("D-5: a greylisted recipient is asked again by itself, and no other waits for that", async () => {
    const { one, server, mails } = await openOne({ at: "rcpt", status: 451, says: "4.7.1 greylisted" });
    const { id } = await one.start({ to: "ada@example.com" });
    server.fault = null;
    await one.start({ to: "bob@example.com" });
    expect(mails().map(({ headers }) => headers.get("to"))).toEqual(["bob@example.com"]);
    await one.clock.advance(500);
    await one.engine.tick();
    expect(mails().map(({ headers }) => headers.get("to"))).toContain("ada@example.com");
    const [delivery] = await one.store.deliveriesOf(id);
    expect(delivery).toMatchObject({
      state: "accepted",
      attempts: [{ answer: "notSent", reason: "recipient_deferred" }, { answer: "accepted" }],
    });
  });

  test("D-6: where nobody knows whether it was taken, it is sent once more, as the same message", async () => {
    const { one, server, mails } = await openOne({ at: "cutAfterDot" });
    await one.start({ to: "ada@example.com" });
    for (let n = 0; n < 12; n++) {
      await one.clock.advance(3_000);
      await one.engine.tick();
    }
    expect(mails()).toHaveLength(2);
    expect(new Set(mails().map(({ headers }) => headers.get("message-id"))).size).toBe(1);
    expect(new Set(mails().map(({ text }) => /^\d{6}/.exec(text)?.[0])).size).toBe(1);
    expect(server.connections()).toBe(2);
  });

  test("a notice outlasts a mail server that is away for half an hour", async () => {
    const { one, server, mails, tenantId } = await openOne();
    const { accounts, engine, clock } = one;
    const created = await accounts.createSubscriber({
      tenantId,
      name: "Ada",
      password: "nine rowing margarets",
    });
    if (created.outcome !== "created") throw new Error(created.outcome);
    const of = { tenantId, subscriberId: created.subscriber.id };
    const enrolled = await accounts.enrolEmail({ ...of, address: "ada@example.com" });
    if (enrolled.outcome !== "enrolled") throw new Error(enrolled.outcome);
    await engine.tick();
    const code = /^\d{6}/.exec(mails()[0]?.text ?? "")?.[0] ?? "";
    const authenticatorId = enrolled.authenticator.id;
    expect(await accounts.confirmAuthenticator({ ...of, authenticatorId, code })).toMatchObject({
      outcome: "confirmed",
    });
    server.fault = { at: "greeting", status: 421, says: "4.3.2 maintenance" };
    expect((await accounts.startReset({ ...of, authenticatorId })).outcome).toBe("resetStarted");
    for (let n = 0; n < 15; n++) {
      await clock.advance(2 * 60_000);
      await engine.tick();
    }
    expect(mails()).toHaveLength(1);
    server.fault = null;
    for (let n = 0; n < 10 && mails().length < 2; n++) {
      await clock.advance(5 * 60_000);
      await engine.tick();
    }
    const reset = mails()[1];
    expect(reset?.headers.get("subject")).toBe("Countersign: set up your account again");
    expect(reset?.text).toMatch(
      /^Countersign: set up your account again within \d+ minutes: https:\/\/id\.example\.com\/account\/reset\?reset=\S+$/,
    );
    expect(inspect(await one.store.deliveriesOf(authenticatorId))).not.toContain("ada@");
  });
});
