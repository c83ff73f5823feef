// A number is asked for, a code is sent, the code is checked. Start: node app.js
import { randomUUID } from "node:crypto";
import process from "node:process";
import { createCountersign } from "countersign";
import express from "express";

const countersign = await createCountersign({ brand: "Kiosk" });
const app = express();
app.use(express.urlencoded({ extended: false }));

/** Who is in the middle of what, by a cookie that only this browser has. */
const sessions = new Map();
app.use((request, response, next) => {
  const known = /(?:^|; )sid=([0-9a-f-]{36})/.exec(request.headers.cookie ?? "")?.[1];
  request.sid = sessions.has(known) ? known : randomUUID();
  if (request.sid !== known) {
    sessions.set(request.sid, {});
    response.setHeader("set-cookie", `sid=${request.sid}; HttpOnly; SameSite=Lax; Path=/`);
  }
  request.session = sessions.get(request.sid);
  next();
});

const page = (text, form) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Kiosk</title>
<h1>Kiosk</h1><p role="status">${text}</p>${form}</html>`;
const numberForm = `<form method="post" action="/send"><label>Your phone number
<input name="to" type="tel" autocomplete="tel" required></label><button>Send me a code</button></form>`;
const codeForm = `<form method="post" action="/check"><label>The code
<input name="code" inputmode="numeric" autocomplete="one-time-code" required></label><button>Check</button></form>`;

app.get("/", (_request, response) =>
  response.send(page("Let us see whether this number is yours.", numberForm)),
);

app.post("/send", async ({ body, sid, session }, response) => {
  const started = await countersign.start({ to: body.to, binding: sid });
  if (started.outcome !== "started") {
    return response.status(422).send(page(`That did not work: ${started.outcome}.`, numberForm));
  }
  session.id = started.verification.id;
  session.to = started.verification.to;
  await showVirtualPhone(session.to);
  response.send(page("We have sent you a code.", codeForm));
});

app.post("/check", async ({ body, sid, session }, response) => {
  // The number comes from the session, never from the form.
  if (session.id === undefined) return response.redirect("/");
  const result = await countersign.check({ id: session.id, to: session.to, code: body.code, binding: sid });
  if (result.outcome === "approved") return response.send(page(`${session.to} is yours.`, ""));
  const said = result.outcome === "codeMismatch" ? `Wrong code, ${result.checksLeft} left.` : result.outcome;
  response.status(422).send(page(said, codeForm));
});

/** Without a carrier the message is on a virtual phone: show it here. */
async function showVirtualPhone(to) {
  if (countersign.phones === null) return;
  await countersign.tick();
  console.log(countersign.phones.messages(to)[0]?.text);
}

const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", () => {
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
