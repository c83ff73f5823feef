import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createSmtpProvider } from "../../src/providers/smtp/index.ts";
import { createFakeClock } from "../../src/testing/index.ts";

const message = {
  reference: "019a0000-0000-7000-8000-000000000001.1",
  channel: "email",
  to: "ada@example.com",
  subject: "Your Acme code",
  text: "907351 is your Acme code.",
  code: "907351",
  locale: "en",
  brand: "Acme",
} as const;

/** Sends two messages by a server that is `connected` to, and says how both ended. */
async function send(connected: (socket: Socket) => void): Promise<readonly object[]> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    connected(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const addresses = { from: "no-reply@acme.example", envelopeFrom: "bounces@acme.example" };
  const provider = createSmtpProvider(
    { host: "127.0.0.1", port, security: "off", login: null, connectionsMax: 2, ...addresses },
    { clock: createFakeClock() },
  );
  onTestFinished(() => {
    provider.close?.();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { signal } = new AbortController();
  return [await provider.send(message, signal), await provider.send(message, signal)];
}

/** Takes messages, and does at the second MAIL of a connection what it is told to. */
function once(texts: string[], atSecond: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    let heard = "";
    let mails = 0;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say("220 here");
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
      const end = heard.lastIndexOf("\r\n");
      const lines = heard.slice(0, Math.max(end, 0)).split("\r\n");
      heard = heard.slice(end + 2);
      for (const line of lines) {
        if (line.startsWith("MAIL")) mails += 1;
        if (line.startsWith("MAIL") && mails === 2) return atSecond(socket);
        if (line === "DATA") say("354 go on");
        else if (line === ".") say(`250 taken ${texts.push(line)}`);
        else if (/^(EHLO|MAIL|RCPT|QUIT)/.test(line)) say("250 yes");
      }
    });
  };
}

test.each<[string, (socket: Socket) => void]>([
  ["closes it", (socket) => socket.end()],
  ["resets it", (socket) => socket.resetAndDestroy()],
  ["says 421", (socket) => socket.end("421 4.7.0 enough on this connection\r\n")],
  ["says 452", (socket) => void socket.write("452 4.3.0 too many messages in this session\r\n")],
])(
  "where a server %s at the second message of a connection, another connection brings that at once",
  async (_what, atSecond) => {
    const texts: string[] = [];
    const answers = await send(once(texts, atSecond));
    expect(answers).toMatchObject([{ type: "accepted" }, { type: "accepted" }]);
    expect(texts).toHaveLength(2);
  },
);

test.each([
  ["line ends", "\r\n"],
  ["bare line feeds", "\n"],
  ["replies that nobody asked for", "250 ok\r\n"],
  ["one reply", "220-more\r\n"],
  ["one line", "A"],
])(
  "a server that says %s without an end is let go of after little",
  // Without a limit it has the four seconds in which a server must have greeted.
  { timeout: 3_000 },
  async (_what, one) => {
    const chunk = one.repeat(65_536 / one.length);
    const answers = await send((socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on("drain", more);
      socket.resume();
      more();
    });
    const unreachable = { type: "refused", kind: "notSent", reason: "carrier_unreachable" };
    expect(answers).toEqual([unreachable, unreachable]);
  },
);

test.each([
  ["the message", "the dot", "unknown", "250-taken\r\n550 refused"],
  ["the message", "the dot", "unknown", "550-refused\r\n250 taken"],
  ["the recipient", "RCPT", "refused", "250-yes\r\n550 no"],
])(
  "a server that takes and refuses %s in one reply at %s is not believed: %s",
  async (_what, at, type, reply) => {
    const isAt = (line: string): boolean => (at === "RCPT" ? line.startsWith(at) : line === ".");
    const answers = await send((socket) => {
      socket.write("220 here\r\n");
      socket.on("data", (chunk) => {
        for (const line of chunk.toString("latin1").split("\r\n")) {
          if (isAt(line)) socket.write(`${reply}\r\n`);
          else if (line === "DATA") socket.write("354 go on\r\n");
          else if (/^(EHLO|MAIL|RCPT|QUIT)/.test(line)) socket.write("250-yes\r\n250 yes\r\n");
        }
      });
    });
    expect(answers).toMatchObject([{ type }, { type }]);
  },
);
