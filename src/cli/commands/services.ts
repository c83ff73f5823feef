import { call, connected, type GlobalOptions } from "../connection.ts";
import type { Connection } from "../contract.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, usageFailure } from "../failure.ts";
import { allItems } from "../pages.ts";
import { type TextsAnswer, templateChanges, textRows } from "../templates.ts";
import { fields, type Terminal, table } from "../terminal.ts";

export interface ServiceOptions {
  readonly brand?: string;
  readonly locale?: string;
  readonly name?: string;
  /** `codeLength=8`, repeated. */
  readonly set: readonly string[];
  /** `accent=#1d5fd1`, repeated. */
  readonly page: readonly string[];
  /** `platform=web`, repeated. */
  readonly text: readonly string[];
  /** `de.sms={code} ...`, repeated. */
  readonly template: readonly string[];
  /** Ids that the customer's code carries of its vendor; an empty one is taken back. */
  readonly vonageApplication?: string;
  readonly telnyxProfile?: string;
  readonly twilioService?: string;
}

interface ServiceAnswer {
  readonly id: string;
  readonly name: string;
  readonly brand: string;
  readonly locale: string;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly page: Readonly<Record<string, unknown>>;
  readonly texts: TextsAnswer;
  readonly adopted: Readonly<Record<string, unknown>>;
  readonly telnyxPublicKey: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const base = "/api/v1/services";

export async function createService(
  name: string,
  options: ServiceOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const body = { ...changes(options), name };
  await connected(
    all,
    terminal,
    async (connection) => {
      const made = (await call(connection, "POST", base, body)) as ServiceAnswer;
      terminal.result(made, () => serviceText(made));
    },
    "founds",
  );
}

export async function updateService(
  nameOrId: string,
  options: ServiceOptions,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  const body = changes(options);
  if (Object.keys(body).length === 0) {
    throw usageFailure(
      "Nothing to change was given.",
      "Give --brand, --locale, --name, --set or --page <setting>=<value>, --text <setting>=<value>, --template <locale.kind>=<text>, or an id with --vonage-application, --telnyx-profile or --twilio-service.",
    );
  }
  await connected(all, terminal, async (connection) => {
    const { id } = await find(connection, nameOrId);
    const changed = (await call(connection, "PATCH", `${base}/${id}`, body)) as ServiceAnswer;
    terminal.result(changed, () => serviceText(changed));
  });
}

export async function showService(nameOrId: string, all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const found = await find(connection, nameOrId);
    terminal.result(found, () => serviceText(found));
  });
}

export async function listServices(all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const services = await allItems<ServiceAnswer>(connection, base);
    terminal.result({ items: services }, () =>
      table(
        ["ID", "NAME", "BRAND", "LOCALE"],
        services.map((one) => [one.id, one.name, one.brand, one.locale]),
        "There are no services.",
      ),
    );
  });
}

/** By id or name, as a start names it. */
async function find(connection: Connection, nameOrId: string): Promise<ServiceAnswer> {
  const services = await allItems<ServiceAnswer>(connection, base);
  const found = services.find((one) => one.id === nameOrId || one.name === nameOrId);
  if (found !== undefined) return found;
  throw new CommandFailed({
    exitCode: exitCodes.refused,
    code: "service_not_found",
    what: "There is no such service.",
    why: `None of ${services.length} has this id or name.`,
    remedy: "See `countersign services list`.",
  });
}

function changes(options: ServiceOptions): Record<string, unknown> {
  const { brand, locale, name, set, page, text, template } = options;
  const policy = Object.fromEntries(set.map((one) => setting("--set", one, "codeLength=8")));
  const ofPage = Object.fromEntries(page.map((one) => setting("--page", one, "accent=#1d5fd1")));
  const texts = Object.fromEntries(text.map((one) => setting("--text", one, "platform=web")));
  return {
    ...(brand === undefined ? {} : { brand }),
    ...(locale === undefined ? {} : { locale }),
    ...(name === undefined ? {} : { name }),
    ...(set.length === 0 ? {} : { policy }),
    ...(page.length === 0 ? {} : { page: ofPage }),
    ...adoptedChanges(options),
    ...(text.length + template.length === 0 ? {} : { texts: { ...texts, ...templateChanges(template) } }),
  };
}

function adoptedChanges(options: ServiceOptions): { readonly adopted?: Record<string, string | null> } {
  const { vonageApplication, telnyxProfile, twilioService } = options;
  const given = Object.entries({ vonageApplication, telnyxProfile, twilioService }).filter(
    (one): one is [string, string] => one[1] !== undefined,
  );
  if (given.length === 0) return {};
  return { adopted: Object.fromEntries(given.map(([name, id]) => [name, id === "" ? null : id])) };
}

/** Most services have adopted nothing: that needs no rows. */
function adoptedOnly(adopted: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(adopted).filter(([, id]) => id !== null));
}

function setting(option: string, given: string, example: string): [string, unknown] {
  const at = given.indexOf("=");
  if (at < 1)
    throw usageFailure(`${option} takes a setting and its value.`, `Write it like ${option} ${example}.`);
  return [given.slice(0, at), parsedValue(given.slice(at + 1))];
}

/** Numbers, lists and true are JSON already; a bare word is itself. */
function parsedValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function serviceText(one: ServiceAnswer): string {
  const listed = (settings: Readonly<Record<string, unknown>>, prefix: string) =>
    Object.entries(settings).map(
      ([name, value]) =>
        [`${prefix}${name}`, typeof value === "object" ? JSON.stringify(value) : value] as const,
    );
  return fields([
    ["id", one.id],
    ["name", one.name],
    ["brand", one.brand],
    ["locale", one.locale],
    ["created", one.createdAt],
    ["updated", one.updatedAt],
    ...listed(one.policy, ""),
    ...listed(one.page, "page."),
    ["telnyx public key", one.telnyxPublicKey],
    ...textRows(one),
    ...listed(adoptedOnly(one.adopted), "adopted."),
  ]);
}
