import type { FastifyInstance } from "fastify";
import { html } from "ghtml";
import type { NoticeKind } from "../../accounts/index.ts";
import { formSealField } from "../pages/parts.ts";
import type { View } from "../pages/views.ts";
import type { AccountWordName } from "./languages/index.ts";
import type { LinkPath } from "./options.ts";
import { passwordLeast } from "./passwords.ts";
import { timeIn } from "./time.ts";
import { type AccountParts, base, formOf, passwordField, titled } from "./views.ts";
import type { AccountVisit, Followed } from "./visit.ts";

export interface LinkParts extends AccountParts {
  readonly path: LinkPath;
  readonly followed: Followed;
  readonly visit: AccountVisit;
  /** Whether people sign in here, so that they can go on here. */
  readonly isOpen: boolean;
}

/** What a link leads to, as it is now; `isOld` where nothing more comes of it. */
export async function linkView(
  { accounts }: FastifyInstance,
  parts: LinkParts,
): Promise<{ readonly isOld: boolean; readonly view: View }> {
  const { followed, path } = parts;
  const { tenantId } = parts.visit;
  const isReset = path === "/account/reset";
  if (!isReset && followed.kind === "disputed") {
    return { isOld: false, view: stoppedView(parts, followed) };
  }
  if (!isReset && followed.kind === "notice") {
    const checked = await accounts.checkNotice({ tenantId, notice: followed.notice });
    if (checked.outcome === "noticeOpen") return { isOld: false, view: notMeView(parts, checked) };
  }
  if (isReset && followed.kind === "resetDone") return { isOld: false, view: resetDoneView(parts) };
  if (isReset && followed.kind === "reset") {
    const checked = await accounts.checkReset({ tenantId, reset: followed.reset });
    if (checked.outcome === "resetOpen") {
      const { subscriberId, needsPassword } = checked;
      const subscriber = await accounts.subscriber({ tenantId, subscriberId });
      const name = subscriber?.name ?? "";
      return { isOld: false, view: resetView(parts, { name, needsPassword }) };
    }
  }
  return { isOld: true, view: oldView(parts) };
}

const said: Readonly<Record<NoticeKind, AccountWordName | null>> = {
  phoneAdded: "saidAdded",
  emailAdded: "saidAdded",
  authenticatorAdded: "saidAdded",
  phoneRemoved: "saidRemoved",
  emailRemoved: "saidRemoved",
  authenticatorRemoved: "saidRemoved",
  removalBegun: "saidRemoval",
  passwordChanged: "saidPassword",
  recoveryCodesMade: "saidCodes",
  recoveryCodeUsed: "saidCodes",
  recovered: "saidBack",
  resetStarted: "saidBack",
  resetDone: "saidBack",
  disputed: null,
  disablingNear: "saidWrong",
  authenticatorDisabled: "saidWrong",
};

/** Told of wrong codes: nothing was changed. */
export function isWarning(kind: NoticeKind | null): boolean {
  return kind !== null && said[kind] === "saidWrong";
}

/** What happened, and whether it was them. Whose account it is stands nowhere: numbers are given to other people. */
function notMeView(
  parts: LinkParts,
  { kind, madeAt }: { readonly kind: NoticeKind | null; readonly madeAt: number },
): View {
  const { words, tag } = parts.language;
  const what = kind === null ? null : said[kind];
  const lead = what === "saidWrong" ? words.notMeWrongLead : words.notMeLead;
  const content = html`!${titled(parts, words.notMeTitle)}
<p class="lead">!${what === null ? "" : html`${words[what]} `}<bdi class="quiet">${timeIn(tag, madeAt)}</bdi></p>
<p>${lead}</p>
<form method="post" action="${base}/not-me" data-busy="${words.oneMoment}">!${formSealField(parts)}<button class="button wide">${words.notMe}</button></form>
<p class="quiet">${words.wasMe}</p>`;
  return { title: words.notMeTitle, content };
}

function stoppedView(
  parts: LinkParts,
  { stopped: { disabled, kept, password }, isWarned }: Extract<Followed, { readonly kind: "disputed" }>,
): View {
  const { words } = parts.language;
  const title = isWarned === true ? words.safeTitle : words.stoppedTitle;
  const more = [
    ...(disabled > 0 ? [words.stoppedNew] : []),
    ...(kept > 0 ? [words.stoppedKept] : []),
    ...(password ? [words.stoppedPassword] : []),
  ];
  const content = html`<div class="mark" aria-hidden="true">✓</div>
<h1 tabindex="-1">${title}</h1>
<p class="lead">${words.notMeDone}</p>
!${more.length === 0 ? "" : html`<ul class="said">!${more.map((one) => html`<li>${one}</li>`)}</ul>`}
<p>${words.stoppedNext}</p>
!${parts.isOpen ? html`<a class="button wide" href="${base}/recover">${words.recoverTitle}</a>` : ""}`;
  return { title, content };
}

function resetView(
  parts: LinkParts,
  { name, needsPassword }: { readonly name: string; readonly needsPassword: boolean },
): View {
  const { words } = parts.language;
  // For the browser's own list of passwords, which would not know whose this is.
  const whose = html`<input type="text" name="name" autocomplete="username" value="${name}" readonly hidden>`;
  const password = passwordField(parts, { label: words.newPassword, isNew: true, least: passwordLeast });
  const content = html`!${titled(parts, words.resetTitle)}
<p class="lead"><bdi>${name}</bdi></p>
<p>${words.resetLead}</p>
!${formOf({ ...parts, base }, "reset", needsPassword ? whose + password : "", words.save)}`;
  return { title: words.resetTitle, content };
}

function resetDoneView({ language: { words } }: LinkParts): View {
  const content = html`<div class="mark" aria-hidden="true">✓</div>
<h1 tabindex="-1">${words.resetDone}</h1>`;
  return { title: words.resetDone, content };
}

/** Used, too old, or of nobody: nobody is told which. */
function oldView({ language: { words }, isOpen }: LinkParts): View {
  const content = html`<div class="mark stopped" aria-hidden="true">!</div>
<h1 tabindex="-1">${words.linkTitle}</h1>
<p class="lead">${words.linkOld}</p>
!${isOpen ? html`<a class="button wide" href="${base}/recover">${words.forgot}</a>` : ""}`;
  return { title: words.linkTitle, content };
}
