import { html } from "ghtml";
import { internationalForm, maskPhoneNumber } from "../../numbers/index.ts";
import { countriesIn } from "./countries.ts";
import type { Language, WordName } from "./languages/index.ts";
import type { Note, Round, Visit } from "./visit.ts";

/** What a page is made of, beside its frame. */
export interface View {
  readonly title: string;
  /** HTML that is escaped already. */
  readonly content: string;
}

export interface ViewParts {
  readonly language: Language;
  /** Proves that a form is of this visit. */
  readonly form: string;
  readonly note: Note | null;
}

/** A sentence with its values, escaped. Values are plain text; `number` stands in a box of its own, left to right. */
function say({ words }: Language, name: WordName, values: Readonly<Record<string, string>> = {}): string {
  const sentence = html`${words[name]}`;
  return sentence.replace(/\{(\w+)\}/g, (_whole, value: string) => {
    const text = values[value] ?? "";
    return value === "number" ? html`<bdi class="number">${text}</bdi>` : html`<bdi>${text}</bdi>`;
  });
}

function formSealField({ form }: ViewParts): string {
  return html`<input type="hidden" name="form" value="${form}">`;
}

/** What went wrong, beside its field. */
function errorOf({ note, language }: ViewParts, field: "number" | "code"): string {
  if (note === null || note.field !== field) return "";
  return html`<p class="error" id="${field}-error"><span>!${say(language, note.words, note.values)}</span></p>`;
}

/** What happened to the page as a whole. It has the focus, where a script can give it. */
function noticeOf({ note, language }: ViewParts): string {
  if (note === null || note.field !== null) return "";
  const good: readonly WordName[] = ["sentAgain", "calling"];
  const kind = good.includes(note.words) ? "notice good" : "notice";
  return html`<div class="${kind}" role="status"><span>!${say(language, note.words, note.values)}</span></div>`;
}

/** A form with nothing but a button. */
function action(parts: ViewParts, path: string, label: string, kind: string, more = ""): string {
  return html`<form method="post" action="/two-factor/${path}">!${formSealField(parts)}<button class="button ${kind}"!${more}>${label}</button></form>`;
}

export interface NumberParts extends ViewParts {
  readonly visit: Visit;
  readonly country: string;
  readonly challenge: string;
  readonly worker: string;
}

/** Where the number is entered; or, where the host application chose it, where the code is asked for. */
export function numberView(parts: NumberParts): View {
  const { language, visit, note } = parts;
  const { words } = language;
  const isKnown = visit.to !== null;
  const lead = isKnown
    ? say(language, "knownLead", { number: maskPhoneNumber(visit.to ?? "") })
    : say(language, "numberLead");
  const content = html`<h1 tabindex="-1">${words.numberTitle}</h1>
!${noticeOf(parts)}
<p class="lead">!${lead}</p>
<form method="post" action="/two-factor/number" novalidate data-proof="${parts.worker}" data-busy="${words.oneMoment}">
!${formSealField(parts)}
<input type="hidden" name="challenge" value="${parts.challenge}">
<input type="hidden" name="answer" value="">
!${isKnown ? "" : numberFields(parts, note)}
<button class="button wide">${words.send}</button>
</form>
!${visit.returnUrl === null ? "" : html`<div class="end">!${action(parts, "cancel", words.cancel, "bare")}</div>`}`;
  return { title: words.numberTitle, content };
}

function numberFields(parts: NumberParts, note: Note | null): string {
  const { language, country } = parts;
  const { words } = language;
  const chosen = note?.country ?? country;
  const options = countriesIn(language.tag).map(({ region, name, callingCode }) => {
    const selected = region === chosen ? " selected" : "";
    return html`<option value="${region}" data-code="+${callingCode}"!${selected}>${name} (${isolated(`+${callingCode}`)})</option>`;
  });
  const isWrong = note?.field === "number";
  const wrong = isWrong ? ' aria-invalid="true" aria-describedby="number-error"' : "";
  return html`<div class="field"><label for="country" id="country-label">${words.country}</label>
<select id="country" name="country" autocomplete="country" data-none="${words.noCountry}">
<option value=""></option>
!${options}</select></div>
<div class="field"><label for="number">${words.number}</label>
<input id="number" name="number" type="tel" inputmode="tel" autocomplete="tel" maxlength="64" required dir="ltr" value="${note?.number ?? ""}"!${wrong}>
!${errorOf(parts, "number")}</div>`;
}

/** Left to right, also in a sentence that is written from the right: an option holds no elements to say so. */
function isolated(text: string): string {
  return `\u2066${text}\u2069`;
}

export interface CodeParts extends ViewParts {
  readonly visit: Visit;
  readonly round: Round;
  readonly length: number;
  /** Whether a code is all digits: then telephones show their digits to type it. */
  readonly isDecimal: boolean;
  /** Until another code may be asked for; null where none may. */
  readonly waitSeconds: number | null;
  readonly mayCall: boolean;
}

export function codeView(parts: CodeParts): View {
  const { language, round, note, length, isDecimal } = parts;
  const kind = isDecimal
    ? 'inputmode="numeric" pattern="[0-9]*"'
    : 'autocapitalize="characters" spellcheck="false"';
  const { words } = language;
  const wrong = note?.field === "code" ? ' aria-invalid="true" aria-describedby="code-error"' : "";
  const number = parts.visit.to === null ? internationalForm(round.to) : maskPhoneNumber(round.to);
  const content = html`<h1 tabindex="-1">${words.codeTitle}</h1>
!${noticeOf(parts)}
<p class="lead">!${say(language, round.isCalled ? "callLead" : "codeLead", { number })}</p>
<form method="post" action="/two-factor/code" novalidate data-code data-busy="${words.oneMoment}">
!${formSealField(parts)}
<div class="field"><label for="code">${words.code}</label>
<input class="code" id="code" name="code" type="text" autocomplete="one-time-code" !${kind} maxlength="${String(length)}" required autofocus value="${note?.code ?? ""}"!${wrong}>
!${errorOf(parts, "code")}</div>
<button class="button wide">${words.confirm}</button>
</form>
!${askAgain(parts)}
<div class="end">
!${parts.visit.to === null ? action(parts, "restart", words.otherNumber, "bare") : ""}!${action(parts, "cancel", words.cancel, "bare")}
</div>`;
  return { title: words.codeTitle, content };
}

function askAgain(parts: CodeParts): string {
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
!${noticeOf(parts)}
<p class="lead">${lead}</p>
!${action(parts, "restart", words.startAgain, "wide")}
!${back === null ? "" : html`<p class="end"><a class="button bare" href="${back}">${words.goBack}</a></p>`}`;
  return { title: words[titled], content };
}

/** Nothing can be done here. */
export function closedView(
  { words }: Language,
  titled: "linkTitle" | "closedTitle" | "faultTitle",
  lead: WordName,
): View {
  const content = html`<div class="mark stopped" aria-hidden="true">!</div>
<h1 tabindex="-1">${words[titled]}</h1>
<p class="lead">!${say({ words } as Language, lead)}</p>
!${titled === "faultTitle" ? html`<a class="button wide" href="/two-factor">${words.startAgain}</a>` : ""}`;
  return { title: words[titled], content };
}
