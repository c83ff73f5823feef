import type { FastifyReply, FastifyRequest } from "fastify";
import { hasPasskeys } from "../account/passkey-offer.ts";
import { noteFault } from "../pages/faults.ts";
import { fieldsOf } from "../pages/fields.ts";
import type { Fields } from "../pages/flow.ts";
import { Problem } from "../problems.ts";
import { askNewPasskey, confirmApp, confirmPasskey, enrolApp, enrolling } from "./enrol.ts";
import { type ConsolePage, sendPage } from "./frame.ts";
import {
  askedAgain,
  type Here,
  hereOf,
  type Inside,
  insideOf,
  isOwnForm,
  type Led,
  show,
  showAnybody,
  type Tools,
  take,
  takeAnybody,
} from "./gate.ts";
import {
  administratorsPage,
  inviteAdministrator,
  removeAdministrator,
  signOutEverywhere,
} from "./pages/administrators.ts";
import { auditPage } from "./pages/audit.ts";
import { createKey, keysPage, revokeKey } from "./pages/keys.ts";
import { overviewPage } from "./pages/overview.ts";
import { idIn } from "./pages/page.ts";
import { peoplePage, personPage, searchPerson } from "./pages/people.ts";
import { removePerson, resetPerson, signOutPerson } from "./pages/people-acts.ts";
import { replayEvent, servicesPage, webhooksPage } from "./pages/services.ts";
import {
  cancelVerification,
  searchNumber,
  verificationPage,
  verificationsPage,
} from "./pages/verifications.ts";
import {
  askPasskey,
  enterCode,
  enterPassword,
  heldOf,
  signOut,
  useInvitation,
  usePasskey,
} from "./sign-in.ts";
import { challengeView, codesView, enrolView, joinView, signInView } from "./sign-in-views.ts";

type Ids = readonly string[];

/** Paths with `:id` for each id; what is not here is not there. */
interface Row<W> {
  readonly path: string;
  readonly work: W;
}

/** Pages that only somebody sees who is signed in. */
const insidePages: readonly Row<(inside: Inside, query: Fields, ids: Ids) => Promise<ConsolePage>>[] = [
  { path: "", work: overviewPage },
  { path: "verifications", work: verificationsPage },
  { path: "verifications/:id", work: (inside, _query, [id]) => verificationPage(inside, id) },
  { path: "people", work: peoplePage },
  { path: "people/:id", work: (inside, _query, [id]) => personPage(inside, id) },
  { path: "keys", work: keysPage },
  { path: "services", work: servicesPage },
  { path: "webhooks", work: webhooksPage },
  { path: "administrators", work: administratorsPage },
  { path: "audit", work: auditPage },
];

interface InsideForm extends Row<(inside: Inside, fields: Fields, ids: Ids) => Promise<Led>> {
  /** The page that it is on, where it asks for an authenticator that was shown just now; `:id` as in the path. */
  readonly dangerousOn?: string;
}

const keys = "/console/keys";
const administrators = "/console/administrators";
const person = "/console/people/:id";

/** Forms of those pages. */
const insideForms: readonly InsideForm[] = [
  { path: "verifications", work: searchNumber },
  { path: "verifications/:id/cancel", work: (inside, _fields, [id]) => cancelVerification(inside, id) },
  { path: "people", work: searchPerson },
  { path: "people/:id/sign-out", work: (inside, _fields, [id]) => signOutPerson(inside, id) },
  {
    path: "people/:id/reset",
    work: (inside, fields, [id]) => resetPerson(inside, fields, id),
    dangerousOn: person,
  },
  {
    path: "people/:id/remove",
    work: (inside, fields, [id]) => removePerson(inside, fields, id),
    dangerousOn: person,
  },
  { path: "keys", work: createKey, dangerousOn: keys },
  { path: "keys/:id/revoke", work: (inside, _fields, [id]) => revokeKey(inside, id), dangerousOn: keys },
  {
    path: "webhooks/:id/events/:id/replay",
    work: (inside, _fields, [webhook, event]) => replayEvent(inside, webhook, event),
  },
  { path: "administrators/invite", work: inviteAdministrator, dangerousOn: administrators },
  {
    path: "administrators/:id/remove",
    work: (inside, _fields, [id]) => removeAdministrator(inside, id),
    dangerousOn: administrators,
  },
  { path: "administrators/sign-out-others", work: signOutEverywhere },
];

type ToAnybody = (here: Here) => Promise<ConsolePage | { readonly to: string }>;

/** Pages on the way in. */
const outsidePages: Readonly<Record<string, ToAnybody>> = {
  "sign-in": async (here) => ((await insideOf(here)) === null ? signInView(here) : { to: "/console" }),
  join: async (here) => joinView(here),
  enrol: async (here) =>
    enrolling(here) === null ? { to: "/console/sign-in" } : await enrolView(here, hasPasskeys(here.request)),
  challenge: challengePage,
  confirm: challengePage,
  codes: async (here) => {
    const { codes } = here.state;
    const isIn = codes !== null && (await insideOf(here)) !== null;
    return isIn ? codesView(here, codes) : { to: "/console" };
  },
};

/** Forms on the way in. */
const outsideForms: Readonly<Record<string, (here: Here, fields: Fields) => Promise<Led>>> = {
  "sign-in": enterPassword,
  join: useInvitation,
  challenge: enterCode,
  "challenge/passkey": usePasskey,
  confirm: enterCode,
  "confirm/passkey": usePasskey,
  "enrol/app": enrolApp,
  "enrol/code": confirmApp,
  "enrol/passkey": confirmPasskey,
  "codes-kept": async ({ state }) => ({ state: { ...state, codes: null, note: null }, to: "/console" }),
  "sign-out": signOut,
};

const passkeyAsks: Readonly<Record<string, (here: Here) => Promise<{ id: string; options: object } | null>>> =
  {
    "challenge/passkey/options": askPasskey,
    "confirm/passkey/options": askPasskey,
    "enrol/passkey/options": askNewPasskey,
  };

async function challengePage(here: Here): Promise<ConsolePage | { readonly to: string }> {
  const held = heldOf(here);
  const shown = held === null ? null : await here.accounts.challenge(held);
  if (shown?.challenge.status !== "pending")
    return { to: here.state.session === null ? "/console/sign-in" : "/console" };
  return challengeView(here, shown.authenticators, hasPasskeys(here.request));
}

/** A page. */
export async function get(
  tools: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
  rest: string,
): Promise<FastifyReply> {
  const again = askedAgain(tools, request, reply);
  if (again !== null) return again;
  const query = fieldsOf(request.query);
  const outside = own(outsidePages, rest);
  if (outside !== undefined) return await showAnybody(tools, request, reply, outside);
  const [row, ids] = find(insidePages, rest);
  return await show(tools, request, reply, async (inside) => {
    if (row === undefined) throw new Problem("not_found");
    return await row.work(inside, query, ids);
  });
}

/** A form. */
export async function post(
  tools: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
  rest: string,
): Promise<FastifyReply> {
  const outside = own(outsideForms, rest);
  if (outside !== undefined) return await takeAnybody(tools, request, reply, outside);
  const asks = own(passkeyAsks, rest);
  if (asks !== undefined) return await sendOptions(tools, request, reply, asks);
  const [row, ids] = find(insideForms, rest);
  const dangerous = row?.dangerousOn === undefined ? null : { on: pageWith(row.dangerousOn, ids) };
  return await take(
    tools,
    request,
    reply,
    async (inside, fields) => {
      if (row === undefined) throw new Problem("not_found");
      return await row.work(inside, fields, ids);
    },
    dangerous,
  );
}

async function sendOptions(
  tools: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
  asks: (here: Here) => Promise<{ id: string; options: object } | null>,
): Promise<FastifyReply> {
  const here = await hereOf(tools, request, reply);
  const isOurs = isOwnForm(here, fieldsOf(request.body)) && hasPasskeys(request);
  const asked = isOurs ? await asks(here) : null;
  return asked === null ? reply.code(409).send({}) : reply.send(asked);
}

function own<V>(table: Readonly<Record<string, V>>, name: string): V | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The row of a path, and the ids in it. */
function find<R extends { readonly path: string }>(
  rows: readonly R[],
  rest: string,
): readonly [R | undefined, Ids] {
  const parts = rest.split("/");
  for (const row of rows) {
    const names = row.path.split("/");
    const isIt =
      names.length === parts.length && names.every((name, at) => name === ":id" || name === parts[at]);
    if (isIt) return [row, parts.filter((_part, at) => names[at] === ":id")];
  }
  return [undefined, []];
}

/** The address of a page with ids in it; what can be none finds nothing. */
function pageWith(path: string, ids: Ids): string {
  return path.includes(":id") ? path.replace(":id", idIn(ids[0])) : path;
}

/** What went wrong, without a word of what it was about. */
export function sendFault(
  tools: Tools,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const status = noteFault(request, error);
  const words: Readonly<Record<number, string>> = {
    403: "This form was sent by another site, so nothing was done.",
    404: "There is no such page, or what it was about is gone.",
  };
  const text =
    words[status] ?? "Something went wrong. Nothing may have been done: look before you try again.";
  const content = `<p class="lead">${text}</p>\n<p><a class="button wide" href="/console">To the console</a></p>`;
  return sendPage(reply.code(status), tools.look, { title: "This did not work", content });
}
