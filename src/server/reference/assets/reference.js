// "Try it" and copying. The pages can be read without this file.

const resultCharactersMax = 20_000;
/** Where the server, or the application around it, has put everything: this file is at api/docs/assets below it. */
const base = new URL("../../../", import.meta.url);

document.documentElement.classList.add("scripted");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button !== null) void copy(button);
});

async function copy(button) {
  const text = button.parentElement.querySelector("pre").textContent;
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    said = "Not allowed";
  }
  const name = button.firstElementChild;
  name.textContent = said;
  setTimeout(() => {
    name.textContent = "Copy";
  }, 1_500);
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.path === undefined) return;
  const result = form.querySelector(".result");
  result.replaceChildren(element("p", "quiet", "Waiting for the answer …"));
  const started = performance.now();
  try {
    const answer = await fetch(new URL(`.${addressOf(form)}`, base), optionsOf(form));
    const text = await answer.text();
    show(result, answer, text, performance.now() - started);
  } catch {
    result.replaceChildren(element("p", "error", "No answer came: is the server running?"));
  }
});

function addressOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("[data-in]")) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.set(input.name, input.value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

function optionsOf(form) {
  const key = document.querySelector("#key").value.trim();
  const body = form.elements.namedItem("body")?.value.trim() ?? "";
  const headers = new Headers({ accept: "application/json" });
  if (key !== "") headers.set("authorization", `Bearer ${key}`);
  if (body !== "") headers.set("content-type", "application/json");
  return { method: form.dataset.method, headers, ...(body === "" ? {} : { body }) };
}

function show(result, answer, text, ms) {
  const status = element("span", answer.ok ? "status ok" : "status", String(answer.status));
  const line = element("p", "outcome", "");
  line.append(status, ` in ${Math.round(ms)} ms`);
  result.replaceChildren(line);
  if (text === "") return;
  const pre = document.createElement("pre");
  pre.append(element("code", "", readable(text).slice(0, resultCharactersMax)));
  result.append(pre);
  const code = codeOf(text);
  if (code === null) return;
  const link = element("a", "", `What ${code} means`);
  link.href = new URL(`errors/${encodeURIComponent(code)}`, base).href;
  result.append(link);
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function codeOf(text) {
  try {
    const { type, code } = JSON.parse(text);
    return typeof type === "string" && typeof code === "string" ? code : null;
  } catch {
    return null;
  }
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.textContent = text;
  return made;
}
