// A number is asked for, a code is sent by SMS, the code is checked. Start: npm start
import { randomUUID } from "node:crypto";
import process from "node:process";
import { createFromEnvironment } from "countersign";
import express from "express";

// CODE_LENGTH from 6 to 10, CODE_ALPHABET decimal, hex, crockford or letters; carriers as docs/settings.md says.
const { CODE_LENGTH = "6", CODE_ALPHABET = "decimal", PORT = "8080" } = process.env;
if (!/^([6-9]|10)$/.test(CODE_LENGTH)) throw new Error("CODE_LENGTH: allowed is 6 to 10");
if (!/^(decimal|hex|crockford|letters)$/.test(CODE_ALPHABET))
  throw new Error("CODE_ALPHABET: allowed is decimal, hex, crockford or letters");
const countersign = await createFromEnvironment(process.env, { brand: "Kiosk" });
const app = express();
app.use(express.urlencoded({ extended: false }));

/** Who is in the middle of what, by a cookie that only this browser has; the oldest make room. */
const sessions = new Map();
app.use((request, response, next) => {
  const known = /(?:^|; )sid=([0-9a-f-]{36})/.exec(request.headers.cookie ?? "")?.[1];
  request.sid = sessions.has(known) ? known : randomUUID();
  if (request.sid !== known) {
    if (sessions.size >= 10_000) sessions.delete(sessions.keys().next().value);
    sessions.set(request.sid, {});
    response.cookie("sid", request.sid, { httpOnly: true, sameSite: "lax", secure: request.secure });
  }
  request.session = sessions.get(request.sid);
  next();
});

const page = (title, body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><main><h1>${title}</h1>${body}</main></html>`;
const numberForm = `<form method="post" action="/send"><p><label>Your phone number, with + and the country
<input name="to" type="tel" autocomplete="tel" required></label><p><button>Send me a code</button></form>`;
const codeForm = `<form method="post" action="/check"><p><label>The code
<input name="code" autocomplete="one-time-code" required></label><p><button>Check</button></form>`;
const said = (text, form) => `<p role="status">${text}</p>${form}`;

app.get("/", (_request, response) => response.send(page("Is this number yours?", numberForm)));

app.post("/send", async ({ body, sid, session }, response) => {
  const asked = { to: body?.to, codeLength: Number(CODE_LENGTH), alphabet: CODE_ALPHABET, binding: sid };
  const started = await countersign.start(asked);
  if (started.outcome !== "started") {
    console.error(started.outcome, started.reason ?? started.detail ?? "");
    return response
      .status(422)
      .send(page("That did not work", said(sentences[started.outcome] ?? later, numberForm)));
  }
  Object.assign(session, { id: started.verification.id, to: started.verification.to });
  await showVirtualPhone(session.to);
  response.send(page("Look at your phone", said(`We have sent a code to ${session.to}.`, codeForm)));
});

app.post("/check", async ({ body, sid, session }, response) => {
  if (session.id === undefined) return response.redirect("/");
  // The number comes from the session, never from the form.
  const result = await countersign.check({ id: session.id, to: session.to, code: body?.code, binding: sid });
  switch (result.outcome) {
    case "approved":
      return response.send(page("Done", `<p role="status">${session.to} is yours.</p>`));
    case "codeMismatch":
      return response
        .status(422)
        .send(page("Wrong code", said(`${result.checksLeft} tries left.`, codeForm)));
    case "codeMalformed":
      return response
        .status(422)
        .send(page("Not a code", said(`It has ${CODE_LENGTH} characters.`, codeForm)));
    default:
      return response
        .status(422)
        .send(page("Start again", said("This code does not work any more.", numberForm)));
  }
});

const later = "We cannot send a code to this number now. Try again later.";
const sentences = {
  numberInvalid: "This is no phone number that we know. Write it with + and the country.",
  numberNotAllowed: "We send no codes to this number.",
};

/** Without a carrier the message is on a virtual phone: show it here. */
async function showVirtualPhone(to) {
  await countersign.tick();
  console.log(countersign.phones?.messages(to)[0]?.text ?? "");
}

const server = app.listen(Number(PORT), "localhost", (fault) => {
  if (fault) process.exit(console.error(`${fault.message}: set PORT`) ?? 1);
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
