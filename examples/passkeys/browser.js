// In the browser: asks the server what there is to sign, the person for a passkey, and tells the server.
const status = document.querySelector("[role=status]");

async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.outcome);
  return answer;
}

async function go(form) {
  const path = new URL(form.action).pathname;
  const { id, options } = await post(`${path}/options`, Object.fromEntries(new FormData(form)));
  const passkey =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
        });
  await post(path, { id, passkey: passkey.toJSON() });
  if (path === "/sign-in") return location.reload();
  status.textContent = "Your passkey is made. Sign in with it.";
}

const words = {
  NotAllowedError: "No passkey was used.",
  InvalidStateError: "There is a passkey for this account here already.",
  nameTaken: "This name is taken.",
};

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(form).catch(({ name, message }) => {
      status.textContent = words[name] ?? words[message] ?? `It did not work: ${message}.`;
    });
  });
}
