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

/** Of what it is made of inside, the places that see every byte and every reply of a server. */
interface ConnectionParts extends SmtpConnection {
  /** Replies that nobody acted on yet, each with all its lines, of which the first decides. */
  _responseQueue: readonly string[];
  _onData(chunk: Uint8Array): void;
  _onResponseTooLarge(): void;
  _processResponse(): unknown;
  _onError(cause: Error, type: "EPROTOCOL", data: false, command: "CONN"): void;
}

/** What a server says about one message, all replies together. */
const heardBytesMax = 65_536;

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
  return {
    SMTPConnection: brief(connection.default as new (options: ConnectionOptions) => ConnectionParts),
    MailComposer: composer.default as SmtpLibrary["MailComposer"],
  };
}

/**
 * Lets go of a server that talks without an end, or contradicts itself. The library limits one reply, and lines that are none count for nothing
 * there: each costs a turn of the event loop, so that whoever stands between us and the server, where it is not encrypted
 * yet, keeps everything else waiting with line ends alone.
 */
function brief(
  Connection: new (options: ConnectionOptions) => ConnectionParts,
): new (
  options: ConnectionOptions,
) => SmtpConnection {
  return class extends Connection {
    #heardBytes = 0;

    override _onData(chunk: Uint8Array): void {
      this.#heardBytes += chunk.length;
      if (this.#heardBytes > heardBytesMax) this._onResponseTooLarge();
      else super._onData(chunk);
    }

    /** Who takes a message and refuses it in one reply (RFC 5321, 4.2.1) does what nobody knows. */
    override _processResponse(): unknown {
      if (!isContradictory(this._responseQueue[0] ?? "")) return super._processResponse();
      return this._onError(new Error("a reply with several codes"), "EPROTOCOL", false, "CONN");
    }

    override send(...given: Parameters<SmtpConnection["send"]>): void {
      this.#heardBytes = 0;
      super.send(...given);
    }
  };
}

function isContradictory(reply: string): boolean {
  const [first, ...others] = reply.split("\n").map((line) => /^\d{3}(?=[ -]|\s*$)/.exec(line)?.[0]);
  return others.some((code) => code !== undefined && code !== first);
}
