// What the application gains: a number, proved by a code, that every sign-in asks for. Start: node app.js
import process from "node:process";
import { createFromEnvironment } from "countersign";
import { app, begin, field, form, show } from "./before/bank.js";
import { checkPassword } from "./before/users.js";

const countersign = await createFromEnvironment(process.env, { brand: "Bank" });
const { subscribers, challenges } = countersign;
const loginForm = form(
  "/login",
  "Sign in",
  field("name", "Name", "username") + field("password", "Password", "current-password", "password"),
);
const numberForm = form(
  "/number",
  "Send me a code",
  field("number", "Your phone number, with + and the country", "tel"),
);
const codeForm = form("/code", "Go on", field("code", "The code", "one-time-code"));
const payForm = form("/pay", "Pay");

app.get("/", ({ session }, response) => {
  if (session.user === undefined) return show(response, "Please sign in.", loginForm);
  show(response, "You are signed in.", payForm);
});

app.post("/login", async (request, response) => {
  const { name, password } = request.body ?? {};
  const pending = await checkPassword(String(name), String(password));
  if (pending === null) return show(response, "Is it the right name and password?", loginForm, 422);
  // Nobody is in by a password alone: all that this session knows is who has to show a second factor.
  begin(request, response, { pending });
  await ask(request.session, response);
});

/** A code to the number that they have; who has none yet says theirs. People are known by their id in the table. */
async function ask(session, response, purpose = "login") {
  const { id: binding, pending: name } = session;
  const started = await challenges.start({ name, binding, purpose, passwordChecked: true, send: true });
  session.challenge = started.challenge?.id;
  const isNew = started.outcome === "subscriberNotFound" || started.outcome === "notEnrolled";
  if (isNew) return show(response, "From now on, signing in takes a code.", numberForm);
  await sent(response, started);
}

async function sent(response, { outcome, verification }, again = "") {
  if (!verification) return show(response, `We cannot send a code now: ${outcome}.`, again, 422);
  await countersign.tick();
  console.log(countersign.phones?.messages(verification.to)[0]?.text ?? ""); // the virtual phone, without a carrier
  show(response, "We have sent you a code.", codeForm);
}

app.post("/number", async ({ body, session }, response) => {
  if (session.pending === undefined) return response.redirect("/");
  await subscribers.create({ name: session.pending });
  // Refused to whoever has a number already: a password alone changes none.
  const enrolled = await subscribers.enrolPhone({ name: session.pending, number: String(body?.number) });
  session.enrolling = enrolled.authenticator?.id;
  await sent(response, enrolled, numberForm);
});

app.post("/code", async (request, response) => {
  const { id: binding, pending: name, challenge: id, enrolling: authenticatorId } = request.session;
  if (id === undefined && authenticatorId === undefined) return response.redirect("/");
  const code = request.body?.code;
  const { outcome } =
    id === undefined
      ? await subscribers.confirm({ name, authenticatorId, code })
      : await challenges.check({ id, binding, code });
  const isIn = outcome === "approved" || outcome === "confirmed";
  if (!isIn) return show(response, `It was refused: ${outcome}.`, codeForm, 422);
  begin(request, response, { user: name, provedAt: Date.now() });
  response.redirect("/");
});

// What matters wants the second factor of the last ten minutes: a session that was left open pays nothing.
app.post("/pay", async ({ session }, response) => {
  if (session.user === undefined) return response.redirect("/");
  if (Date.now() < session.provedAt + 600_000) return show(response, "It is paid.", payForm);
  session.pending = session.user;
  // Not what a sign-in waits for: neither is met with what was asked for the other.
  await ask(session, response, "pay");
});

const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", (fault) => {
  if (fault) process.exit(console.error(`${fault.message}: set PORT`) ?? 1);
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
