import { html } from "ghtml";
import type { PhoneCall, PhoneMessage, SandboxFault } from "../providers/sandbox/index.ts";
import { unreachable } from "../verification/index.ts";
import { callWords, type Entry, type PhoneLine, readable } from "./conversation.ts";
import { faultWords } from "./fault-words.ts";
import { instant } from "./wire.ts";

/** What the page shows. */
export interface PhonesView {
  readonly lines: readonly PhoneLine[];
  /** Phones beyond those in `lines`. */
  readonly moreLines: number;
  /** Null on the page of all phones. */
  readonly open: OpenPhone | null;
  readonly now: number;
  /** The newest event that the page already shows. */
  readonly lastEventId: string;
}

export interface OpenPhone {
  readonly number: string;
  readonly entries: readonly Entry[];
  readonly fault: SandboxFault | null;
  /** Whether it can send texts: e-mail addresses cannot. */
  readonly canReply: boolean;
}

/** Escaped HTML: the inside of the page. */
export function phonesContent(view: PhonesView): string {
  const { open } = view;
  return html`<div class="phones${open === null ? "" : " has-open"}" data-last-event="${view.lastEventId}" data-now="${instant(view.now)}">
<section class="list" aria-labelledby="phones-title">
<div class="bar">!${headingPart(open === null)}
<p class="live" role="status" data-status></p></div>
<form class="find" method="get" action="/sandbox" role="search">
<label for="number" class="seen-by-readers-only">Number of a phone</label>
<input id="number" name="number" type="tel" inputmode="tel" autocomplete="off" maxlength="40" placeholder="+1 415 555 0123" required>
<button class="button plain">Open</button>
</form>
!${listPart(view)}
<div class="foot"><a class="quiet" href="">Refresh</a>
!${view.lines.length === 0 ? "" : html`<form method="post" action="/sandbox"><button class="button bare" name="act" value="clearAll">Clear all</button></form>`}
</div>
</section>
!${open === null ? hint : conversationPart(open, view.now)}
</div>`;
}

/** What is open is what the page is about. */
function headingPart(isFirst: boolean): string {
  return isFirst
    ? html`<h1 id="phones-title">Virtual phones</h1>`
    : html`<h2 id="phones-title">Virtual phones</h2>`;
}

const hint = html`<section class="talk none" aria-label="Conversation">
<p class="quiet">Choose a phone to read what arrived there.</p>
</section>`;

function listPart({ lines, moreLines, open, now }: PhonesView): string {
  if (lines.length === 0) {
    return html`<div data-live="list"><div class="empty">
<p>No phone has a message yet.</p>
<p class="quiet">Start a verification, on the <a href="/two-factor">page</a> or by the <a href="/api/docs/verifications">API</a>, and its code arrives here. Any number that could be real works.</p>
</div></div>`;
  }
  return html`<div data-live="list"><ul class="lines">
!${lines.map((line) => linePart(line, open?.number ?? null, now))}
</ul>
!${moreLines === 0 ? "" : html`<p class="quiet more">And ${moreLines} more, which received before these.</p>`}
</div>`;
}

function linePart({ number, preview, at, isRinging }: PhoneLine, open: string | null, now: number): string {
  const current = number === open ? html` aria-current="page"` : "";
  return html`<li><a href="${phonePath(number)}"!${current}>
<span class="who"><bdi class="number">${readable(number)}</bdi>!${timePart(at, now)}</span>
<span class="preview${isRinging ? " rings" : ""}">${preview}</span></a></li>
`;
}

function conversationPart(open: OpenPhone, now: number): string {
  const { number, entries } = open;
  const path = phonePath(number);
  return html`<section class="talk" aria-labelledby="phone-title">
<div class="bar"><a class="back" href="/sandbox"><span aria-hidden="true">‹</span> Phones</a>
<h1 id="phone-title"><bdi class="number">${readable(number)}</bdi></h1>
<form method="post" action="${path}"><button class="button bare" name="act" value="clear">Clear</button></form></div>
<div data-live="fault">!${faultPart(open)}</div>
<div class="scroll" tabindex="0" role="log" aria-label="Messages">
<ol class="entries" data-live="entries">
!${entries.map((entry) => entryPart(entry, path, now))}
</ol>
<p class="quiet center"!${entries.length === 0 ? "" : " hidden"}>Nothing arrived on this phone yet.</p>
</div>
!${open.canReply ? replyPart(path) : ""}
!${faultsPart(path)}
</section>`;
}

function entryPart(entry: Entry, path: string, now: number): string {
  if (entry.type === "reply") {
    const { id, text } = entry.reply;
    return html`<li id="${id}" class="entry mine"><div class="bubble">${text}</div>!${timePart(entry.at, now)}</li>
`;
  }
  const { message, call } = entry;
  const body = call === null ? textPart(message) : callPart(message, call, path);
  return html`<li id="${message.id}" class="entry"><div class="bubble">!${body}</div>
<p class="by">${channelWords[message.channel] ?? message.channel} from ${message.from} · !${timePart(entry.at, now)}</p></li>
`;
}

const channelWords: Readonly<Record<string, string>> = { sms: "Text", voice: "Call", email: "E-mail" };

function textPart({ subject, text, code }: PhoneMessage): string {
  const heading = subject === undefined ? "" : html`<p class="subject" dir="auto">${subject}</p>`;
  return html`!${heading}<p class="words" dir="auto">!${linked(text)}</p>!${codePart(code)}`;
}

const linkPattern = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]/g;

/** The text with its links as links, which nothing but a click follows: looking at one must not use it. */
function linked(text: string): string {
  let at = 0;
  let shown = "";
  for (const { 0: link, index } of text.matchAll(linkPattern)) {
    shown += html`${text.slice(at, index)}<a href="${link}" target="_blank" rel="noopener noreferrer">${link}</a>`;
    at = index + link.length;
  }
  return shown + html`${text.slice(at)}`;
}

function codePart(code: string | null, play = ""): string {
  if (code === null) return play === "" ? "" : html`<p class="code-line">!${play}</p>`;
  return html`<p class="code-line"><code>${code}</code><button type="button" class="button plain with-script" data-copy="${code}"><span>Copy</span><span class="seen-by-readers-only"> code ${[...code].join(" ")}</span></button>!${play}</p>`;
}

function callPart(message: PhoneMessage, call: PhoneCall, path: string): string {
  const title = html`<p class="call-title ${call.state}">${callWords[call.state]}</p>`;
  switch (call.state) {
    case "ringing":
      return html`!${title}<form class="answer" method="post" action="${path}" data-rings-until="${instant(call.ringsUntil)}">
<input type="hidden" name="call" value="${message.id}">
<button class="button" name="act" value="answer" data-speak="${message.text}">Answer</button>
<button class="button plain" name="act" value="decline">Decline</button></form>`;
    case "declined":
      return html`!${title}<p class="quiet">The carrier reported it as failed.</p>`;
    case "answered":
    case "voicemail":
      return html`!${title}<p class="transcript">“${message.text}”</p>!${codePart(message.code, playPart(message))}`;
    default:
      return unreachable(call.state);
  }
}

function playPart({ text }: PhoneMessage): string {
  return html`<button type="button" class="button plain with-voice" data-speak="${text}">Play</button>`;
}

function replyPart(path: string): string {
  return html`<form class="reply" method="post" action="${path}">
<label for="text" class="seen-by-readers-only">Reply</label>
<input id="text" name="text" type="text" autocomplete="off" maxlength="1530" placeholder="Reply by text" required>
<button class="button" name="act" value="reply">Send</button></form>`;
}

function faultPart({ number, fault }: OpenPhone): string {
  if (fault === null) return "";
  const [name, effect] = faultWords[fault.type];
  const where = fault.prefix === number ? "" : ` For all numbers that begin with ${fault.prefix}.`;
  return html`<div class="notice"><p><strong>${name}${timesOf(fault)}.</strong> ${effect}${where}</p>
<form method="post" action="${phonePath(number)}"><input type="hidden" name="prefix" value="${fault.prefix}">
<button class="button plain" name="act" value="repair">Repair</button></form></div>`;
}

function timesOf({ times }: SandboxFault): string {
  if (times === undefined) return "";
  return times === 1 ? ", for the next message" : `, for the next ${times} messages`;
}

function faultsPart(path: string): string {
  return html`<details class="faults"><summary>Let the carrier fail</summary>
<form method="post" action="${path}">
<label class="check"><input type="checkbox" name="once" value="yes" checked> Only for the next message</label>
<ul>
!${Object.entries(faultWords).map(
    ([
      type,
      [name, effect],
    ]) => html`<li><button class="button plain" name="fault" value="${type}" aria-describedby="about-${type}">${name}</button>
<span class="quiet" id="about-${type}">${effect}</span></li>
`,
  )}
</ul></form></details>`;
}

/** As the server sees it; a script turns it into the reader's own time. */
function timePart(at: number, now: number): string {
  const at_ = instant(at);
  const isToday = at_.slice(0, 10) === instant(now).slice(0, 10);
  return html`<time datetime="${at_}">${isToday ? `${at_.slice(11, 16)} UTC` : at_.slice(0, 10)}</time>`;
}

export function phonePath(number: string): string {
  return `/sandbox/phones/${encodeURIComponent(number)}`;
}
