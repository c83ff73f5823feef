// A name and a passkey, and in with nothing but the passkey from then on. Start: node app.js
import { randomUUID } from "node:crypto";
import process from "node:process";
import { createFromEnvironment, passkeyScript } from "countersign";
import express from "express";

const countersign = await createFromEnvironment(process.env, { brand: "Library" });
const { subscribers, sessions } = countersign;
const app = express();
app.use(express.urlencoded({ extended: false, limit: "32kb" }));
app.get("/passkey.js", (_request, response) => response.sendFile(passkeyScript));

/** What only this browser has: a word that its passkeys are asked for with, and the session after it. */
app.use((request, response, next) => {
  const cookie = (name) => new RegExp(`(?:^|; )${name}=([\\w-]+)`).exec(request.headers.cookie ?? "")?.[1];
  request.set = (name, value) =>
    response.cookie(name, value, { httpOnly: true, sameSite: "lax", secure: request.secure });
  request.binding = cookie("browser") ?? randomUUID();
  request.set("browser", request.binding);
  request.bearer = cookie("session") ?? "";
  next();
});

/** A form that is sent once the browser has made a passkey ("create"), or used one ("get"). */
function form(action, how, label, fields = "") {
  return `<form method="post" action="${action}" data-passkey="${how}" data-canceled="No passkey was used."
data-failed="It did not work." data-known="You have one here already." data-needs="Passkeys do not work here.">${fields}
<input type="hidden" name="id"><input type="hidden" name="answer"><p role="alert" hidden><span></span></p>
<p><button>${label}</button></form>`;
}
const name =
  '<p><label>Your name <input name="name" autocomplete="username" maxlength="64" required></label>';
const make = form("/sign-up", "create", "Sign up with a passkey", name);
const use = form("/sign-in", "get", "Sign in with a passkey");
function show(response, text, body = make + use, status = 200) {
  response
    .status(status)
    .send(`<!doctype html><html lang="en"><meta charset="utf-8"><title>The library</title>
<meta name="viewport" content="width=device-width"><script type="module" src="/passkey.js"></script>
<main><h1>The library</h1><p role="status">${text}</p><noscript><p>Passkeys need JavaScript.</p></noscript>${body}</main></html>`);
}

/** Whoever began with a name goes on with it: to all others it is taken. The oldest make room. */
const begun = new Map();

app.post("/sign-up/options", async ({ body, binding }, response) => {
  const name = String(body?.name ?? "").slice(0, 64);
  if (begun.get(binding) !== name) {
    const { outcome } = await subscribers.create({ name });
    const message = outcome === "nameTaken" ? "This name is taken." : "Choose another name.";
    if (outcome !== "created") return response.status(422).json({ message });
    if (begun.size >= 10_000) begun.delete(begun.keys().next().value);
    begun.set(binding, name);
  }
  const { options, authenticator } = await subscribers.enrolPasskey({ name, binding });
  response.status(options ? 200 : 422).json({ options, id: authenticator?.id });
});

app.post("/sign-up", async ({ body, binding }, response) => {
  const asked = { name: begun.get(binding) ?? "", binding, authenticatorId: String(body?.id) };
  const { outcome } = await subscribers.confirm({ ...asked, passkey: body?.answer ?? "" });
  if (outcome !== "confirmed") return show(response, `It did not work: ${outcome}.`, use, 422);
  begun.delete(binding);
  show(response, "Your passkey is made. Sign in with it.");
});

app.post("/sign-in/options", async ({ binding }, response) => {
  const { signInId, options } = await sessions.askPasskey({ binding });
  response.json({ id: signInId, options });
});

app.post("/sign-in", async (request, response) => {
  const asked = { signInId: String(request.body?.id), passkey: request.body?.answer ?? "" };
  const { outcome, session } = await sessions.signInWithPasskey({ ...asked, binding: request.binding });
  if (outcome !== "signedIn") return show(response, `It did not work: ${outcome}.`, use, 422);
  request.set("session", session.bearer);
  response.redirect(303, "/");
});

app.get("/", async ({ bearer }, response) => {
  const { session } = await sessions.check({ session: bearer });
  const found = session && (await subscribers.get({ subscriberId: session.subscriberId }));
  const name = found?.name.replaceAll(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);
  if (name === undefined) return show(response, "Please sign in.");
  show(response, `You are signed in as ${name}.`, "");
});

// On a name, not on an address: there, browsers have no passkeys.
const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", (fault) => {
  if (fault) process.exit(console.error(`${fault.message}: set PORT`) ?? 1);
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
