// An application with users, passwords and sessions of its own; its second factor is second-factor.js. Start: node app.js
import { randomUUID } from "node:crypto";
import process from "node:process";
import { createFromEnvironment } from "countersign";
import express from "express";
import { createSecondFactor } from "./second-factor.js";
import { addUser, checkPassword } from "./users.js";

await addUser("ada", "nine rowing margarets");
await addUser("grace", "seven quiet compilers");
const countersign = await createFromEnvironment(process.env, { brand: "Bank" });
const app = express();
app.use(express.urlencoded({ extended: false }));

/** Who is signed in, by a cookie that only this browser has; the oldest make room. */
const sessions = new Map();
app.use((request, _response, next) => {
  request.sid = /(?:^|; )sid=([0-9a-f-]{36})/.exec(request.headers.cookie ?? "")?.[1];
  request.session = sessions.get(request.sid) ?? {};
  next();
});
function newSession(request, response, session) {
  sessions.delete(request.sid);
  if (sessions.size >= 10_000) sessions.delete(sessions.keys().next().value);
  Object.assign(request, { sid: randomUUID(), session });
  sessions.set(request.sid, session);
  response.cookie("sid", request.sid, { httpOnly: true, sameSite: "lax", secure: request.secure });
}

const loginForm = `<form method="post" action="/login">
<p><label>Name <input name="name" autocomplete="username" required></label>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<p><button>Sign in</button></form>`;
const payForm = '<form method="post" action="/pay"><button>Pay</button></form>';
function show(response, title, text, body = "", status = 200) {
  response.status(status).send(`<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><main><h1>${title}</h1><p role="status">${text}</p>${body}</main></html>`);
}

const secondFactor = createSecondFactor(countersign, {
  show,
  signIn: (request, response, user) => newSession(request, response, { user, provedAt: Date.now() }),
});
app.use(secondFactor.routes);

app.get("/", ({ session }, response) => {
  if (session.user === undefined) return show(response, "The bank", "Please sign in.", loginForm);
  show(response, "Welcome", "You are signed in.", payForm);
});

app.post("/login", async (request, response) => {
  const { name, password } = request.body ?? {};
  const pending = await checkPassword(String(name), String(password));
  if (pending === null) return show(response, "Wrong", "Is it the right name and password?", loginForm, 422);
  // Nobody is in by a password alone: all that this session knows is who has to show a second factor.
  newSession(request, response, { pending });
  await secondFactor.ask(request, response);
});

// What matters wants the second factor of the last ten minutes: a session that was left open pays nothing.
app.post("/pay", async (request, response) => {
  const { user, provedAt } = request.session;
  if (user === undefined) return response.redirect("/");
  if (Date.now() < provedAt + 600_000) return show(response, "Paid", "It is done.", payForm);
  request.session.pending = user;
  await secondFactor.ask(request, response);
});

const server = app.listen(Number(process.env.PORT ?? 8080), "localhost", () => {
  console.log(`http://localhost:${server.address().port}`);
});
process.once("SIGTERM", () => server.close(() => countersign.close()));
