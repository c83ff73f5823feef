import type {
  Authenticator,
  Session,
  SessionList,
  StartedReset,
  Subscriber,
  SubscriberList,
} from "../../client/schemas.generated.ts";
import { uuidPattern } from "../../clock/index.ts";
import { call, connected, type GlobalOptions } from "../connection.ts";
import type { Connection } from "../contract.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandFailed, usageFailure } from "../failure.ts";
import { allItems } from "../pages.ts";
import { fields, printable, type Terminal, table } from "../terminal.ts";
import { count } from "../verification-text.ts";

export async function listSubscribers(all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const subscribers = await allItems<Subscriber>(connection, "/api/v1/subscribers");
    terminal.result({ items: subscribers }, () =>
      table(
        ["ID", "NAME", "STATE", "AUTHENTICATORS", "SINCE"],
        subscribers.map((one) => [
          one.id,
          nameOf(one),
          one.isFrozen ? "frozen" : "open",
          usable(one).map(({ type }) => type),
          one.createdAt,
        ]),
        "There are no subscribers.",
      ),
    );
  });
}

export async function showSubscriber(person: string, all: GlobalOptions, terminal: Terminal): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const found = await subscriberNamed(connection, person);
    const { items } = (await call(connection, "GET", `${pathOf(found)}/sessions`)) as SessionList;
    terminal.result({ ...found, sessions: items }, () =>
      [subscriberText(found), authenticatorsText(found), sessionsText(items)].join("\n\n"),
    );
  });
}

/** A link to an address of theirs: who sends it learns nothing that lets them in (P-7). */
export async function resetSubscriber(
  person: string,
  options: { readonly to?: string },
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const found = await subscriberNamed(connection, person);
    const body = options.to === undefined ? {} : { authenticatorId: options.to };
    const begun = (await call(connection, "POST", `${pathOf(found)}/reset`, body)) as StartedReset;
    if (connection.kind === "inProcess") {
      terminal.note("No server runs on this data: the link goes out when one starts, within its time.");
    }
    terminal.result(begun, () => {
      const way = begun.channel === "email" ? "by e-mail" : "by text";
      return `A link is on its way ${way} to ${printable(begun.sentTo ?? "an address of theirs")}, good once, until ${printable(begun.endsAt)}. All their other addresses are told.`;
    });
  });
}

export async function signOutSubscriber(
  person: string,
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  await connected(all, terminal, async (connection) => {
    const found = await subscriberNamed(connection, person);
    await call(connection, "DELETE", `${pathOf(found)}/sessions`);
    terminal.result({ id: found.id, name: found.name }, () => `Signed out everywhere: ${nameOf(found)}.`);
  });
}

/** Removes somebody with all they have: it cannot be taken back, so that it has to be said twice. */
export async function removeSubscriber(
  person: string,
  options: { readonly yes?: boolean; readonly erase?: boolean },
  all: GlobalOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.yes !== true) {
    throw usageFailure(
      "Removing somebody cannot be taken back.",
      "Say --yes if their name, password, authenticators and sessions are to go.",
    );
  }
  await connected(all, terminal, async (connection) => {
    const found = await subscriberNamed(connection, person);
    const isErasing = options.erase === true;
    await call(connection, "DELETE", `${pathOf(found)}${isErasing ? "?erase=true" : ""}`);
    terminal.result({ id: found.id, name: found.name, erased: isErasing }, () =>
      isErasing
        ? `Removed and erased: ${nameOf(found)}, with what was sent to their numbers and addresses. Backups still hold it.`
        : `Removed: ${nameOf(found)}. What was sent to their numbers and addresses stays until its time is over; with --erase it goes as well.`,
    );
  });
}

/** By their user name or by our id; a name may look like an id, which goes first. */
async function subscriberNamed(connection: Connection, person: string): Promise<Subscriber> {
  if (uuidPattern.test(person)) {
    const answer = await connection.request("GET", `/api/v1/subscribers/${person}`);
    if (answer.status === 200) return answer.body as Subscriber;
  }
  const path = `/api/v1/subscribers?name=${encodeURIComponent(person)}`;
  const { items } = (await call(connection, "GET", path)) as SubscriberList;
  const [found] = items;
  if (found !== undefined) return found;
  throw new CommandFailed({
    exitCode: exitCodes.refused,
    code: "subscriber_not_found",
    what: `There is no subscriber ${printable(person)}.`,
    why: null,
    remedy: "See `countersign subscribers list`.",
  });
}

function pathOf({ id }: Subscriber): string {
  return `/api/v1/subscribers/${id}`;
}

function nameOf({ name, id }: Subscriber): string {
  return name === null ? `${id} (their name cannot be read)` : printable(name);
}

function usable({ authenticators }: Subscriber): readonly Authenticator[] {
  return authenticators.filter((one) => one.isConfirmed && !one.isDisabled);
}

function subscriberText(one: Subscriber): string {
  return fields([
    ["id", one.id],
    ["name", nameOf(one)],
    ["state", one.isFrozen ? "frozen: somebody said that a change was not theirs" : "open"],
    ["password", one.hasPassword ? "set" : "none here: the application checks it"],
    ["second authenticator", one.mustHaveSecond ? "always asked for" : "asked for where there is one"],
    ["language", one.locale ?? "of the service"],
    ["since", one.createdAt],
  ]);
}

function authenticatorsText({ authenticators }: Subscriber): string {
  return table(
    ["AUTHENTICATOR", "TYPE", "NAME", "WHERE", "STATE", "LAST USED"],
    authenticators.map((one) => [
      one.id,
      one.type,
      one.name,
      one.number ?? one.address ?? (one.codesLeft === null ? null : `${one.codesLeft} codes left`),
      stateOf(one),
      one.lastUsedAt,
    ]),
    "Nothing is enrolled.",
  );
}

function stateOf(one: Authenticator): string {
  if (!one.isConfirmed) return "not confirmed";
  if (one.isDisabled) return "disabled";
  if (one.removesAt !== null) return `until ${one.removesAt}`;
  if (one.isStale) return "proved too long ago";
  return one.isPreferred ? "preferred" : "works";
}

function sessionsText(sessions: readonly Session[]): string {
  if (sessions.length === 0) return "Nowhere signed in.";
  const rows = sessions.map((one) => [one.browser, one.createdAt, one.seenAt, one.endsAt]);
  return `${count(sessions.length, "session")}\n${table(["BROWSER", "SINCE", "SEEN", "ENDS"], rows, "")}`;
}
