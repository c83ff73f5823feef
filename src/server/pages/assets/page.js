// What makes the pages quicker where there is JavaScript. Without it, each of them works as it stands.

/** One submit a form: the button says that it was heard. */
function markBusy(form) {
  form.dataset.isSent = "yes";
  const button = form.querySelector("button");
  if (button === null || form.dataset.busy === undefined) return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = form.dataset.busy;
}

/** Works for the right to send a message, out of sight. */
function prove(form) {
  const fields = form.elements;
  const field = (name) => fields.namedItem(name);
  const worker = new Worker(form.dataset.proof);
  const asked = {
    challenge: field("challenge").value,
    country: field("country")?.value ?? "",
    number: field("number")?.value ?? "",
  };
  worker.addEventListener("message", ({ data }) => {
    field("answer").value = data;
    form.submit();
  });
  // Without an answer the form is what it is without JavaScript.
  worker.addEventListener("error", () => form.submit());
  worker.postMessage(asked);
}

function guardForms() {
  for (const form of document.forms) {
    // Those of passkeys are sent by the script that asks for them.
    if (form.dataset.passkey !== undefined) continue;
    form.addEventListener("submit", (event) => {
      if (form.dataset.isSent === "yes") return event.preventDefault();
      if (event.submitter?.getAttribute("aria-disabled") === "true") return event.preventDefault();
      const number = form.elements.namedItem("number");
      const hasNumber = number === null || number.value.trim() !== "";
      if (form.dataset.proof !== undefined && hasNumber) {
        event.preventDefault();
        markBusy(form);
        return prove(form);
      }
      markBusy(form);
    });
  }
  // A page that comes back from the browser's cache must not look as if it were still sending.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

/** Counts down until another code may be asked for. */
function countDown() {
  const wait = document.querySelector("#wait");
  if (wait === null) return;
  const box = wait.querySelector("bdi");
  const buttons = document.querySelectorAll("[data-asks] button, button[data-asks]");
  for (const button of buttons) button.setAttribute("aria-disabled", "true");
  const until = performance.now() + Number(wait.dataset.seconds) * 1_000; // house: clock: a browser has its own
  const show = () => {
    const left = Math.ceil((until - performance.now()) / 1_000); // house: clock: a browser has its own
    if (left > 0) {
      box.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      return;
    }
    clearInterval(timer);
    wait.hidden = true;
    for (const button of buttons) button.removeAttribute("aria-disabled");
  };
  const timer = setInterval(show, 250); // house: timer: a browser has its own
  show();
}

/** As the server reads them, which sees what was typed and not pasted. */
function asciiDigits(text) {
  const zeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50];
  return text.replace(/\p{Nd}/gu, (digit) => {
    const zero = zeros.find((one) => digit.codePointAt(0) >= one && digit.codePointAt(0) < one + 10);
    return zero === undefined ? digit : String(digit.codePointAt(0) - zero);
  });
}

/** Takes the code out of the message where the browser offers it, and out of whatever is pasted. */
function readCodes() {
  const form = document.querySelector("form[data-code]");
  if (form === null) return;
  const field = form.elements.namedItem("code");
  const length = Number(field.maxLength);
  const take = (text) => {
    const others = field.inputMode === "numeric" ? /\D/g : /[^\p{L}\p{N}]/gu;
    const code = asciiDigits(text).normalize("NFKC").replace(others, "");
    if (code.length !== length) return false;
    field.value = code;
    form.requestSubmit();
    return true;
  };
  field.addEventListener("paste", (event) => {
    if (take(event.clipboardData?.getData("text") ?? "")) event.preventDefault();
  });
  if (!("OTPCredential" in window)) return;
  const stop = new AbortController();
  form.addEventListener("submit", () => stop.abort());
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: stop.signal })
    .then((message) => message !== null && take(message.code))
    .catch(() => {});
}

/** What was said about the page, or the field that is wrong, is where a reader goes on. */
function focusFirst() {
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong !== null) {
    wrong.focus();
    // A code is typed anew; a number is corrected.
    if (wrong.id === "code") wrong.select();
    else wrong.setSelectionRange(wrong.value.length, wrong.value.length);
    return;
  }
  const notice = document.querySelector(".notice");
  if (notice !== null) {
    notice.tabIndex = -1;
    notice.focus({ focusVisible: false });
  }
}

guardForms();
countDown();
readCodes();
focusFirst();
