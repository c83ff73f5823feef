// A name and a passkey, and in with nothing but the passkey from then on. The browser's half is browser.js. Start: node app.js
import { randomUUID } from "node:crypto";
import process from "node:process";
import { createFromEnvironment } from "countersign";
import express from "express";

const countersign = await createFromEnvironment(process.env, { brand: "Library" });
const { subscribers, sessions } = countersign;
const app = express();
app.use(express.json({ limit: "32kb" }));
app.use("/browser.js", express.static(`${import.meta.dirname}/browser.js`));

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

/** Whoever began with a name goes on with it: to all others it is taken. The oldest make room. */
const begun = new Map();

app.post("/sign-up/options", async ({ body, binding }, response) => {
  const name = String(body?.name ?? "").slice(0, 64);
  if (begun.get(binding) !== name) {
    const { outcome } = await subscribers.create({ name });
    if (outcome !== "created") return response.status(422).json({ outcome });
    if (begun.size >= 10_000) begun.delete(begun.keys().next().value);
    begun.set(binding, name);
  }
  const { outcome, options, authenticator } = await subscribers.enrolPasskey({ name, binding });
  response.status(outcome === "enrolled" ? 200 : 422).json({ outcome, options, id: authenticator?.id });
});

app.post("/sign-up", async ({ body, binding }, response) => {
  const name = begun.get(binding);
  if (name === undefined) return response.status(422).json({ outcome: "nameMissing" });
  const { outcome } = await subscribers.confirm({
    name,
    binding,
    authenticatorId: String(body?.id),
    passkey: body?.passkey,
  });
  if (outcome === "confirmed") begun.delete(binding);
  response.status(outcome === "confirmed" ? 200 : 422).json({ outcome });
});

app.post("/sign-in/options", async ({ binding }, response) => {
  const { signInId, options } = await sessions.askPasskey({ binding });
  response.json({ id: signInId, options });
});

app.post("/sign-in", async (request, response) => {
  const { body, binding } = request;
  const asked = { signInId: String(body?.id), binding, passkey: body?.passkey };
  const { outcome, session } = await sessions.signInWithPasskey(asked);
  if (outcome === "signedIn") request.set("session", session.bearer);
  response.status(outcome === "signedIn" ? 200 : 422).json({ outcome });
});

const forms = `<form data-passkey="create" action="/sign-up"><p><label>Your name
<input name="name" autocomplete="username" maxlength="64" required></label><p><button>Sign up with a passkey</button></form>
<form data-passkey="get" action="/sign-in"><p><button>Sign in with a passkey</button></form>`;

app.get("/", async ({ bearer }, response) => {
  const { session } = await sessions.check({ session: bearer });
  const found = session && (await subscribers.get({ subscriberId: session.subscriberId }));
  const name = found?.name.replaceAll(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);
  response.send(`<!doctype html><html lang="en"><meta charset="utf-8"><title>The library</title>
<meta name="viewport" content="width=device-width"><script type="module" src="/browser.js"></script>
<main><h1>The library</h1><p role="status">${name ? `You are signed in as ${name}.` : "Please sign in."}</p>
<noscript><p>Passkeys need JavaScript.</p></noscript>${name ? "" : forms}</main></html>`);
});

// On a name, not on an address: there, browsers have no passkeys.
const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", () => {
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
