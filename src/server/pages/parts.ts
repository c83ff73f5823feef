import { html } from "ghtml";

/** What a page has to say in its language; `N` are the names of its sentences. */
export interface Spoken<N extends string> {
  readonly words: Readonly<Record<N, string>>;
}

/** What is said about the page, or about one field of it. */
export interface Remark<N extends string> {
  readonly words: N;
  /** Null for the page as a whole. */
  readonly field: string | null;
  readonly values?: Readonly<Record<string, string>>;
}

/** What the pieces of a page need. */
export interface PieceParts<N extends string> {
  readonly language: Spoken<N>;
  /** Proves that a form is of this visit. */
  readonly form: string;
  readonly note: Remark<N> | null;
  /** Where its forms lead: each to a path of its own below. */
  readonly base: string;
}

/** A sentence with its values, escaped. Values are plain text; `number` stands in a box of its own, left to right. */
export function say<N extends string>(
  { words }: Spoken<N>,
  name: NoInfer<N>,
  values: Readonly<Record<string, string>> = {},
): string {
  const sentence = html`${words[name]}`;
  return sentence.replace(/\{(\w+)\}/g, (_whole, value: string) => {
    const text = values[value] ?? "";
    return value === "number" ? html`<bdi class="number">${text}</bdi>` : html`<bdi>${text}</bdi>`;
  });
}

export function formSealField({ form }: { readonly form: string }): string {
  return html`<input type="hidden" name="form" value="${form}">`;
}

/** What went wrong, beside its field. */
export function errorOf<N extends string>({ note, language }: PieceParts<N>, field: string): string {
  if (note === null || note.field !== field) return "";
  return html`<p class="error" id="${field}-error"><span>!${say(language, note.words, note.values)}</span></p>`;
}

/** The attributes of a field that something is wrong with. */
export function wrongness<N extends string>({ note }: PieceParts<N>, field: string): string {
  return note?.field === field ? html` aria-invalid="true" aria-describedby="${field}-error"` : "";
}

/** What happened to the page as a whole. It has the focus, where a script can give it. */
export function noticeOf<N extends string>(
  { note, language }: PieceParts<N>,
  good: readonly NoInfer<N>[],
): string {
  if (note === null || note.field !== null) return "";
  const kind = good.includes(note.words) ? "notice good" : "notice";
  return html`<div class="${kind}" role="status"><span>!${say(language, note.words, note.values)}</span></div>`;
}

/** A form with nothing but a button. */
export function action(
  parts: { readonly form: string; readonly base: string },
  path: string,
  label: string,
  kind: string,
  more = "",
): string {
  return html`<form method="post" action="${parts.base}/${path}">!${formSealField(parts)}<button class="button ${kind}"!${more}>${label}</button></form>`;
}
