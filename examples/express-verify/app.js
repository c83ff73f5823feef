// A number, a code by text or by a call, success. Texted first, called after a minute, called again. Start: npm start
import { randomUUID } from "node:crypto";
import process from "node:process";
import { createFromEnvironment } from "countersign";
import express from "express";

const countersign = await createFromEnvironment(process.env, { brand: "Club" });
const call = { channel: "voice", waitMs: 60_000 };
const workflows = { sms: [{ channel: "sms", waitMs: 60_000 }, call, call], voice: [call, call] };
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

const numberForm = `<form method="post" action="/number"><p><label>Your phone number, with + and the country
<input name="to" type="tel" autocomplete="tel" required></label><fieldset><legend>How shall we reach you?</legend>
<label><input type="radio" name="by" value="sms" checked> by text</label>
<label><input type="radio" name="by" value="voice"> by a call</label></fieldset><p><button>Go on</button></form>`;
const codeForm = `<form method="post" action="/code"><p><label>The code
<input name="code" inputmode="numeric" autocomplete="one-time-code"></label> <button>Check</button></form>
<form method="post" action="/call"><button>Call me instead</button></form>
<form method="post" action="/cancel"><button>Cancel</button></form>`;
function show(response, title, text, body = "", status = 200) {
  response.status(status).send(`<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><main><h1>${title}</h1><p role="status">${text}</p>${body}</main></html>`);
}

app.get("/", (_request, response) => show(response, "Join the club", "First, your number.", numberForm));

app.post("/number", async ({ body, sid, session }, response) => {
  const { outcome, number } = await countersign.describe(body?.to);
  const by = body?.by === "voice" || number?.sms.allowed === false ? "voice" : "sms";
  if (outcome !== "described" || !number[by].allowed) {
    return show(response, "Not this number", "We can send no code there. Is it right?", numberForm, 422);
  }
  const started = await countersign.start({ to: number.e164, workflow: workflows[by], binding: sid });
  if (started.outcome !== "started") return show(response, "Not now", "Try again later.", numberForm, 429);
  Object.assign(session, { id: started.verification.id, to: number.e164, verified: false });
  await showVirtualPhone(number.e164);
  const what = `It goes to ${number.international} (${number.regionName}).`;
  show(response, "Your code", what, codeForm);
});

app.post("/code", async ({ body, sid, session }, response) => {
  if (session.id === undefined) return response.redirect("/");
  const result = await countersign.check({ id: session.id, to: session.to, code: body?.code, binding: sid });
  if (result.outcome === "approved") return show(response, "Welcome", `${session.to} is verified.`);
  const wrong = { codeMismatch: `${result.checksLeft} tries left.`, codeMalformed: "Is it all of the code?" };
  const text = wrong[result.outcome];
  if (text !== undefined) return show(response, "Wrong", text, codeForm, 422);
  show(response, "It is over", "This code does not work any more.", numberForm, 422);
});

app.post("/call", async ({ sid, session }, response) => {
  if (session.id === undefined) return response.redirect("/");
  const { outcome, retryAt } = await countersign.next({ id: session.id, binding: sid });
  await showVirtualPhone(session.to);
  if (outcome === "sent") return show(response, "Your code", "We are calling you.", codeForm);
  const when = retryAt ? `We may call at ${new Date(retryAt).toISOString()}.` : "There is no other way.";
  show(response, "Not yet", when, codeForm, 429);
});

app.post("/cancel", async ({ sid, session }, response) => {
  if (session.id !== undefined) await countersign.cancel({ id: session.id, binding: sid });
  show(response, "Canceled", "No code works any more.", numberForm);
});

/** Without a carrier the message is on a virtual phone: show it here. */
async function showVirtualPhone(to) {
  await countersign.tick();
  console.log(countersign.phones?.messages(to)[0]?.text ?? "");
}

const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", (fault) => {
  if (fault) process.exit(console.error(`${fault.message}: set PORT`) ?? 1);
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
