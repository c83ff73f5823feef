// A name and a passkey, and in with nothing but the passkey from then on. Start: node app.js
import { randomUUID } from "node:crypto";
import process from "node:process";
import { createFromEnvironment, passkeyScript } from "countersign";
import { app, form, show } from "./before/library.js";

const countersign = await createFromEnvironment(process.env, { brand: "Library" });
const { subscribers, sessions } = countersign;
// Express serves nothing below a folder whose name begins with a dot, and pnpm keeps packages in one.
const inAnyFolder = { dotfiles: "allow" };
app.get("/passkey.js", (_request, response) => response.sendFile(passkeyScript, inAnyFolder));

const name =
  '<p><label>Your name <input name="name" autocomplete="username" maxlength="64" required></label>';
const make = form("/sign-up", "create", "Sign up with a passkey", name);
const use = form("/sign-in", "get", "Sign in with a passkey");

/** Whoever began with a name goes on with it: to all others it is taken. The oldest make room. */
const begun = new Map();

/** A name that has no passkey ten minutes after it was begun is free again: else names could be kept for nothing. */
async function freeBegun(name) {
  const held = await subscribers.get({ name });
  const isHeld = held?.authenticators.some(({ isConfirmed }) => isConfirmed);
  if (held && !isHeld && Date.now() > held.createdAt + 600_000) {
    await subscribers.remove({ subscriberId: held.id });
  }
}

app.post("/sign-up/options", async ({ body, binding }, response) => {
  const name = String(body?.name ?? "").slice(0, 64);
  if (begun.get(binding)?.name !== name) {
    await freeBegun(name);
    const { outcome, subscriber } = await subscribers.create({ name });
    const message = outcome === "nameTaken" ? "This name is taken." : "Choose another name.";
    if (outcome !== "created") return response.status(422).json({ message });
    if (begun.size >= 10_000) begun.delete(begun.keys().next().value);
    begun.set(binding, { name, subscriberId: subscriber.id });
  }
  // By the id: the name may be somebody else's by now.
  const { subscriberId } = begun.get(binding);
  const { options, authenticator } = await subscribers.enrolPasskey({ subscriberId, binding });
  if (!options) begun.delete(binding);
  response.status(options ? 200 : 422).json({ options, id: authenticator?.id });
});

app.post("/sign-up", async ({ body, binding }, response) => {
  const { subscriberId = randomUUID() } = begun.get(binding) ?? {};
  const asked = { subscriberId, binding, authenticatorId: String(body?.id) };
  const { outcome } = await subscribers.confirm({ ...asked, passkey: body?.answer ?? "" });
  if (outcome !== "confirmed") return show(response, `It did not work: ${outcome}.`, use, 422);
  begun.delete(binding);
  show(response, "Your passkey is made. Sign in with it.", make + use);
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
  if (name === undefined) return show(response, "Please sign in.", make + use);
  show(response, `You are signed in as ${name}.`, "");
});

// On a name, not on an address: there, browsers have no passkeys.
const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", (fault) => {
  if (fault) process.exit(console.error(`${fault.message}: set PORT`) ?? 1);
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
