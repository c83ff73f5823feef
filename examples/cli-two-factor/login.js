// User name and password, then a code by SMS: npm start
import process from "node:process";
import { createInterface } from "node:readline";
import { createFromEnvironment } from "countersign";

const countersign = await createFromEnvironment(process.env);
const { subscribers, challenges, sessions } = countersign;
const terminal = createInterface({ input: process.stdin });
const lines = terminal[Symbol.asyncIterator]();

async function ask(question) {
  process.stdout.write(`${question}: `);
  const { value, done } = await lines.next();
  if (done) throw new Error("The input has ended.");
  return value.trim();
}

/** Eleven digits are a North American number with its country code; all others begin with a plus. */
const international = (typed) => (/^1\d{10}$/.test(typed) ? `+${typed}` : typed);

async function showPhone(number) {
  await countersign.tick();
  const [message] = countersign.phones?.messages(number) ?? [];
  if (message !== undefined) console.log(`Virtual phone: ${message.text}`);
}

/** Asks until a code is right; anything else but a wrong one ends it. */
async function enterCode(check) {
  for (;;) {
    const result = await check(await ask("Code"));
    if (result.outcome === "approved" || result.outcome === "confirmed") return result;
    if (result.outcome !== "codeMismatch" && result.outcome !== "codeMalformed")
      throw new Error(result.outcome);
    console.log("That is not the code.");
  }
}

/** The first time: a number of their own, kept once its code was entered. */
async function enrol({ subscriberId, pending }) {
  for (;;) {
    const number = international(await ask("Phone number"));
    const enrolled = await subscribers.enrolPhone({ subscriberId, number });
    if (enrolled.outcome === "enrolled") {
      await showPhone(enrolled.verification.to);
      const authenticatorId = enrolled.authenticator.id;
      return await enterCode((code) =>
        subscribers.confirm({ subscriberId, authenticatorId, code, session: pending.bearer }),
      );
    }
    console.log(enrolled.detail ?? `Not sent: ${enrolled.outcome}`);
  }
}

/** From then on: a code to the number they have. */
async function challenge({ pending, challengeId: id, authenticators }) {
  const session = pending.bearer;
  const [phone] = authenticators;
  console.log(`A code goes to ${phone.number}.`);
  const sent = await challenges.send({ id, session, authenticatorId: phone.id });
  if (sent.outcome !== "sent") throw new Error(sent.outcome);
  await showPhone(sent.verification.to);
  return await enterCode((code) => challenges.check({ id, session, code }));
}

async function login() {
  const name = await ask("User name");
  const password = await ask("Password");
  const isNew = (await subscribers.get({ name })) === null;
  const created = isNew ? await subscribers.create({ name, password }) : null;
  if (created?.outcome === "passwordRefused") throw new Error(`Password refused: ${created.problem.reason}`);
  const signedIn = await sessions.signIn({ name, password });
  if (signedIn.outcome === "enrolmentRequired") await enrol(signedIn);
  else if (signedIn.outcome === "challengeRequired") await challenge(signedIn);
  else throw new Error(`Not signed in: ${signedIn.outcome}`);
  console.log("Success: you are logged in.");
}

await login().catch((cause) => {
  console.error(cause.message);
  process.exitCode = 1;
});
terminal.close();
await countersign.close();
