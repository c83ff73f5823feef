import { createRequire } from "node:module";

/** What we use of nodemailer: one connection, and the text of a message. Never its pool, which sends again by itself. */
export interface SmtpLibrary {
  readonly SMTPConnection: new (options: ConnectionOptions) => SmtpConnection;
  readonly MailComposer: new (mail: object) => { compile(): { build(): Promise<Uint8Array> } };
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** Encrypted from the first byte. */
  readonly secure: boolean;
  /** Not one command of ours before it is encrypted. */
  readonly requireTLS: boolean;
  readonly ignoreTLS: boolean;
  readonly tls: { readonly minVersion: "TLSv1.2"; readonly ca?: string };
  readonly connectionTimeout: number;
  readonly greetingTimeout: number;
  readonly dnsTimeout: number;
  readonly socketTimeout: number;
  readonly socketCloseTimeout: number;
  readonly maxResponseSize: number;
}

export interface SmtpConnection {
  readonly secure: boolean;
  connect(done: (error?: Error | null) => void): void;
  login(login: { readonly user: string; readonly pass: string }, done: (error: Error | null) => void): void;
  send(
    envelope: { readonly from: string; readonly to: readonly string[] },
    message: NodeJS.ReadableStream,
    done: (error: Error | null) => void,
  ): void;
  quit(): void;
  close(): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

/** In variables, so that no compiler looks for a package that most installations do not have. */
const packageName: string = "nodemailer";
const connectionPath = `${packageName}/lib/smtp-connection`;
const composerPath = `${packageName}/lib/mail-composer`;

/** What to tell where it is not there. */
export const smtpLibraryMissing =
  "e-mail by SMTP needs the package nodemailer, which is not installed with countersign: run `npm install nodemailer@10` beside it";

/** Whether it is installed; nothing is loaded yet. */
export function hasSmtpLibrary(): boolean {
  const { resolve } = createRequire(import.meta.url);
  try {
    resolve(connectionPath);
    return true;
  } catch {
    return false;
  }
}

let loaded: Promise<SmtpLibrary> | null = null;

/** Loads it, at the first message. */
export function requireSmtpLibrary(): Promise<SmtpLibrary> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<SmtpLibrary> {
  const [connection, composer] = await Promise.all([import(connectionPath), import(composerPath)]);
  return { SMTPConnection: connection.default, MailComposer: composer.default } as SmtpLibrary;
}
