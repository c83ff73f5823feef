import { html } from "ghtml";
import { lookAt } from "../../../engine/index.ts";
import { maskedOrNull } from "../../api/verification-body.ts";
import { statusSchema } from "../../api/verification-schemas.ts";
import type { Fields } from "../../pages/flow.ts";
import { Problem } from "../../problems.ts";
import { button, type ConsolePage, facts, formField, instant, table, text, unread } from "../frame.ts";
import { type Inside, type Led, noteConsoleAct } from "../gate.ts";
import { afterCall, ask, idIn, placed, refusal } from "./page.ts";

const path = "/console/verifications";
const statuses = statusSchema.enum;

interface Listed {
  readonly id: string;
  readonly status: string;
  readonly to: string | null;
  readonly channel: string;
  readonly purpose: string;
  readonly createdAt: string;
}

/** The newest, by status and page by page. */
export async function verificationsPage(
  inside: Inside,
  query: Readonly<Record<string, string>>,
): Promise<ConsolePage> {
  const status = statuses.find((one) => one === query["status"]) ?? "";
  const asked = new URLSearchParams({ limit: "50" });
  if (status !== "") asked.set("status", status);
  if (query["cursor"] !== undefined) asked.set("cursor", query["cursor"]);
  const answer = await ask(inside, "GET", `/verifications?${asked}`);
  if (!answer.isDone) return listed(inside, { items: [], status, refused: refusal(answer) });
  const { items, nextCursor } = answer.body;
  return listed(inside, { items, status, next: nextCursor });
}

/** Those to one number. It comes as a form, so that it is in no address and no log. */
export async function searchNumber(inside: Inside, { to = "", status = "" }: Fields): Promise<Led> {
  const { state } = inside;
  if (to.trim() === "") return { state, to: path };
  const asked = new URLSearchParams({ limit: "100", to: to.trim().slice(0, 64) });
  const known = statuses.find((one) => one === status) ?? "";
  if (known !== "") asked.set("status", known);
  const answer = await ask(inside, "GET", `/verifications?${asked}`);
  const page = answer.isDone
    ? listed(inside, { items: answer.body.items, status: known, isOfNumber: true })
    : listed(inside, { items: [], status: known, refused: refusal(answer) });
  return { state: { ...state, note: null }, page };
}

interface List {
  readonly items: readonly Listed[];
  readonly status: string;
  readonly next?: string | null;
  readonly refused?: string;
  readonly isOfNumber?: boolean;
}

function listed(inside: Inside, { items, status, next = null, refused, isOfNumber }: List): ConsolePage {
  const options = ["", ...statuses].map(
    (one) =>
      html`<option value="${one}"!${one === status ? " selected" : ""}>${one === "" ? "all" : one}</option>`,
  );
  const more = new URLSearchParams({ ...(status === "" ? {} : { status }), cursor: next ?? "" });
  const content = html`<div class="inline"><form class="inline" method="get" action="${path}">
<div class="field"><label for="status">Status</label><select id="status" name="status">!${options}</select></div><button class="button plain">Show</button></form>
<form class="inline" method="post" action="${path}">!${formField(inside.form)}
<div class="field"><label for="to">Number</label><input id="to" name="to" type="tel" autocomplete="off" placeholder="+14155550123" maxlength="64"></div><button class="button plain">Search</button></form></div>
!${isOfNumber === true ? html`<p class="quiet">The last 100 to this number. <a href="${path}">Show all</a></p>` : ""}
!${table(
    "Verifications",
    ["Started (UTC)", "Number", "Status", "Channel", "Purpose", ""],
    items.map((one) => [
      instant(one.createdAt),
      text(one.to ?? unread),
      text(one.status),
      text(one.channel),
      text(one.purpose),
      html`<a href="${path}/${one.id}">Details<span class="seen-by-readers-only"> of ${one.id}</span></a>`,
    ]),
    "There are no such verifications.",
  )}
!${next === null ? "" : html`<p><a class="button plain" href="${path}?${more}">Older</a></p>`}`;
  const note = refused === undefined ? {} : { note: { isGood: false, text: refused } };
  return placed(inside, path, { title: "Verifications", content, ...note });
}

/** One verification, with its deliveries and checks; never a code. */
export async function verificationPage(inside: Inside, given: unknown): Promise<ConsolePage> {
  const found = await lookAt(inside.parts, { tenantId: inside.tools.calls.tenantId, id: idIn(given) });
  if (found === null) throw new Problem("not_found");
  const isPending = found.status === "pending";
  const cancel = found.hasBinding
    ? html`<p class="quiet">It was started with a binding: only the caller that repeats it can cancel it.</p>`
    : button(`${path}/${found.id}/cancel`, inside.form, "Cancel this verification");
  const content = html`!${facts([
    ["Number", text(maskedOrNull(found.to) ?? unread)],
    ["Status", text(found.status)],
    ["Purpose", text(found.purpose)],
    ["Started (UTC)", instant(found.createdAt)],
    ["Ends (UTC)", instant(found.endsAt)],
    ["Settled (UTC)", instant(found.settledAt)],
    ["Checks left", text(found.checksLeft)],
    ["Id", html`<code>${found.id}</code>`],
  ])}
!${isPending ? cancel : ""}
<h2>Deliveries</h2>
!${table(
    "Deliveries",
    ["No", "Channel", "State", "Because of", "Carrier", "Attempts"],
    found.deliveries.map((one) => [
      text(one.sequence),
      text(one.channel),
      text(one.state),
      text(one.cause),
      text(one.attempts.at(-1)?.provider),
      text(one.attempts.map(({ answer }) => answer).join(", ")),
    ]),
    "Nothing was sent.",
  )}
<h2>Checks</h2>
!${table(
    "Checks",
    ["At (UTC)", "Code"],
    found.checks.map((one) => [instant(one.at), one.right ? "right" : "wrong"]),
    "No code was checked.",
  )}
<p><a href="${path}">All verifications</a></p>`;
  return placed(inside, path, { title: "Verification", content });
}

/** Ends a pending verification. */
export async function cancelVerification(inside: Inside, given: unknown): Promise<Led> {
  const id = idIn(given);
  const answer = await ask(inside, "DELETE", `/verifications/${id}`);
  // For a key it is daily work and has no entry; for an administrator it has one.
  if (answer.isDone) await noteConsoleAct(inside, inside.administrator, "cancelVerification", id);
  return afterCall(inside, answer, "The verification is canceled.", `${path}/${id}`);
}
