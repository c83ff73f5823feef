// What the application had before, beside the table in users.js: its sessions and its pages.
import { randomUUID } from "node:crypto";
import express from "express";

export const app = express();
app.use(express.urlencoded({ extended: false }));

/** Who is signed in, by a cookie that only this browser has; the oldest make room. */
const sessions = new Map();
app.use((request, _response, next) => {
  const id = /(?:^|; )sid=([0-9a-f-]{36})/.exec(request.headers.cookie ?? "")?.[1];
  request.session = sessions.get(id) ?? {};
  next();
});

/** A session of its own, under another id than the one before. */
export function begin(request, response, fields) {
  sessions.delete(request.session.id);
  if (sessions.size >= 10_000) sessions.delete(sessions.keys().next().value);
  request.session = { ...fields, id: randomUUID() };
  sessions.set(request.session.id, request.session);
  const cookie = { httpOnly: true, sameSite: "lax", secure: request.secure };
  response.cookie("sid", request.session.id, cookie);
}

export const field = (name, label, autocomplete, type = "text") =>
  `<p><label>${label} <input name="${name}" type="${type}" autocomplete="${autocomplete}" required></label>`;
export const form = (action, label, fields = "") =>
  `<form method="post" action="${action}">${fields}<p><button>${label}</button></form>`;

export const loginForm = form(
  "/login",
  "Sign in",
  field("name", "Name", "username") + field("password", "Password", "current-password", "password"),
);
export const payForm = form(
  "/pay",
  "Pay",
  field("payee", "To whom", "off") + field("amount", "How much, in EUR, such as 10.50", "transaction-amount"),
);

export function show(response, text, body, status = 200) {
  response.status(status).send(`<!doctype html><html lang="en"><meta charset="utf-8"><title>The bank</title>
<meta name="viewport" content="width=device-width"><main><h1>The bank</h1><p role="status">${text}</p>${body}</main></html>`);
}
