import type { AddressInfo, Socket } from "node:net";
import { domainToASCII } from "node:url";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";
import { mailCertificate, mailCertificateKey } from "./mail-certificate.ts";

/** One message as the server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly isEncrypted: boolean;
  readonly user: string | null;
}

/** What goes wrong: a refusal with its text, or what happens to the connection. */
export type MailFault =
  | { readonly at: "greeting" | "mail" | "rcpt" | "dot"; readonly status: number; readonly says: string }
  /** Cut when the text begins; after its last dot, taken or not; no answer to it; none at all. */
  | { readonly at: "cutInText" | "cutAfterDot" | "silentAfterDot" | "silent" };

export interface MailServer {
  readonly port: number;
  readonly taken: TakenMail[];
  /** Connections so far. */
  readonly connections: () => number;
  fault: MailFault | null;
  /** Lets go of all who are connected. */
  cut(): void;
  close(): Promise<void>;
}

export interface MailServerOptions {
  readonly security?: "starttls" | "tls" | "off";
  /** The only one who may send. */
  readonly login?: { readonly user: string; readonly password: string };
  readonly fault?: MailFault | null;
}

/** A real mail server on this machine, which does what it is told to do wrong. */
export async function openMailServer({
  security = "off",
  login,
  fault = null,
}: MailServerOptions = {}): Promise<MailServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const one: { fault: MailFault | null } = { fault };
  const refusal = (at: MailFault["at"]) => refusalAt(one.fault, at);
  const taken: TakenMail[] = [];
  const cut = (): void => {
    // Below a running handshake, Node does not bear it.
    if (security !== "off") return;
    for (const socket of sockets) socket.destroy();
  };
  const server = new SMTPServer({
    secure: security === "tls",
    key: mailCertificateKey,
    cert: mailCertificate,
    authOptional: login === undefined,
    disabledCommands: [
      ...(security === "starttls" ? [] : ["STARTTLS"]),
      ...(login === undefined ? ["AUTH"] : []),
    ],
    // A name service has no say in a test.
    disableReverseLookup: true,
    closeTimeout: 500,
    onConnect(_session, done) {
      if (one.fault?.at !== "silent") done(refusal("greeting"));
    },
    onAuth({ username, password }, _session, done) {
      const isRight = username === login?.user && password === login?.password;
      if (isRight) done(null, { user: username });
      else done(Object.assign(new Error("5.7.8 who are you"), { responseCode: 535 }));
    },
    onMailFrom: (_address, _session, done) => done(refusal("mail")),
    onRcptTo: (_address, _session, done) => done(refusal("rcpt")),
    onData: takeText(one, taken, cut),
  });
  // A client that trusts nobody, or goes away, is what some tests want.
  server.on("error", () => {});
  server.server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const close = async (): Promise<void> => {
    cut();
    await new Promise<void>((resolve) => {
      server.close(resolve);
    });
  };
  onTestFinished(close);
  return Object.assign(one, {
    port: (server.server.address() as AddressInfo).port,
    taken,
    connections: () => connections,
    cut,
    close,
  });
}

/** Takes the text of a message, or what the fault says instead. */
function takeText(
  one: { readonly fault: MailFault | null },
  taken: TakenMail[],
  cut: () => void,
): NonNullable<SMTPServerOptions["onData"]> {
  return (stream, session, done) => {
    const chunks: Buffer[] = [];
    if (one.fault?.at === "cutInText") stream.once("data", cut);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      if (one.fault?.at === "cutInText") return;
      const refused = refusalAt(one.fault, "dot");
      if (refused !== null) return done(refused);
      const { mailFrom, rcptTo } = session.envelope;
      taken.push({
        from: mailFrom === false ? "" : mailFrom.address,
        // It reads names of domains as people do.
        to: rcptTo.map(({ address }) => address.replace(/[^@]+$/, domainToASCII)),
        raw: Buffer.concat(chunks).toString("utf8"),
        isEncrypted: session.secure,
        user: session.user ?? null,
      });
      if (one.fault?.at === "cutAfterDot") return cut();
      if (one.fault?.at !== "silentAfterDot") done(null);
    });
  };
}

function refusalAt(fault: MailFault | null, at: MailFault["at"]): Error | null {
  if (fault?.at !== at || !("status" in fault)) return null;
  return Object.assign(new Error(fault.says), { responseCode: fault.status });
}

/** The headers of a message by lower-case name, unfolded and decoded, and its text. */
export function readMail(raw: string): {
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
} {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n(?=[ \t])/g, "")
    .split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      const words = line
        .slice(colon + 1)
        .trim()
        .replaceAll(/\?=\s+=\?/g, "?==?");
      return [line.slice(0, colon).toLowerCase(), words.replaceAll(/=\?utf-8\?([qb])\?(.*?)\?=/gi, word)];
    }),
  );
  const soft = raw.slice(end + 4).replaceAll("=\r\n", "");
  return { headers, text: unquoted(soft).replaceAll("\r\n", "\n").trim() };
}

function word(_whole: string, kind: string, text: string): string {
  return kind.toLowerCase() === "b"
    ? Buffer.from(text, "base64").toString("utf8")
    : unquoted(text.replaceAll("_", " "));
}

function unquoted(text: string): string {
  return text.replaceAll(/(?:=[0-9A-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll("=", ""), "hex").toString("utf8"),
  );
}
