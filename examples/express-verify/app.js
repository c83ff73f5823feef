// A password, then a code on the phone: two-factor login. Start: node app.js, and log in as ada / lovelace.
import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from "node:crypto";
import process from "node:process";
import { createCountersign } from "countersign";
import express from "express";

const countersign = await createCountersign({ brand: "Bank" });
const salt = randomBytes(16);
const users = new Map([
  ["ada", { id: "user-1", to: "+14155550123", hash: scryptSync("lovelace", salt, 32) }],
]);
/** Compared with where there is no such user, so that the time of the answer does not tell. */
const nobodysHash = randomBytes(32);
const sessions = new Map();
const app = express();
app.use(express.urlencoded({ extended: false }));
app.use((request, _response, next) => {
  request.sid = /(?:^|; )sid=([0-9a-f-]{36})/.exec(request.headers.cookie ?? "")?.[1];
  request.session = sessions.get(request.sid);
  next();
});

/** A new id whenever somebody rises: one that was planted before the login is worth nothing after it. */
function renew(request, response, session) {
  sessions.delete(request.sid);
  request.sid = randomUUID();
  sessions.set(request.sid, session);
  response.setHeader("set-cookie", `sid=${request.sid}; HttpOnly; SameSite=Lax; Path=/`);
}

const html = (body) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bank</title>${body}</html>`;
const field = (name, type) => `<label>${name} <input name="${name}" type="${type}" required></label>`;
const loginForm = `<form method="post" action="/login">${field("name", "text")}${field("password", "password")}
<button>Log in</button></form>`;
const codeForm = `<form method="post" action="/code">${field("code", "text")}<button>Continue</button></form>
<form method="post" action="/call"><button>Call me instead</button></form>`;

app.get("/", ({ session }, response) =>
  response.send(html(session?.user === undefined ? loginForm : `<p>Welcome, ${session.user.id}.</p>`)),
);

app.post("/login", async (request, response) => {
  const { name, password } = request.body;
  const user = users.get(name);
  const isRight = timingSafeEqual(scryptSync(String(password), salt, 32), user?.hash ?? nobodysHash);
  if (user === undefined || !isRight) {
    return response.status(401).send(html(`<p>Wrong name or password.</p>${loginForm}`));
  }
  renew(request, response, { pending: user });
  const started = await countersign.start({ to: user.to, subject: user.id, binding: request.sid });
  if (started.outcome !== "started") return response.status(429).send(html(started.outcome));
  sessions.get(request.sid).id = started.verification.id;
  await countersign.tick();
  console.log(countersign.phones?.messages(user.to)[0]?.text); // the virtual phone: there is no carrier yet
  response.send(html(`<p>We have sent a code to your phone.</p>${codeForm}`));
});

app.post("/code", async (request, response) => {
  const { sid, session, body } = request;
  if (session?.id === undefined) return response.redirect("/");
  const { pending: user, id } = session;
  const result = await countersign.check({
    id,
    to: user.to,
    subject: user.id,
    binding: sid,
    code: body.code,
  });
  if (result.outcome !== "approved") {
    return response.status(401).send(html(`<p>${result.outcome}</p>${codeForm}`));
  }
  renew(request, response, { user });
  response.redirect("/");
});

app.post("/call", async ({ sid, session }, response) => {
  if (session?.id === undefined) return response.redirect("/");
  const { outcome } = await countersign.next({ id: session.id, binding: sid });
  response.send(html(`<p>${outcome}</p>${codeForm}`));
});

const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", () => {
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
