import { html } from "ghtml";
import { internationalForm, maskPhoneNumber } from "../../numbers/index.ts";
import { countriesIn } from "./countries.ts";
import type { Language, WordName } from "./languages/index.ts";
import { action, errorOf, formSealField, noticeOf, type PieceParts, say, wrongness } from "./parts.ts";
import type { Note, Round, Visit } from "./visit.ts";

/** What a page is made of, beside its frame. */
export interface View {
  readonly title: string;
  /** HTML that is escaped already. */
  readonly content: string;
}

export interface ViewParts extends PieceParts<WordName> {
  readonly language: Language;
  readonly note: Note | null;
}

/** What is told of what went well. */
const good: readonly WordName[] = ["sentAgain", "calling"];

export interface NumberParts extends ViewParts {
  readonly visit: Visit;
  readonly country: string;
  readonly challenge: string;
  readonly worker: string;
  /** Of a page that is about more than the number. */
  readonly opening?: { readonly title: string; readonly lead: string };
  /** HTML below the form. */
  readonly below?: string;
}

/** Where the number is entered; or, where the host application chose it, where the code is asked for. */
export function numberView(parts: NumberParts): View {
  const { language, visit } = parts;
  const { words } = language;
  const isKnown = visit.to !== null;
  const lead = isKnown
    ? say(language, "knownLead", { number: maskPhoneNumber(visit.to ?? "") })
    : html`${parts.opening?.lead ?? words.numberLead}`;
  const title = parts.opening?.title ?? words.numberTitle;
  const content = html`<h1 tabindex="-1">${title}</h1>
!${noticeOf(parts, good)}
<p class="lead">!${lead}</p>
<form method="post" action="${parts.base}/number" novalidate data-proof="${parts.worker}" data-busy="${words.oneMoment}">
!${formSealField(parts)}
<input type="hidden" name="challenge" value="${parts.challenge}">
<input type="hidden" name="answer" value="">
!${isKnown ? "" : numberFields(parts)}
<button class="button wide">${words.send}</button>
</form>
!${visit.returnUrl === null ? "" : html`<div class="end">!${action(parts, "cancel", words.cancel, "bare")}</div>`}
!${parts.below ?? ""}`;
  return { title, content };
}

/** Country and number, as somebody types them. */
export function numberFields(parts: ViewParts & { readonly country: string }): string {
  const { language, country, note } = parts;
  const { words } = language;
  const chosen = note?.country ?? country;
  const options = countriesIn(language.tag).map(({ region, name, callingCode }) => {
    const selected = region === chosen ? " selected" : "";
    return html`<option value="${region}" data-code="+${callingCode}"!${selected}>${name} (${isolated(`+${callingCode}`)})</option>`;
  });
  return html`<div class="field"><label for="country" id="country-label">${words.country}</label>
<select id="country" name="country" autocomplete="country" data-none="${words.noCountry}">
<option value=""></option>
!${options}</select></div>
<div class="field"><label for="number">${words.number}</label>
<input id="number" name="number" type="tel" inputmode="tel" autocomplete="tel" maxlength="64" required dir="ltr" value="${note?.number ?? ""}"!${wrongness(parts, "number")}>
!${errorOf(parts, "number")}</div>`;
}

/** Left to right, also in a sentence that is written from the right: an option holds no elements to say so. */
function isolated(text: string): string {
  return `\u2066${text}\u2069`;
}

/** What is entered, and what may be asked for again. */
export interface CodeFields {
  readonly length: number;
  /** Whether a code is all digits: then telephones show their digits to type it. */
  readonly isDecimal: boolean;
  /** Until another code may be asked for; null where none may. */
  readonly waitSeconds: number | null;
  readonly mayCall: boolean;
}

export interface CodeParts extends ViewParts, CodeFields {
  readonly visit: Visit;
  readonly round: Round;
}

export function codeView(parts: CodeParts): View {
  const { language, round } = parts;
  const { words } = language;
  const number = parts.visit.to === null ? internationalForm(round.to) : maskPhoneNumber(round.to);
  const content = html`<h1 tabindex="-1">${words.codeTitle}</h1>
!${noticeOf(parts, good)}
<p class="lead">!${say(language, round.isCalled ? "callLead" : "codeLead", { number })}</p>
!${codeForm(parts)}
!${askAgain(parts)}
<div class="end">
!${parts.visit.to === null ? action(parts, "restart", words.otherNumber, "bare") : ""}!${action(parts, "cancel", words.cancel, "bare")}
</div>`;
  return { title: words.codeTitle, content };
}

export function codeForm(parts: ViewParts & Pick<CodeFields, "length" | "isDecimal">, beside = ""): string {
  const { language, note, length, isDecimal } = parts;
  const { words } = language;
  const kind = isDecimal
    ? 'inputmode="numeric" pattern="[0-9]*"'
    : 'autocapitalize="characters" spellcheck="false"';
  return html`<form method="post" action="${parts.base}/code" novalidate data-code data-busy="${words.oneMoment}">
!${formSealField(parts)}
<div class="field"><label for="code">${words.code}</label>
<input class="code" id="code" name="code" type="text" autocomplete="one-time-code" !${kind} maxlength="${String(length)}" required autofocus value="${note?.code ?? ""}"!${wrongness(parts, "code")}>
!${errorOf(parts, "code")}</div>
!${beside}
<button class="button wide">${words.confirm}</button>
</form>`;
}

/** Another code, or a call, as soon as it may be asked for. */
export function askAgain(parts: ViewParts & Pick<CodeFields, "waitSeconds" | "mayCall">): string {
  const { language, waitSeconds } = parts;
  if (waitSeconds === null) return "";
  const { words } = language;
  const time = clockTime(waitSeconds);
  const wait =
    waitSeconds === 0
      ? ""
      : html`<p class="quiet" id="wait" data-seconds="${String(waitSeconds)}">!${say(language, "wait", { time })}</p>`;
  const call = parts.mayCall ? action(parts, "call", words.callMe, "plain", " data-asks") : "";
  return html`<div class="actions">
!${wait}
!${action(parts, "resend", words.sendAgain, "plain", " data-asks")}
!${call}
</div>`;
}

/** `1:05` */
export function clockTime(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The number is verified; `next` leads back with the ticket, for as long as it works. */
export function doneView({ language }: ViewParts, next: string | null): View {
  const { words } = language;
  const content = html`<div class="mark" aria-hidden="true">✓</div>
<h1 tabindex="-1">${words.doneTitle}</h1>
!${next === null ? html`<p class="lead">${words.doneLead}</p>` : html`<a class="button wide" href="${next}">${words.goOn}</a>`}`;
  return { title: words.doneTitle, content };
}

/** It ended without an approval. */
export function endView(
  parts: ViewParts,
  titled: "exhaustedTitle" | "expiredTitle" | "canceledTitle",
  back: string | null,
): View {
  const { words } = parts.language;
  const lead = titled === "canceledTitle" ? words.canceledLead : words.startAgainLead;
  const content = html`<div class="mark stopped" aria-hidden="true">!</div>
<h1 tabindex="-1">${words[titled]}</h1>
!${noticeOf(parts, good)}
<p class="lead">${lead}</p>
!${action(parts, "restart", words.startAgain, "wide")}
!${back === null ? "" : html`<p class="end"><a class="button bare" href="${back}">${words.goBack}</a></p>`}`;
  return { title: words[titled], content };
}

/** Nothing can be done here. */
export function closedView<N extends string>(
  { words }: { readonly words: Readonly<Record<N, string>> & { readonly startAgain: string } },
  titled: NoInfer<N>,
  lead: NoInfer<N>,
  home = "/two-factor",
): View {
  const content = html`<div class="mark stopped" aria-hidden="true">!</div>
<h1 tabindex="-1">${words[titled]}</h1>
<p class="lead">${words[lead]}</p>
!${titled === "faultTitle" ? html`<a class="button wide" href="${home}">${words.startAgain}</a>` : ""}`;
  return { title: words[titled], content };
}
