import type { FastifyReply } from "fastify";
import { html } from "ghtml";
import { iso } from "../api/schemas.ts";
import type { Assets } from "../pages/assets.ts";
import { setPageHeaders } from "../pages/headers.ts";
import { layout } from "../pages/layout.ts";
import { isSecure } from "../same-origin.ts";
import type { ConsoleNote } from "./state.ts";

/** In place of what is kept and cannot be read. */
export const unread = "(cannot be read)";

/** What every page of the console is made with. */
export interface Look {
  readonly style: string;
  readonly console: string;
  readonly passkeys: string;
}

export function lookOf(shared: Assets, own: Assets): Look {
  return {
    style: shared.url("style.css"),
    console: own.url("console.css"),
    passkeys: shared.url("passkey.js"),
  };
}

/** A page as it is shown. */
export interface ConsolePage {
  readonly title: string;
  /** Escaped HTML. */
  readonly content: string;
  readonly note?: ConsoleNote | null;
  /** Where somebody is who is signed in; absent before that. */
  readonly at?: { readonly path: string; readonly name: string; readonly form: string };
  readonly hasPasskeys?: boolean;
}

const places = [
  ["/console", "Overview"],
  ["/console/verifications", "Verifications"],
  ["/console/people", "People"],
  ["/console/keys", "API keys"],
  ["/console/services", "Services"],
  ["/console/webhooks", "Webhooks"],
  ["/console/administrators", "Administrators"],
  ["/console/audit", "Audit log"],
] as const;

export function sendPage(reply: FastifyReply, look: Look, page: ConsolePage): FastifyReply {
  const { title, content, at, note = null } = page;
  setPageHeaders(reply, { isSecure: isSecure(reply.request) });
  reply.type("text/html; charset=utf-8");
  const said =
    note === null
      ? ""
      : html`<div class="${note.isGood ? "notice good" : "notice"}" role="status"><span>${note.text}</span></div>`;
  return reply.send(
    layout({
      language: "en",
      direction: "ltr",
      title: `${title} · Countersign console`,
      brand: { name: "Countersign console", logo: null },
      styles: [look.style, look.console],
      scripts: page.hasPasskeys === true ? [look.passkeys] : [],
      content: html`<div class="console${at === undefined ? " narrow" : ""}">!${at === undefined ? "" : headOf(at)}<h1>${title}</h1>
!${said}!${content}</div>`,
    }),
  );
}

function headOf({ path, name, form }: NonNullable<ConsolePage["at"]>): string {
  const links = places.map(
    ([to, words]) =>
      html`<li><a href="${to}"!${to === path ? html` aria-current="page"` : ""}>${words}</a></li>`,
  );
  return html`<div class="head"><nav aria-label="Console"><ul>!${links}</ul></nav>
<form method="post" action="/console/sign-out">!${formField(form)}<span class="who">${name}</span> <button class="button bare">Sign out</button></form></div>
`;
}

/** What proves that a form is of this browser. */
export function formField(form: string): string {
  return html`<input type="hidden" name="form" value="${form}">`;
}

/** More columns than a phone has room for become a list there, with the name of its column before each value. */
const columnsAbreastMax = 3;

/** A table that scrolls by itself where it is too wide; cells are escaped HTML. */
export function table(
  label: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): string {
  if (rows.length === 0) return html`<p class="quiet">${none}</p>`;
  const stacks = heads.length > columnsAbreastMax ? " stacks" : "";
  // The roles are those that a table has by itself, until a style shows it as a list.
  return html`<div class="scroll${stacks}" role="region" aria-label="${label}" tabindex="0"><table role="table">
<thead role="rowgroup"><tr role="row">!${heads.map(headCell)}</tr></thead>
<tbody role="rowgroup">!${rows.map((cells) => html`<tr role="row">!${cells.map((cell, index) => html`<td role="cell" data-head="${heads[index] ?? ""}">!${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

function headCell(words: string): string {
  return words === "" ? '<td role="cell"></td>' : html`<th role="columnheader" scope="col">${words}</th>`;
}

/** Names and values; values are escaped HTML. */
export function facts(rows: readonly (readonly [string, string])[]): string {
  return html`<dl>!${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>!${value}</dd></div>`)}</dl>`;
}

/** Escaped text; a dash for nothing. */
export function text(value: unknown): string {
  return value === null || value === undefined || value === "" ? "–" : html`${String(value)}`;
}

/** An instant as a machine and as people read it. */
export function instant(given: string | number | null): string {
  if (given === null) return "–";
  const at = typeof given === "number" ? iso(given) : given;
  return html`<time datetime="${at}">${at.slice(0, 19).replace("T", " ")}</time>`;
}

/** A form with nothing but a button. */
export function button(action: string, form: string, label: string, kind = "plain"): string {
  return html`<form method="post" action="${action}">!${formField(form)}<button class="button ${kind}">${label}</button></form>`;
}
