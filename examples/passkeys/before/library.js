// What any application has: cookies of a browser, and pages.
import { randomUUID } from "node:crypto";
import process from "node:process";
import express from "express";

export const app = express();
app.use(express.urlencoded({ extended: false, limit: "32kb" }));

/** Over https, behind a proxy as well, nobody else sets these cookies: no plain page, and no other host of the domain. */
const secure = /^https:/.test(process.env.PUBLIC_URL ?? process.env.COUNTERSIGN_PASSKEY_ORIGINS ?? "");
const prefix = secure ? "__Host-" : "";

/** What only this browser has: a word that its passkeys are asked for with, and the session after it. */
app.use((request, response, next) => {
  const { cookie = "" } = request.headers;
  const read = (name) => new RegExp(`(?:^|; )${prefix}${name}=([\\w-]+)`).exec(cookie)?.[1];
  request.set = (name, value) =>
    response.cookie(prefix + name, value, { httpOnly: true, sameSite: "lax", secure });
  request.binding = read("browser") ?? randomUUID();
  request.set("browser", request.binding);
  request.bearer = read("session") ?? "";
  next();
});

/** A form that is sent once the browser has made a passkey ("create"), or used one ("get"). */
export function form(action, how, label, fields = "") {
  return `<form method="post" action="${action}" data-passkey="${how}" data-canceled="No passkey was used."
data-failed="It did not work." data-known="You have one here already." data-needs="Passkeys do not work here.">${fields}
<input type="hidden" name="id"><input type="hidden" name="answer"><p role="alert" hidden><span></span></p>
<p><button>${label}</button></form>`;
}

export function show(response, text, body, status = 200) {
  response
    .status(status)
    .send(`<!doctype html><html lang="en"><meta charset="utf-8"><title>The library</title>
<meta name="viewport" content="width=device-width"><script type="module" src="/passkey.js"></script>
<main><h1>The library</h1><p role="status">${text}</p><noscript><p>Passkeys need JavaScript.</p></noscript>${body}</main></html>`);
}
