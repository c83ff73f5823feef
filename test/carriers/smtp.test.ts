import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Provider } from "../../src/delivery/index.ts";
import { createSmtpProvider, type SmtpSettings } from "../../src/providers/smtp/index.ts";
import { Secret } from "../../src/secrets/index.ts";
import {
  createFakeClock,
  type FakeClock,
  type ProviderCase,
  providerConformance,
} from "../../src/testing/index.ts";
import { mailCertificate } from "./mail-certificate.ts";
import { type MailFault, type MailServer, openMailServer, readMail } from "./mail-server.ts";

const to = "ada+shop@xn--mnchen-3ya.example";
const login = { user: "relay", password: "a-password-of-the-relay" };
const never = new AbortController().signal;
const message = {
  reference: "019a0000-0000-7000-8000-000000000001.1",
  channel: "email",
  to,
  subject: "Your Acme code",
  text: "907351 is your Acme code. It expires in 5 minutes.",
  code: "907351",
  locale: "en",
  brand: "Acme",
} as const;

function providerFor(
  server: Pick<MailServer, "port">,
  given: Partial<SmtpSettings> = {},
  clock: FakeClock = createFakeClock(),
  trusted?: string,
): Provider {
  const settings: SmtpSettings = {
    host: "localhost",
    port: server.port,
    security: "off",
    login: null,
    from: "no-reply@acme.example",
    envelopeFrom: "bounces@acme.example",
    connectionsMax: 2,
    ...given,
  };
  return createSmtpProvider(settings, { clock, ...(trusted === undefined ? {} : { trusted }) });
}

const relay = { user: login.user, password: new Secret(login.password) };

function trustingProvider(server: MailServer, given: Partial<SmtpSettings>): Provider {
  return providerFor(server, given, createFakeClock(), mailCertificate);
}

const faults: Readonly<Record<ProviderCase, MailFault | null>> = {
  accepted: null,
  receipt: null,
  rejected: { at: "rcpt", status: 550, says: "5.1.1 no such user" },
  notSent: { at: "rcpt", status: 451, says: "4.7.1 greylisted, come back" },
  silent: { at: "silentAfterDot" },
  lost: { at: "cutAfterDot" },
};

providerConformance({ describe, test }, "smtp", async (what) => {
  const server = await openMailServer({ fault: faults[what] });
  return {
    provider: providerFor(server),
    to,
    received: () => server.taken.map(({ raw }) => readMail(raw).text),
  };
});

describe("what a server says, by where it says it", () => {
  test.each<[MailFault, object]>([
    [
      { at: "greeting", status: 554, says: "no service here" },
      { kind: "rejected", reason: "forbidden_by_carrier" },
    ],
    [
      { at: "greeting", status: 421, says: "too busy" },
      { kind: "notSent", reason: "carrier_unavailable" },
    ],
    [
      { at: "mail", status: 550, says: "5.1.8 not your domain" },
      { kind: "rejected", reason: "sender_refused" },
    ],
    [
      { at: "mail", status: 451, says: "4.3.0 disk" },
      { kind: "notSent", reason: "carrier_unavailable" },
    ],
    [
      { at: "mail", status: 530, says: "5.7.0 sign in" },
      { kind: "rejected", reason: "credentials_refused" },
    ],
    [
      { at: "rcpt", status: 550, says: "5.1.1 nobody" },
      { kind: "rejected", reason: "number_refused" },
    ],
    [
      { at: "rcpt", status: 550, says: "5.7.1 no relaying" },
      { kind: "rejected", reason: "forbidden_by_carrier" },
    ],
    [
      { at: "rcpt", status: 552, says: "5.2.2 full" },
      { kind: "rejected", reason: "rejected_by_destination" },
    ],
    [
      { at: "rcpt", status: 450, says: "4.2.1 later" },
      { kind: "notSent", reason: "recipient_deferred" },
    ],
    [
      { at: "dot", status: 554, says: "5.7.1 spam" },
      { kind: "rejected", reason: "taken_for_spam" },
    ],
    [
      { at: "dot", status: 554, says: "not verified" },
      { kind: "rejected", reason: "value_refused" },
    ],
    [
      { at: "dot", status: 451, says: "4.3.2 later" },
      { kind: "notSent", reason: "recipient_deferred" },
    ],
    [
      { at: "dot", status: 421, says: "4.3.2 going down" },
      { kind: "notSent", reason: "carrier_unavailable" },
    ],
    [{ at: "cutInText" }, { type: "unknown" }],
    [{ at: "cutAfterDot" }, { type: "unknown" }],
  ])("D-5: %j", async (fault, means) => {
    const server = await openMailServer({ fault });
    const provider = providerFor(server);
    const answer = await provider.send(message, never);
    expect(answer).toMatchObject(means);
    // Whatever it was, it is over: the next one finds its way.
    server.fault = null;
    expect((await provider.send(message, never)).type).toBe("accepted");
    provider.close?.();
  });

  test("D-5: nothing listens, nobody greets: nothing was sent, and that is known in time", async () => {
    const server = await openMailServer({ fault: { at: "silent" } });
    const clock = createFakeClock();
    const waits = providerFor(server, {}, clock).send(message, never);
    await expect.poll(() => server.connections()).toBe(1);
    await clock.advance(4_000);
    const unreachable = { type: "refused", kind: "notSent", reason: "carrier_unreachable" };
    expect(await waits).toEqual(unreachable);
    await server.close();
    expect(await providerFor(server).send(message, never)).toEqual(unreachable);
  });

  test("D-6: what was cut after the text is not sent again by itself", async () => {
    const server = await openMailServer({ fault: { at: "cutAfterDot" } });
    expect((await providerFor(server).send(message, never)).type).toBe("unknown");
    expect(server.taken).toHaveLength(1);
    expect(server.connections()).toBe(1);
  });
});

describe("encryption and signing in", () => {
  test.each(["starttls", "tls"] as const)(
    "with %s, name and password are seen by nobody else",
    async (security) => {
      const server = await openMailServer({ security, login });
      const provider = trustingProvider(server, { security, login: relay });
      expect((await provider.send(message, never)).type).toBe("accepted");
      expect(server.taken).toMatchObject([
        { isEncrypted: true, user: login.user, to: [to], from: "bounces@acme.example" },
      ]);
      provider.close?.();
    },
  );

  test("a wrong password, or none, is a matter of the credentials", async () => {
    const server = await openMailServer({ security: "starttls", login });
    const refused = { type: "refused", kind: "rejected", reason: "credentials_refused" };
    const wrong = { user: login.user, password: new Secret("another") };
    for (const given of [wrong, null]) {
      const provider = trustingProvider(server, { security: "starttls", login: given });
      expect(await provider.send(message, never)).toEqual(refused);
    }
  });

  test.each(["starttls", "tls"] as const)(
    "with %s, a certificate that nobody vouches for gets nothing",
    async (security) => {
      const server = await openMailServer({ security, login });
      const provider = providerFor(server, { security, login: relay });
      expect(await provider.send(message, never)).toEqual({
        type: "refused",
        kind: "notSent",
        reason: "carrier_certificate_refused",
      });
      expect(server.taken).toEqual([]);
    },
  );

  test("a server that does not encrypt gets nothing, and nobody in between can say that it does not", async () => {
    const server = await openMailServer({ security: "off", login });
    const provider = trustingProvider(server, { security: "starttls", login: relay });
    expect(await provider.send(message, never)).toMatchObject({ reason: "carrier_certificate_refused" });
    expect(server.taken).toEqual([]);
  });
});

describe("connections", () => {
  test("several messages share them, no more than allowed, and one that the server closed is replaced", async () => {
    const server = await openMailServer();
    const clock = createFakeClock();
    const provider = providerFor(server, {}, clock);
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) => provider.send({ ...message, reference: `r.${n}` }, never)),
    );
    expect(all.every(({ type }) => type === "accepted")).toBe(true);
    expect(new Set(server.taken.map(({ raw }) => readMail(raw).headers.get("message-id"))).size).toBe(12);
    expect(server.connections()).toBe(2);
    server.cut();
    expect((await provider.send(message, never)).type).toBe("accepted");
    expect(server.taken).toHaveLength(13);
    await clock.advance(20_000);
    const before = server.connections();
    expect((await provider.send(message, never)).type).toBe("accepted");
    expect(server.connections()).toBe(before + 1);
    provider.close?.();
    expect((await provider.send(message, never)).type).not.toBe("accepted");
    expect(server.taken).toHaveLength(14);
  });

  test("whoever waits for one until it is too late was not sent, and the server is not to blame", async () => {
    const server = await openMailServer({ fault: { at: "silentAfterDot" } });
    const clock = createFakeClock();
    const provider = providerFor(server, { connectionsMax: 1 }, clock);
    const first = new AbortController();
    const stuck = provider.send(message, first.signal);
    await expect.poll(() => server.taken.length).toBe(1);
    const second = provider.send(message, never);
    await new Promise<void>((resolve) => setImmediate(resolve));
    await clock.advance(4_000);
    expect(await second).toMatchObject({ kind: "notSent", reason: "not_sent_in_time" });
    first.abort();
    expect((await stuck).type).toBe("unknown");
    server.fault = null;
    expect((await provider.send(message, never)).type).toBe("accepted");
    provider.close?.();
  });
});

describe("the message", () => {
  test("has one recipient, an id that stays, and says that a machine wrote it", async () => {
    const server = await openMailServer();
    const clock = createFakeClock();
    const provider = providerFor(server, {}, clock);
    await provider.send(message, never);
    const sent = await provider.send(message, never);
    const [first, second] = server.taken.map(({ raw }) => readMail(raw));
    expect(Object.fromEntries(first?.headers ?? [])).toEqual({
      from: "Acme <no-reply@acme.example>",
      to,
      subject: "Your Acme code",
      "message-id": "<019a0000-0000-7000-8000-000000000001.1@acme.example>",
      date: new Date(clock.now()).toUTCString().replace("GMT", "+0000"),
      "auto-submitted": "auto-generated",
      "x-auto-response-suppress": "All",
      "content-language": "en",
      "content-type": "text/plain; charset=utf-8",
      "content-transfer-encoding": "7bit",
      "mime-version": "1.0",
    });
    expect(first?.text).toBe(message.text);
    expect(second?.headers.get("message-id")).toBe(first?.headers.get("message-id"));
    expect(sent).toEqual({
      type: "accepted",
      providerMessageId: "019a0000-0000-7000-8000-000000000001.1@acme.example",
    });
    provider.close?.();
  });

  test("C-16: names and subjects in any script arrive, and none becomes a header or a second message", async () => {
    const server = await openMailServer();
    const provider = providerFor(server);
    const link = `https://verify.example.com/account/not-me?notice=csn_${"A".repeat(64)}`;
    const text = `رسالة: ${link}\n.\nRCPT TO:<eve@example.com>\n..\nzuletzt`;
    const brand = 'Bäcker "X", <eve@example.com>\r\nBcc: eve@example.com';
    const subject = `\u2068Bäcker\u2069: ${"длинное слово ".repeat(12)}\r\nBcc: eve@example.com`;
    await provider.send({ ...message, brand, subject, text, locale: "ar" }, never);
    expect(server.taken).toHaveLength(1);
    expect(server.taken[0]?.to).toEqual([to]);
    const { headers, text: arrived } = readMail(server.taken[0]?.raw ?? "");
    expect(headers.has("bcc")).toBe(false);
    expect(headers.get("subject")).toBe(subject.replace("\r\n", " "));
    expect(headers.get("from")).toMatch(/^.*Bäcker.* <no-reply@acme\.example>$/);
    expect(arrived).toBe(text);
    for (const line of (server.taken[0]?.raw ?? "").split("\r\n")) expect(line.length).toBeLessThan(200);
    provider.close?.();
  });

  test("K-7: no answer tells code, address or password, whatever the server says", async () => {
    const says = `5.1.1 <${to}> ${message.code} ${login.password}`;
    for (const at of ["greeting", "mail", "rcpt", "dot"] as const) {
      const server = await openMailServer({ fault: { at, status: 550, says } });
      const told = inspect(await providerFor(server).send(message, never), { depth: 9 });
      for (const secret of [to, message.code, login.password]) expect(told).not.toContain(secret);
    }
  });
});
