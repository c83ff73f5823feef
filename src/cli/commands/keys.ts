import { type IssuedKey, issuedKey } from "../../tenants/api-keys.ts";
import { dialects, scopes } from "../../tenants/records.ts";
import { call, clientSettings, connected, type GlobalOptions } from "../connection.ts";
import type { Connection } from "../contract.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, problemFailure, usageFailure } from "../failure.ts";
import { allItems } from "../pages.ts";
import { fields, type Terminal, table } from "../terminal.ts";

export interface NewKeyOptions {
  readonly name: string;
  readonly scopes: string;
  readonly allow?: string;
  readonly expires?: string;
}

interface KeyAnswer {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly allowedAddresses: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly dialects: Readonly<Record<string, { readonly user: string }>>;
  /** Of one key alone. */
  readonly telnyx?: { readonly publicKey: string };
  readonly vonage?: { readonly signatureSecret: string };
}

export async function createKey(
  options: NewKeyOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const body = {
    name: options.name,
    scopes: options.scopes === "all" ? [...scopes] : list(options.scopes),
    ...(options.allow === undefined ? {} : { allowedAddresses: list(options.allow) }),
    ...(options.expires === undefined ? {} : { expiresAt: instant(options.expires) }),
  };
  const wrong = body.scopes.find((one) => !scopes.some((scope) => scope === one));
  if (wrong !== undefined) {
    throw usageFailure(`There is no scope ${wrong}.`, `Choose from ${scopes.join(", ")}, or all.`);
  }
  await connected(
    all,
    terminal,
    async (connection) => {
      const made = (await call(connection, "POST", "/api/v1/keys", body)) as IssuedKey;
      terminal.result(
        made,
        () => `${issuedText(made)}\n\nThe secrets are shown this once: only digests are stored.`,
      );
    },
    "founds",
  );
}

/** A key's record; without an id the key that the operator set, whose secrets can be shown again. */
export async function showKey(id: string | undefined, all: GlobalOptions, terminal: Terminal): Promise<void> {
  if (id === undefined) return await showOwnKey(all, terminal);
  await connected(all, terminal, async (connection) => {
    // Whoever names a key wants its record: what signs in its name is shown to those who have the key.
    const { vonage, ...found } = await ofKey(connection, "GET", id);
    terminal.result(found, () => keyText(found));
  });
}

async function showOwnKey(all: GlobalOptions, terminal: Terminal): Promise<void> {
  const own = clientSettings(all).apiKey;
  if (own === null) {
    throw new CommandFailed({
      exitCode: exitCodes.configuration,
      code: "no_own_key",
      what: "No key can be shown again.",
      why: "Only COUNTERSIGN_API_KEY is known in the clear, and it is not set; of all others there is a digest.",
      remedy: "Name a key for its record, or make a new one with `countersign keys create`.",
    });
  }
  await connected(all, terminal, async (connection) => {
    const user = issuedKey("", own).vonage.apiKey;
    const keys = await allItems<KeyAnswer>(connection, "/api/v1/keys");
    const record = keys.find((one) => one.dialects["vonage"]?.user === user);
    const made = issuedKey(record?.id ?? "", own);
    if (record === undefined) return terminal.result(made, () => issuedText(made));
    const { vonage, telnyx } = await ofKey(connection, "GET", record.id);
    const issued = { ...made, vonage: { ...made.vonage, ...vonage }, telnyx: { ...made.telnyx, ...telnyx } };
    terminal.result(issued, () => issuedText(issued));
  });
}

export async function listKeys(all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const keys = await allItems<KeyAnswer>(connection, "/api/v1/keys");
    terminal.result({ items: keys }, () =>
      table(
        ["ID", "NAME", "STATE", "LAST USED", "SCOPES"],
        keys.map((one) => [one.id, one.name, stateOf(one), one.lastUsedAt, scopesText(one)]),
        "There are no keys.",
      ),
    );
  });
}

export async function revokeKey(
  id: string,
  dialect: string | undefined,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  if (dialect !== undefined && !dialects.some((one) => one === dialect)) {
    throw usageFailure(`There is no dialect ${dialect}.`, `Choose from ${dialects.join(", ")}.`);
  }
  await connected(all, terminal, async (connection) => {
    const revoked = await ofKey(
      connection,
      "DELETE",
      id,
      dialect === undefined ? "" : `/dialects/${dialect}`,
    );
    terminal.result(revoked, () =>
      dialect === undefined
        ? `Revoked: ${revoked.id} (${revoked.name}) opens nothing any more.`
        : `Revoked: the ${dialect} secret of ${revoked.id} (${revoked.name}). Its other secrets go on working.`,
    );
  });
}

/** One call on a key that answers with it. */
async function ofKey(
  connection: Connection,
  method: "GET" | "DELETE",
  id: string,
  part: string = "",
): Promise<KeyAnswer> {
  const answer = await connection.request(method, `/api/v1/keys/${encodeURIComponent(id)}${part}`);
  if (answer.status === 200) return answer.body as KeyAnswer;
  const refused = problemFailure(answer.status, answer.body);
  if (refused.failure.code !== "not_found") throw refused;
  const what = "There is no such key.";
  throw new CommandFailed({ ...refused.failure, what, why: null, remedy: "See `countersign keys list`." });
}

function stateOf(one: KeyAnswer): string {
  if (one.revokedAt !== null) return "revoked";
  return one.expiresAt === null ? "active" : `until ${one.expiresAt}`;
}

function scopesText(one: KeyAnswer): unknown {
  return one.scopes.length === scopes.length ? "all" : one.scopes;
}

function keyText(one: KeyAnswer): string {
  return fields([
    ["id", one.id],
    ["name", one.name],
    ["state", stateOf(one)],
    ["scopes", scopesText(one)],
    ["allowed from", one.allowedAddresses.length === 0 ? "everywhere" : one.allowedAddresses],
    ["created", one.createdAt],
    ["last used", one.lastUsedAt],
    ...(one.telnyx === undefined ? [] : [["telnyx", `publicKey ${one.telnyx.publicKey}`] as const]),
  ]);
}

function issuedText(issued: IssuedKey): string {
  return fields([
    ["id", issued.id],
    ["key", issued.key],
    ["vonage", vonageText(issued.vonage)],
    ["twilio", `accountSid ${issued.twilio.accountSid}  authToken ${issued.twilio.authToken}`],
    ["telnyx", telnyxText(issued.telnyx)],
    ["flowroute", `accessKey ${issued.flowroute.accessKey}  secretKey ${issued.flowroute.secretKey}`],
  ]);
}

function vonageText({ apiKey, apiSecret, signatureSecret }: IssuedKey["vonage"]): string {
  const signing = signatureSecret === undefined ? "" : `  signatureSecret ${signatureSecret}`;
  return `apiKey ${apiKey}  apiSecret ${apiSecret}${signing}`;
}

function telnyxText({ apiKey, publicKey }: IssuedKey["telnyx"]): string {
  return publicKey === undefined ? `apiKey ${apiKey}` : `apiKey ${apiKey}  publicKey ${publicKey}`;
}

function list(text: string): string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

function instant(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw usageFailure("--expires is no date.", "Write it like 2027-01-31 or 2027-01-31T12:00:00Z.");
  return new Date(at).toISOString();
}
