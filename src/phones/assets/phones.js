// The page of the virtual phones, alive: what the server renders is fetched anew when something happened, and merged.
// Everything works without this file, with a refresh.

const root = document.querySelector(".phones");
const status = document.querySelector("[data-status]");
/** What the server sent for each element, so that only what changed is touched. */
const rendered = new WeakMap();
/** How far the server's clock is ahead of ours. */
const aheadMs = Date.parse(root.dataset.now) - Date.now();
let ringing = 0;

function remember(element) {
  rendered.set(element, element.innerHTML);
  for (const child of element.children) rendered.set(child, child.outerHTML);
}

/** Follows the server; a closed stream was refused, and is asked for again later. */
function follow(lastEventId) {
  // Beside this file, wherever an application has put all of it.
  const source = new EventSource(
    new URL(`../api/stream?after=${encodeURIComponent(lastEventId)}`, import.meta.url),
  );
  let lastId = lastEventId;
  source.onopen = () => say("Live");
  source.onerror = () => {
    say("Reconnecting …");
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(lastId), 5_000);
  };
  for (const type of ["message", "call", "reply", "cleared", "faults", "reset"]) {
    source.addEventListener(type, (event) => {
      lastId = event.lastEventId;
      void refresh();
    });
  }
}

function say(text) {
  if (status.textContent === text) return;
  status.textContent = text;
  status.classList.toggle("on", text === "Live");
}

let isFetching = false;
let isStale = false;

/** One fetch at a time, however fast messages arrive. */
async function refresh() {
  if (isFetching) {
    isStale = true;
    return;
  }
  isFetching = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.ok) merge(await answer.text());
  } catch {
    // The stream notices a server that is gone, and tells when it is back.
  }
  isFetching = false;
  if (isStale) {
    isStale = false;
    void refresh();
  }
}

function merge(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const wasAtEnd = isAtEnd();
  let grew = false;
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${region.dataset.live}"]`);
    if (next === null || rendered.get(region) === next.innerHTML) continue;
    const html = next.innerHTML;
    if (region.matches("ol")) grew = mergeEntries(region, next) || grew;
    else replaceInside(region, next);
    rendered.set(region, html);
    localize(region);
  }
  if (grew && wasAtEnd) scrollToEnd();
  watchRinging();
}

/** Entries keep their elements, so that nothing jumps, loses its focus or is read out twice. */
function mergeEntries(list, next) {
  const wanted = [...next.children];
  const ids = new Set(wanted.map((one) => one.id));
  for (const old of [...list.children]) if (!ids.has(old.id)) old.remove();
  let grew = false;
  for (const one of wanted) {
    const html = one.outerHTML;
    const old = list.querySelector(`#${CSS.escape(one.id)}`);
    if (old !== null && rendered.get(old) === html) continue;
    rendered.set(one, html);
    if (old === null) {
      list.append(one);
      grew = true;
      continue;
    }
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(one);
    if (hadFocus) (one.querySelector("button, a") ?? focusable(one)).focus();
  }
  list.parentElement.querySelector(".center").hidden = list.children.length > 0;
  return grew;
}

function replaceInside(region, next) {
  const focused = region.contains(document.activeElement)
    ? document.activeElement.getAttribute("href")
    : null;
  region.replaceChildren(...next.childNodes);
  if (focused !== null) region.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function focusable(element) {
  element.tabIndex = -1;
  return element;
}

const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendarDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

function localize(within) {
  for (const element of within.querySelectorAll("time")) {
    const at = new Date(element.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    element.textContent = (isToday ? clockTime : calendarDay).format(at);
  }
}

/** The mailbox takes a call that nobody took: that follows from the time, so no event tells it. */
function watchRinging() {
  clearTimeout(ringing);
  const ends = [...document.querySelectorAll("[data-rings-until]")].map((one) =>
    Date.parse(one.dataset.ringsUntil),
  );
  if (ends.length === 0) return;
  const waitMs = Math.min(...ends) - (Date.now() + aheadMs);
  ringing = setTimeout(refresh, Math.max(250, waitMs + 250));
}

function scroller() {
  return document.querySelector(".scroll");
}

function isAtEnd() {
  const element = scroller();
  return element === null || element.scrollHeight - element.scrollTop - element.clientHeight < 80;
}

function scrollToEnd() {
  const element = scroller();
  if (element !== null) element.scrollTop = element.scrollHeight;
}

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy !== null) void copyCode(copy);
  const play = event.target.closest("[data-speak]");
  if (play !== null) speak(play.dataset.speak);
});

async function copyCode(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    flash(button, "Copied");
  } catch {
    flash(button, "Not allowed");
  }
}

function flash(button, text) {
  const name = button.firstElementChild;
  name.textContent = text;
  setTimeout(() => {
    name.textContent = "Copy";
  }, 1_500);
}

/** The browser's own voice; digits stand one by one in the text. */
function speak(text) {
  if (!("speechSynthesis" in window)) return;
  speechSynthesis.cancel();
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = "en";
  spoken.rate = 0.9;
  speechSynthesis.speak(spoken);
}

/** The same forms, without leaving the page. */
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
    if (form.matches(".reply")) form.reset();
    const details = form.closest("details");
    if (details !== null) {
      details.open = false;
      details.querySelector("summary").focus();
    }
    merge(await answer.text());
    if (form.matches(".reply")) scrollToEnd();
  } catch {
    say("That did not work");
  }
});

addEventListener("pagehide", () => {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
});

document.documentElement.classList.add("scripted");
if ("speechSynthesis" in window) document.documentElement.classList.add("voiced");

for (const list of document.querySelectorAll("[data-live]")) remember(list);
localize(document);
scrollToEnd();
watchRinging();
follow(root.dataset.lastEvent);
