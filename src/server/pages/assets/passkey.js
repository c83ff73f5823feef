// Asks the browser for a passkey and sends what it answers. Each form says what went wrong in the words that it brings.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** Older browsers, and those whose passkeys come from an extension, read and write no JSON. */
function read({ challenge, user, allowCredentials, excludeCredentials, ...rest }) {
  const read = { ...rest, challenge: bytes(challenge) };
  const described = (list) => list.map((one) => ({ ...one, id: bytes(one.id) }));
  if (user !== undefined) read.user = { ...user, id: bytes(user.id) };
  if (allowCredentials !== undefined) read.allowCredentials = described(allowCredentials);
  if (excludeCredentials !== undefined) read.excludeCredentials = described(excludeCredentials);
  return read;
}

function write({ id, type, response }) {
  const written = {};
  for (const name of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ]) {
    if (response[name] instanceof ArrayBuffer) written[name] = text(response[name]);
  }
  const transports = response.getTransports?.();
  if (transports !== undefined) written.transports = transports;
  return JSON.stringify({ id, type, response: written });
}

/** What there is to sign. Null where the page is not what it was: a reload shows what it is. */
async function ask(form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(`${form.action}/options`, { method: "POST", body });
  if (answer.ok) return await answer.json();
  if ([403, 404, 409].includes(answer.status)) return null;
  const { message } = answer.status === 422 ? await answer.json() : {};
  throw Object.assign(new Error(String(answer.status)), { said: message });
}

function send(form, asked, credential) {
  form.elements.namedItem("id").value = asked.id;
  form.elements.namedItem("answer").value = write(credential);
  form.submit();
}

function say(form, words) {
  const line = form.querySelector("[role=alert]");
  line.hidden = words === undefined;
  line.firstElementChild.textContent = words ?? "";
}

function wordsFor({ canceled, failed, known, needs }, { name, said }) {
  if (said !== undefined) return said;
  switch (name) {
    case "NotAllowedError":
    case "AbortError":
      return canceled;
    case "InvalidStateError":
      return known;
    case "SecurityError":
    case "NotSupportedError":
      return needs;
    default:
      return failed;
  }
}

/** The offer in the field of the name, which waits until somebody takes it. */
let offer = null;

async function use(form) {
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  say(form);
  offer?.abort();
  try {
    const asked = await ask(form);
    if (asked === null) return location.reload();
    const publicKey = read(asked.options);
    const credentials = navigator.credentials;
    const isNew = form.dataset.passkey === "create";
    send(form, asked, await (isNew ? credentials.create({ publicKey }) : credentials.get({ publicKey })));
  } catch (error) {
    button.removeAttribute("aria-disabled");
    say(form, wordsFor(form.dataset, error));
    void offerIn(form);
  }
}

/** What is asked is good for five minutes. */
const offerMs = 240_000;

async function offerIn(form) {
  if (form.dataset.offered === undefined) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const stop = new AbortController();
  offer = stop;
  const again = setTimeout(() => {
    // house: timer: a browser has its own
    stop.abort();
    void offerIn(form);
  }, offerMs);
  stop.signal.addEventListener("abort", () => clearTimeout(again));
  try {
    const asked = await ask(form);
    if (asked === null || stop.signal.aborted) return;
    const publicKey = read(asked.options);
    const { signal } = stop;
    send(form, asked, await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
  } catch {
    // Nobody asked for it: there is nothing to say.
  }
}

const forms = [...document.querySelectorAll("form[data-passkey]")];
if (window.PublicKeyCredential === undefined) {
  // Whoever has no other way is told what is missing when the form is sent.
  for (const form of forms)
    form.hidden = form.dataset.passkey === "create" || form.dataset.offered !== undefined;
} else {
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void use(form);
    });
    void offerIn(form);
  }
}
