// What the application gains: a number, proved by a code, that every sign-in asks for. Start: node app.js
import process from "node:process";
import { createFromEnvironment } from "countersign";
import { app, begin, field, form, loginForm, payForm, show } from "./before/bank.js";
import { checkPassword } from "./before/users.js";

const countersign = await createFromEnvironment(process.env, { brand: "Bank" });
const { subscribers, challenges } = countersign;
const numberForm = form(
  "/number",
  "Send me a code",
  field("number", "Your phone number, with + and the country", "tel"),
);
const codeField = field("code", "The code", "one-time-code");
const codeForm = form("/code", "Go on", codeField);
const payCodeForm = form("/pay/code", "Pay", codeField);

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
async function ask(session, response) {
  const { id: binding, pending: name } = session;
  const started = await challenges.start({ name, binding, passwordChecked: true, send: true });
  session.challenge = started.challenge?.id;
  const isNew = started.outcome === "subscriberNotFound" || started.outcome === "notEnrolled";
  if (isNew) return show(response, "From now on, signing in takes a code.", numberForm);
  await sent(response, started);
}

async function sent(response, { outcome, verification }, again = "", next = codeForm) {
  if (!verification) return show(response, `We cannot send a code now: ${outcome}.`, again, 422);
  await countersign.tick();
  console.log(countersign.phones?.messages(verification.to)[0]?.text ?? ""); // the virtual phone, without a carrier
  show(response, "We have sent you a code.", next);
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
  begin(request, response, { user: name });
  response.redirect("/");
});

// Each payment takes a code of its own, which is good for this amount and this payee alone; the text names both.
app.post("/pay", async ({ body, session }, response) => {
  const { id: binding, user: name } = session;
  if (name === undefined) return response.redirect("/");
  const payment = { amount: { currency: "EUR", value: String(body?.amount) }, payee: String(body?.payee) };
  const started = await challenges.start({ name, binding, purpose: "pay", ...payment, send: true });
  // What is paid is what was asked for here, never what a later form says.
  session.payment = started.challenge && { id: started.challenge.id, ...payment };
  await sent(response, started, payForm, payCodeForm);
});

app.post("/pay/code", async ({ body, session }, response) => {
  const { id: binding, payment } = session;
  if (payment === undefined) return response.redirect("/");
  const { outcome } = await challenges.check({ ...payment, binding, code: body?.code });
  if (outcome !== "approved") return show(response, `It was refused: ${outcome}.`, payCodeForm, 422);
  session.payment = undefined;
  show(response, "It is paid.", payForm);
});

const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", (fault) => {
  if (fault) process.exit(console.error(`${fault.message}: set PORT`) ?? 1);
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
