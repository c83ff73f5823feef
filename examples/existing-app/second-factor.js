// What the application gains: a number, proved by a code, that every sign-in asks for.
import { Router } from "express";

const numberForm = `<form method="post" action="/number"><p><label>Your phone number, with + and the country
<input name="number" type="tel" autocomplete="tel" required></label><p><button>Send me a code</button></form>`;
const codeForm = `<form method="post" action="/code"><p><label>The code
<input name="code" inputmode="numeric" autocomplete="one-time-code" required></label><p><button>Go on</button></form>`;

export function createSecondFactor(countersign, { show, signIn }) {
  const { subscribers, challenges } = countersign;
  const routes = Router();

  /** A code to the number that they have; who has none yet says theirs. People are known by their id in the table. */
  async function ask({ sid: binding, session }, response) {
    const asked = { name: session.pending, binding, passwordChecked: true, send: true };
    const started = await challenges.start(asked);
    if (started.outcome === "subscriberNotFound" || started.outcome === "notEnrolled") {
      return show(response, "Your number", "From now on, signing in takes a code.", numberForm);
    }
    session.challenge = started.challenge?.id;
    await sent(response, started, "");
  }

  async function sent(response, { outcome, verification }, form) {
    if (outcome !== "challengeStarted" && outcome !== "enrolled") {
      return show(response, "Not sent", `We cannot now: ${outcome}.`, form, 422);
    }
    await countersign.tick();
    console.log(countersign.phones?.messages(verification.to)[0]?.text ?? ""); // the virtual phone, without a carrier
    show(response, "Look at your phone", "We have sent you a code.", codeForm);
  }

  routes.post("/number", async ({ body, session }, response) => {
    if (session.pending === undefined) return response.redirect("/");
    await subscribers.create({ name: session.pending });
    // Refused to whoever has a number already: a password alone changes none.
    const enrolled = await subscribers.enrolPhone({ name: session.pending, number: String(body?.number) });
    session.enrolling = enrolled.authenticator?.id;
    await sent(response, enrolled, numberForm);
  });

  routes.post("/code", async (request, response) => {
    const { pending: name, challenge: id, enrolling: authenticatorId } = request.session;
    if (id === undefined && authenticatorId === undefined) return response.redirect("/");
    const code = request.body?.code;
    const { outcome } =
      id === undefined
        ? await subscribers.confirm({ name, authenticatorId, code })
        : await challenges.check({ id, binding: request.sid, code });
    if (outcome !== "approved" && outcome !== "confirmed") {
      return show(response, "Not that code", `It was refused: ${outcome}.`, codeForm, 422);
    }
    signIn(request, response, name);
    response.redirect("/");
  });
  return { routes, ask };
}
