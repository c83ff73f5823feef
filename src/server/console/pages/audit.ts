import { html } from "ghtml";
import { type AuditActor, auditEntries } from "../../../audit/index.ts";
import { type ConsolePage, instant, table, text } from "../frame.ts";
import type { Inside } from "../gate.ts";
import { placed } from "./page.ts";

const path = "/console/audit";
const pageSize = 50;

/** Who did what and when, newest first. */
export async function auditPage(
  inside: Inside,
  query: Readonly<Record<string, string>>,
): Promise<ConsolePage> {
  const given = query["before"] ?? "";
  const before = /^[1-9]\d{0,9}$/.test(given) ? Number(given) : undefined;
  const entries = await auditEntries(inside.parts.store, { before, limit: pageSize });
  const last = entries.at(-1);
  const content = html`!${table(
    "Audit log",
    ["No", "At (UTC)", "Who", "What", "On", "From"],
    entries.map((one) => [
      text(one.sequence),
      instant(one.at),
      whoOf(one.actor),
      text(one.operation),
      one.target === null ? "–" : html`<code>${one.target}</code>`,
      text(one.address),
    ]),
    "Nothing was done yet.",
  )}
!${last === undefined || last.sequence === 1 ? "" : html`<p><a class="button plain" href="${path}?before=${last.sequence}">Older</a></p>`}
<p class="quiet">Whether it is as it was written: <code>countersign audit verify</code>, on the machine of the server.</p>`;
  return placed(inside, path, { title: "Audit log", content });
}

function whoOf({ kind, id, name }: AuditActor): string {
  switch (kind) {
    case "machine":
      return "the server's machine";
    case "key":
      return html`key <code>${id}</code>`;
    case "administrator":
      return text(name ?? id);
    default:
      return kind satisfies never;
  }
}
